/** When everyone is to be evaluated to find what cursors cannot show. Pure arithmetic, no clock. */
import { HOUR, type Instant } from '../instant.ts';
import type { Reconciled } from '../state/reconciled.ts';
import type { SegmentState } from './mode.ts';
import type { PreparedSegment } from './prepared.ts';

/**
 * True once the entity's `reconcile` has passed since the last full pass, or, of a new segment, an hour. A segment of
 * which no pass is known is due.
 */
export function isReconcileDue(
  { entity }: PreparedSegment,
  state: SegmentState | undefined,
  last: Reconciled | undefined,
  t: Instant,
): boolean {
  const { reconcile: every } = entity;
  if (every === undefined || !state) return false;
  if (!last) return true;
  const wait = last.isNew && every > HOUR ? HOUR : every;
  return t >= last.at + wait;
}
