/** When an edge will pass an instant: the only moments at which a verdict can change without a row arriving. */
import { type Instant, startOfUnit } from '../instant.ts';
import type { EdgePosition } from './window.ts';

/**
 * The instants after `t` at which a row of the instant `at` may come into a window or leave it by this edge: when the
 * edge stands on it, and when it is past it.
 */
export function crossingsOf(position: EdgePosition, at: Instant, t: Instant, timezone: string): Instant[] {
  return placesOf(position, at, timezone).filter((each) => each > t);
}

function placesOf(position: EdgePosition, at: Instant, timezone: string): Instant[] {
  if (position.kind === 'offset') return [at - position.offset, at - position.offset + 1n];
  const { unit, back } = position;
  // A calendar edge jumps: onto the start of the row's unit, and past it.
  return [startOfUnit(at, unit, -back, timezone), startOfUnit(at, unit, -back - 1, timezone)];
}
