/** What makes a key of a group affected: how far back each table's rows count as arrived, and which edges moved. */
import type { Scope } from '../compile/rows.ts';
import type { TickInput } from '../compile/tick.ts';
import { cursorKind } from '../compile/watermarks.ts';
import { earliest } from '../instant.ts';
import { concernsOf } from '../segment/concerns.ts';
import { mergeEdges } from '../segment/edges.ts';
import { mergeReads, type ReadTable } from '../segment/reads.ts';
import type { TickGroup } from './tick.ts';
import { arrivedSince, earlier } from './watermark.ts';

/** The oldest `T0` and watermarks of the group serve all: a superset of the affected keys is always exact. */
export function incremental(group: TickGroup, scope: Scope): NonNullable<TickInput['incremental']> {
  const states = group.members.map(({ prepared, state }) => ({ prepared, state: state! }));
  const t0 = earliest(states.map(({ state }) => state.evaluatedAt))!;
  const sinceOf = (read: ReadTable) =>
    states
      .filter(({ prepared }) => prepared.reads.some((each) => each.id === read.id))
      .map(({ state }) =>
        arrivedSince(read, cursorKind(read, scope)!, state.watermarks[read.id]!, state.evaluatedAt),
      )
      .reduce(earlier);
  return {
    t0,
    reads: mergeReads(states.map(({ prepared }) => prepared.reads)).map((read) => ({
      ...read,
      since: sinceOf(read),
    })),
    edges: mergeEdges(states.flatMap(({ prepared }) => prepared.edges)),
    concerns: states.map(({ prepared: { name, verdict, reads, edges }, state }) => ({
      segment: name,
      of: concernsOf(verdict, reads, edges),
      t0: state.evaluatedAt,
    })),
  };
}
