/** What the warehouse can tell, beyond cursors, of the tables that a group reads. */
import { ROW } from '../compile/source-rows.ts';
import type { Source, Table } from '../config/project.ts';
import { earliest, type Instant } from '../instant.ts';
import { mergeReads } from '../segment/reads.ts';
import type { Capabilities, Capture, Captured, Statements, Warehouse } from '../warehouse/warehouse.ts';
import type { TickGroup } from './tick.ts';

/**
 * By `ReadTable.id`, in the snapshot of `statements`. A table is asked about with the marks of all members that read it;
 * where one has none, nothing narrows what it must look at. `apart`: as `capture` takes it.
 */
export async function captures(
  statements: Statements,
  { members }: TickGroup,
  apart?: string,
): Promise<ReadonlyMap<string, Capture>> {
  const reads = mergeReads(members.map(({ prepared }) => prepared.reads));
  const asked = reads.map(({ id, table }): Captured => {
    const readers = members.filter(({ prepared }) => prepared.reads.some((read) => read.id === id));
    const marks = readers.map(({ state }) => state?.watermarks[id]?.mark);
    const known = marks.filter((mark) => mark !== undefined);
    const own = known.length === marks.length ? [...new Set(known)] : [];
    return { relation: table.relation, marks: own, ...feedOf(table) };
  });
  const told = await statements.capture(asked, ROW, apart);
  return new Map(reads.map(({ id }, index) => [id, told[index]!]));
}

/** What is asked of a table's change feed. */
export function feedOf(table: Table | Source): Pick<Captured, 'feed'> {
  if (!table.changeFeed) return {};
  return { feed: 'appendOnly' in table && table.appendOnly ? 'additions' : 'all' };
}

/** Whether a member needs a table's feed that does not reach back to its last tick. */
export function isFeedLost({ members }: TickGroup, captures: ReadonlyMap<string, Capture>): boolean {
  return members.some(({ prepared, state }) =>
    prepared.reads.some(
      ({ id, table }) => table.changeFeed && state?.watermarks[id] && captures.get(id)?.feed === undefined,
    ),
  );
}

/** What would be asked of the tables' feeds, for people: as if the mark were the oldest of the last ticks. */
export function sketchedFeeds(
  { members }: TickGroup,
  { dialect: { changesOf, quote }, capabilities: { changeFeed } }: Warehouse,
  t: Instant,
): ReadonlyMap<string, Capture> {
  const from = earliest(members.flatMap(({ state }) => (state ? [state.evaluatedAt] : [])));
  const sketches = new Map<string, Capture>();
  for (const { id, table } of mergeReads(members.map(({ prepared }) => prepared.reads))) {
    const { feed: of } = feedOf(table);
    if (!of || !changesOf || from === undefined || table.relation.kind !== 'table') continue;
    const feed = changesOf(table.relation.parts.map(quote).join('.'), from, t, of);
    sketches.set(id, { feed, isLate: of === 'all' && changeFeed!.isLate });
  }
  return sketches;
}

/** What was told of a group's tables before a transaction, and the work that asks for it. */
export interface ToldFirst {
  readonly before?: (statements: Statements) => Promise<void>;
  readonly told: () => ReadonlyMap<string, Capture> | undefined;
}

/** Where feeds cannot be read in a transaction, they are read on its connection before it begins. */
export function feedsFirst(group: TickGroup, { changeFeed }: Capabilities): ToldFirst {
  const reads = group.members.flatMap(({ prepared }) => prepared.reads);
  if (!changeFeed?.comesFirst || !reads.some(({ table }) => table.changeFeed))
    return { told: () => undefined };
  let told: ReadonlyMap<string, Capture> | undefined;
  return {
    before: async (statements) => {
      told = await captures(statements, group);
    },
    told: () => told,
  };
}

/** The marks to keep, by `ReadTable.id`. */
export function marksOf(captures: ReadonlyMap<string, Capture>): ReadonlyMap<string, string> {
  return new Map(
    [...captures].flatMap(([id, { mark }]) => (mark === undefined ? [] : [[id, mark] as const])),
  );
}
