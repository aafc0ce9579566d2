/** When a tier's segments are due. A slot is an instant at which a tier ticks; pure arithmetic, no clock. */
import type { Tier } from '../config/project.ts';
import {
  addDays,
  atTimeOfDay,
  atWallClock,
  DAY,
  type Duration,
  dayOf,
  type Instant,
  MINUTE,
  startOfDay,
  wallClock,
} from '../instant.ts';

export type Cadence = Pick<Tier, 'every' | 'at' | 'shift'>;

/**
 * The newest slot of a tier that is not after `T`.
 *
 * Below a day, a slot lies every `every` of elapsed time counted from local midnight (or `at`) of each day, and the
 * count starts anew the next day: two slots are never further apart than `every`. From a day on, a slot lies every
 * `every` on the wall clock, counted from 1970-01-01 at midnight (or `at`). On days that change the clocks, a slot that
 * is skipped moves forward and the earlier of two counts. `shift` moves them all, in elapsed time.
 */
export function latestSlot(tier: Cadence, timezone: string, T: Instant): Instant {
  const shift = tier.shift ?? 0n;
  return shift + (tier.every < DAY ? slotOfDay : slotOfDays)(tier, timezone, T - shift);
}

/** The first slot of a tier that is after `T`. */
export function nextSlot(tier: Cadence, timezone: string, T: Instant): Instant {
  const shift = tier.shift ?? 0n;
  if (tier.every >= DAY)
    return shift + slotsAround(tier, timezone, T - shift).find((slot) => slot > T - shift)!;
  const today = latestStartedDay(tier, timezone, T - shift);
  const next = latestSlot(tier, timezone, T) + tier.every;
  const tomorrow = shift + firstSlot(tier, timezone, addDays(today, 1));
  return tomorrow > T && tomorrow < next ? tomorrow : next;
}

/** True when a tier's slot lies after its last tick, or there was none. */
export function isDue(tier: Cadence, timezone: string, T: Instant, lastAt?: Instant): boolean {
  return lastAt === undefined || latestSlot(tier, timezone, T) > lastAt;
}

function slotOfDay(tier: Cadence, timezone: string, T: Instant): Instant {
  const first = firstSlot(tier, timezone, latestStartedDay(tier, timezone, T));
  return first + ((T - first) / tier.every) * tier.every;
}

function slotOfDays(tier: Cadence, timezone: string, T: Instant): Instant {
  return slotsAround(tier, timezone, T).findLast((slot) => slot <= T)!;
}

/** Enough of them that some lie before `T` and some after it, whatever the clocks do in between. */
function slotsAround(tier: Cadence, timezone: string, T: Instant): Instant[] {
  const first = timeOfDay(tier.at);
  const newest = floorDiv(wallClock(T, timezone) - first, tier.every);
  const slots = AROUND.map((n) => atWallClock(first + (newest + n) * tier.every, timezone));
  return slots.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const AROUND = [-2n, -1n, 0n, 1n, 2n, 3n];

function latestStartedDay(tier: Cadence, timezone: string, T: Instant): string {
  const today = dayOf(T, timezone);
  return firstSlot(tier, timezone, today) <= T ? today : addDays(today, -1);
}

/** A day's first slot, before it is shifted, of a tier below a day. */
export function firstSlot({ at }: Cadence, timezone: string, day: string): Instant {
  return at === undefined ? startOfDay(day, timezone) : atTimeOfDay(day, at, timezone);
}

/** `HH:MM` since midnight. */
function timeOfDay(at = '00:00'): Duration {
  const [hours, minutes] = at.split(':').map(BigInt);
  return (hours! * 60n + minutes!) * MINUTE;
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
