/** What the warehouse can tell, beyond cursors, of the tables that a group reads. */
import { ROW } from '../compile/source-rows.ts';
import { mergeReads } from '../segment/reads.ts';
import type { Capture, Captured, Statements } from '../warehouse/warehouse.ts';
import type { TickGroup } from './tick.ts';

/**
 * By `ReadTable.id`, in the snapshot of `statements`. A table is asked about with the marks of all members that read it;
 * where one has none, nothing narrows what it must look at.
 */
export async function captures(
  statements: Statements,
  { members }: TickGroup,
): Promise<ReadonlyMap<string, Capture>> {
  const reads = mergeReads(members.map(({ prepared }) => prepared.reads));
  const asked = reads.map(({ id, table }): Captured => {
    const readers = members.filter(({ prepared }) => prepared.reads.some((read) => read.id === id));
    const marks = readers.map(({ state }) => state?.watermarks[id]?.mark);
    const known = marks.filter((mark) => mark !== undefined);
    return { relation: table.relation, marks: known.length === marks.length ? [...new Set(known)] : [] };
  });
  const told = await statements.capture(asked, ROW);
  return new Map(reads.map(({ id }, index) => [id, told[index]!]));
}

/** The marks to keep, by `ReadTable.id`. */
export function marksOf(captures: ReadonlyMap<string, Capture>): ReadonlyMap<string, string> {
  return new Map(
    [...captures].flatMap(([id, { mark }]) => (mark === undefined ? [] : [[id, mark] as const])),
  );
}
