/** When things happen: instants of ticks, and times of rows that lie on the edges of windows at those ticks. */
import {
  DAY,
  type Duration,
  dayOf,
  HOUR,
  type Instant,
  MINUTE,
  parseInstant,
  SECOND,
  startOfDay,
} from '../../src/instant.ts';
import type { Dice } from './dice.ts';

const LENGTHS: readonly Duration[] = [
  90n * SECOND,
  5n * MINUTE,
  30n * MINUTE,
  HOUR,
  6n * HOUR,
  DAY,
  36n * HOUR,
  7n * DAY,
  14n * DAY,
  30n * DAY,
];

/** Nights when clocks change in Europe and in America, and days when none does. */
const BEGINNINGS = ['2026-03-28T12:00', '2026-03-07T20:00', '2026-06-30T22:00', '2026-10-24T06:00'] as const;

export interface Moments {
  readonly ticks: readonly Instant[];
  readonly durations: readonly Duration[];
  readonly timezone: string;
}

/** `count` ticks, mostly close together, and the lengths of windows to play with. */
export function randomMoments(dice: Dice, timezone: string, count: number): Moments {
  const durations = dice.some(LENGTHS, 6);
  const ticks = [parseInstant(dice.pick(BEGINNINGS), 'UTC')! + dice.microseconds(0n, DAY)];
  while (ticks.length < count) ticks.push(nextTick(dice, ticks.at(-1)!, durations, timezone));
  return { ticks, durations, timezone };
}

function nextTick(dice: Dice, last: Instant, durations: readonly Duration[], timezone: string): Instant {
  if (dice.chance(0.08)) {
    const midnight = startOfDay(dayOf(last + DAY, timezone), timezone);
    return midnight + dice.pick([0n, 0n, 1n]);
  }
  if (dice.chance(0.08))
    return last + dice.pick(durations.filter((duration) => duration <= DAY).concat(HOUR));
  if (dice.chance(0.5)) return last + dice.microseconds(SECOND, MINUTE);
  if (dice.chance(0.55)) return last + dice.microseconds(MINUTE, 30n * MINUTE);
  if (dice.chance(0.8)) return last + dice.microseconds(30n * MINUTE, 8n * HOUR);
  return last + dice.microseconds(DAY, 4n * DAY);
}

/** A row's time: on an edge, beside it, lately, long ago, to come. */
export function randomTime(dice: Dice, { ticks, durations }: Moments): Instant {
  const tick = dice.pick(ticks);
  const jitter = dice.pick([0n, 0n, 0n, 1n, -1n]);
  if (dice.chance(0.4)) return tick - dice.pick(durations) + jitter;
  if (dice.chance(0.15)) return tick + dice.pick(durations) + jitter;
  if (dice.chance(0.15)) return tick + jitter;
  if (dice.chance(0.7)) return ticks[0]! - dice.microseconds(0n, 40n * DAY);
  return ticks[0]! - dice.microseconds(0n, 400n * DAY);
}
