/** When an edge will pass an instant: the only moments at which a verdict can change without a row arriving. */
import { type Instant, startOfUnit } from '../instant.ts';
import type { EdgePosition } from './window.ts';

/**
 * The instant at which a row of the instant `at` comes into a window or leaves it by this edge. Of an edge that moves
 * steadily, the far end belongs to the window and the near one does not: it is when the edge stands on the row. A
 * calendar edge is the other way round: it is when the edge has jumped past it.
 */
export function crossingOf(position: EdgePosition, at: Instant, timezone: string): Instant {
  if (position.kind === 'offset') return at - position.offset;
  return startOfUnit(at, position.unit, -position.back - 1, timezone);
}
