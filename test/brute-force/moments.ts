/** When things happen: instants of ticks, and times of rows that lie on the edges of windows at those ticks. */
import { DAY, type Duration, HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../src/instant.ts';
import type { CalendarUnit } from '../../src/segment/condition.ts';
import { startOf } from './calendar.ts';
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

export const UNITS: readonly CalendarUnit[] = ['day', 'week', 'month', 'quarter', 'year'];

/** Before nights when clocks change in Europe and in America, and before weeks, months, quarters and a year begin. */
const BEGINNINGS = [
  '2026-03-28T12:00',
  '2026-03-07T20:00',
  '2026-06-30T05:00',
  '2026-10-24T06:00',
  '2026-12-31T03:00',
  '2027-02-28T08:00',
] as const;

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
  if (dice.chance(0.12)) return nextStart(dice, last, timezone) + dice.pick([0n, 0n, 1n]);
  if (dice.chance(0.08))
    return last + dice.pick(durations.filter((duration) => duration <= DAY).concat(HOUR));
  if (dice.chance(0.5)) return last + dice.microseconds(SECOND, MINUTE);
  if (dice.chance(0.55)) return last + dice.microseconds(MINUTE, 30n * MINUTE);
  if (dice.chance(0.8)) return last + dice.microseconds(30n * MINUTE, 8n * HOUR);
  return last + dice.microseconds(DAY, 4n * DAY);
}

/** The next first instant of a calendar unit; of a long one only when it is near. */
function nextStart(dice: Dice, last: Instant, timezone: string): Instant {
  const starts = UNITS.map((unit) => startOf(unit, -1, last, timezone));
  return dice.pick(starts.filter((start) => start < last + 4n * DAY));
}

/** A row's time: on an edge, beside it, as long after or before a row `nearby` as a window is, lately, long ago, to come. */
export function randomTime(dice: Dice, moments: Moments, nearby: readonly Instant[]): Instant {
  const { ticks, durations, timezone } = moments;
  const tick = dice.pick(ticks);
  const jitter = dice.pick([0n, 0n, 0n, 1n, -1n]);
  if (nearby.length > 0 && dice.chance(0.35)) {
    const duration = dice.pick(durations);
    return dice.pick(nearby) + dice.pick([0n, jitter, duration + jitter, -duration + jitter]);
  }
  if (dice.chance(0.35)) return tick - dice.pick(durations) + jitter;
  if (dice.chance(0.15)) return startOf(dice.pick(UNITS), dice.between(0, 3), tick, timezone) + jitter;
  if (dice.chance(0.15)) return tick + dice.pick(durations) + jitter;
  if (dice.chance(0.15)) return tick + jitter;
  if (dice.chance(0.7)) return ticks[0]! - dice.microseconds(0n, 40n * DAY);
  return ticks[0]! - dice.microseconds(0n, 400n * DAY);
}
