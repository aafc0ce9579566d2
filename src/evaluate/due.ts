/** When a tier's segments are due. A slot is an instant at which a tier ticks; pure arithmetic, no clock. */
import type { Tier } from '../config/project.ts';
import { addDays, atTimeOfDay, DAY, dayOf, daysSinceEpoch, type Instant, startOfDay } from '../instant.ts';

type Cadence = Pick<Tier, 'every' | 'at'>;

/**
 * The newest slot of a tier that is not after `T`.
 *
 * Below a day, a slot lies every `every` of elapsed time counted from local midnight (or `at`) of each day, and the
 * count starts anew the next day. From a day on, the slot is local midnight (or `at`) of the days whose number since
 * 1970-01-01 is a multiple of `every` in whole days. On days that change the clocks, a skipped `at` moves forward
 * and the earlier of two counts.
 */
export function latestSlot(tier: Cadence, timezone: string, T: Instant): Instant {
  const day = latestStartedDay(tier, timezone, T);
  const first = firstSlot(tier, timezone, day);
  if (tier.every < DAY) return first + ((T - first) / tier.every) * tier.every;
  return firstSlot(tier, timezone, addDays(day, -daysPastMultiple(day, Number(tier.every / DAY))));
}

/** True when a tier's slot lies after its last tick, or there was none. */
export function isDue(tier: Cadence, timezone: string, T: Instant, lastAt?: Instant): boolean {
  return lastAt === undefined || latestSlot(tier, timezone, T) > lastAt;
}

function latestStartedDay(tier: Cadence, timezone: string, T: Instant): string {
  const today = dayOf(T, timezone);
  return firstSlot(tier, timezone, today) <= T ? today : addDays(today, -1);
}

function firstSlot(tier: Cadence, timezone: string, day: string): Instant {
  return tier.at === undefined ? startOfDay(day, timezone) : atTimeOfDay(day, tier.at, timezone);
}

function daysPastMultiple(day: string, days: number): number {
  const rest = daysSinceEpoch(day) % days;
  return rest < 0 ? rest + days : rest;
}
