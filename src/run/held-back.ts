/** What of a schedule waits for the news that `run --after` asks for. Pure. */
import type { Sync } from '../config/project.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { MINUTE } from '../instant.ts';
import type { SyncRow } from '../state/sync-rows.ts';
import type { IsNews } from './news.ts';
import type { Schedule } from './schedule.ts';

export interface HeldBackInput {
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly syncRows: ReadonlyMap<string, SyncRow>;
  /** Whether a segment waits, due or not. */
  readonly waits: (segment: string) => boolean;
}

/**
 * A segment waits until all is newer than its last tick. A sync waits with its segment, unless it has not delivered
 * since that tick: what is committed is sent, whatever was awaited.
 */
export function heldBack(due: Schedule, input: HeldBackInput): Schedule {
  const { waits } = input;
  const going = new Set(due.segments.filter((each) => !waits(each.name)).map(({ name }) => name));
  const syncWaits = ({ name, segment }: Sync): boolean =>
    !going.has(segment) && waits(segment) && isDelivered(input.syncRows.get(name), input.states.get(segment));
  return {
    ...due,
    segments: due.segments.filter(({ name }) => going.has(name)),
    syncs: due.syncs.filter((sync) => !syncWaits(sync)),
    waiting: {
      segments: due.segments.filter(({ name }) => !going.has(name)),
      syncs: due.syncs.filter(syncWaits),
    },
  };
}

/** That nothing was to be delivered is written down once a minute only. */
function isDelivered(row: SyncRow | undefined, state: SegmentState | undefined): boolean {
  if (!state) return true;
  const { tickId, deliveredAt } = row ?? {};
  if (tickId === undefined || deliveredAt === undefined) return false;
  return tickId >= state.tickId && deliveredAt + MINUTE > state.evaluatedAt;
}

export interface WaitingInput {
  readonly prepared: ReadonlyMap<string, PreparedSegment>;
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly isNews: IsNews;
}

/** Whether a segment waits, due or not. */
export function waiting({ prepared, states, isNews }: WaitingInput): (segment: string) => boolean {
  return (name) => {
    const segment = prepared.get(name);
    return segment !== undefined && !isNews(segment, states.get(name));
  };
}
