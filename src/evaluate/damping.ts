/** How the segments of a group are damped in its tick. */
import type { Damped } from '../compile/damped.ts';
import { type Concern, concernsOf } from '../segment/concerns.ts';
import { isDamped, waitId } from '../segment/damping.ts';
import type { FullReason } from './mode.ts';
import type { PreparedSegment } from './prepared.ts';
import type { TickContext, TickGroup } from './tick.ts';

/** Then it is not known for how long the condition has held for those who are found: nobody begins to wait. */
const FOUND_AT_ONCE: ReadonlySet<FullReason> = new Set(['first_tick', 'logic_changed']);

/** Undefined: nobody of the group waits for anything. */
export function dampedIn(group: TickGroup, state: TickContext['state']): Damped | undefined {
  const damped = group.members.filter(({ prepared }) => isDamped(prepared.segment));
  if (damped.length === 0) return undefined;
  return {
    pending: state.pending,
    segments: damped.map(({ prepared: { name, segment } }) => ({
      name,
      ...(segment.settle === undefined ? {} : { settle: segment.settle }),
      ...(segment.stayAtLeast === undefined ? {} : { stayAtLeast: segment.stayAtLeast }),
      atOnce: isFoundAtOnce(name, group),
    })),
  };
}

function isFoundAtOnce(name: string, { full, drifted, unannounced }: TickGroup): boolean {
  if (drifted?.length || unannounced) return true;
  const reason = full?.get(name);
  return reason !== undefined && FOUND_AT_ONCE.has(reason);
}

/** What a segment's changes can be dated by, the ends of waits included. */
export function causesOfChanges({ name, segment, verdict, reads, edges }: PreparedSegment): Concern[] {
  const own = concernsOf(verdict, reads, edges);
  return isDamped(segment) ? [...own, { id: waitId(name) }] : own;
}
