/** What makes a key of a group affected: how far back each table's rows count as arrived, and which edges moved. */
import type { StoredSince } from '../compile/affected.ts';
import type { Scope } from '../compile/rows.ts';
import type { TickInput } from '../compile/tick.ts';
import { cursorKind } from '../compile/watermarks.ts';
import { earliest } from '../instant.ts';
import { mergeEdges } from '../segment/edges.ts';
import { mergeReads, type ReadTable, storedId } from '../segment/reads.ts';
import type { Capture } from '../warehouse/warehouse.ts';
import { causesOfChanges } from './damping.ts';
import type { SegmentState } from './mode.ts';
import type { PreparedSegment } from './prepared.ts';
import type { TickGroup } from './tick.ts';
import { arrivedSince, earlier } from './watermark.ts';

function captured({ id }: ReadTable, captures: ReadonlyMap<string, Capture>): { capture?: Capture } {
  const capture = captures.get(id);
  return capture ? { capture } : {};
}

/** Each `query:` segment that one of them refers to, from the oldest of its ticks that one of them saw. */
function storedSince(
  states: readonly { readonly prepared: PreparedSegment; readonly state: SegmentState }[],
): StoredSince[] {
  const names = [...new Set(states.flatMap(({ prepared }) => prepared.stored))];
  return names.map((segment) => {
    const seen = states
      .filter(({ prepared }) => prepared.stored.includes(segment))
      .map(({ state }) => BigInt(state.watermarks[storedId(segment)]!.at ?? '0'));
    return { segment, tickId: earliest(seen)!.toString() };
  });
}

/** The oldest `T0` and watermarks of the group serve all: a superset of the affected keys is always exact. */
export function incremental(
  group: TickGroup,
  scope: Scope,
  captures: ReadonlyMap<string, Capture> = new Map(),
): NonNullable<TickInput['incremental']> {
  const states = group.members.map(({ prepared, state }) => ({ prepared, state: state! }));
  const t0 = earliest(states.map(({ state }) => state.evaluatedAt))!;
  const sinceOf = (read: ReadTable) =>
    states
      .filter(({ prepared }) => prepared.reads.some((each) => each.id === read.id))
      .map(({ state }) =>
        arrivedSince(read, cursorKind(read, scope), state.watermarks[read.id]!, state.evaluatedAt),
      )
      .reduce(earlier);
  return {
    t0,
    reads: mergeReads(states.map(({ prepared }) => prepared.reads)).map((read) => ({
      ...read,
      since: sinceOf(read),
      ...captured(read, captures),
    })),
    edges: mergeEdges(states.flatMap(({ prepared }) => prepared.edges)),
    stored: storedSince(states),
    drifted: group.drifted ?? [],
    concerns: states.map(({ prepared, state }) => ({
      segment: prepared.name,
      of: causesOfChanges(prepared),
      t0: state.evaluatedAt,
    })),
  };
}
