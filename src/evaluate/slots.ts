/** A tier's slots in a span, numbered, so that millions need not be listed. */
import { addDays, DAY, type Duration, dayOf, type Instant } from '../instant.ts';
import { type Cadence, firstSlot, nextSlot } from './due.ts';

export interface Slot {
  /** From 0, of the first slot after `from`. */
  readonly index: number;
  readonly at: Instant;
}

/** Slots that follow each other at one distance. */
interface Stretch {
  readonly first: Instant;
  readonly count: number;
  /** Index of the first. */
  readonly index: number;
}

export class Slots {
  /** How many there are. */
  readonly count: number;
  readonly #every: Duration;
  readonly #stretches: readonly Stretch[];

  /** Those after `from`, up to and with `to`. */
  constructor(tier: Cadence, timezone: string, from: Instant, to: Instant) {
    this.#every = tier.every;
    const of = tier.every < DAY ? withinDays(tier, timezone, from, to) : days(tier, timezone, from, to);
    const stretches: Stretch[] = [];
    let index = 0;
    for (const own of of) {
      if (own.count === 0) continue;
      stretches.push({ ...own, index });
      index += own.count;
    }
    this.#stretches = stretches;
    this.count = index;
  }

  /** The first slot at or after an instant; undefined: there is none in the span. */
  atOrAfter(instant: Instant): Slot | undefined {
    const stretch = this.#stretches[this.#lastBegun(instant)];
    if (stretch) {
      const steps = Number((instant - stretch.first + this.#every - 1n) / this.#every);
      if (steps < stretch.count) {
        return { index: stretch.index + steps, at: stretch.first + BigInt(steps) * this.#every };
      }
    }
    const next = this.#stretches[this.#lastBegun(instant) + 1];
    return next && { index: next.index, at: next.first };
  }

  /** Index of the last stretch that begins at or before an instant; -1: none does. */
  #lastBegun(instant: Instant): number {
    let [low, high] = [0, this.#stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#stretches[middle]!.first <= instant) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Of the slots from `begins` on, before `ends`, those after `from`, up to and with `to`. */
function within(begins: Instant, ends: Instant, every: Duration, from: Instant, to: Instant): Run {
  const skipped = begins > from ? 0n : (from - begins) / every + 1n;
  const first = begins + skipped * every;
  const last = to < ends ? to : ends - 1n;
  return { first, count: first > last ? 0 : Number((last - first) / every) + 1 };
}

type Run = Pick<Stretch, 'first' | 'count'>;

/** Below a day slots are counted anew every day. */
function* withinDays(tier: Cadence, timezone: string, from: Instant, to: Instant): Generator<Run> {
  const shift = tier.shift ?? 0n;
  for (let day = addDays(dayOf(from - shift, timezone), -1); ; day = addDays(day, 1)) {
    const begins = shift + firstSlot(tier, timezone, day);
    if (begins > to) return;
    yield within(begins, shift + firstSlot(tier, timezone, addDays(day, 1)), tier.every, from, to);
  }
}

function* days(tier: Cadence, timezone: string, from: Instant, to: Instant): Generator<Run> {
  for (let at = nextSlot(tier, timezone, from); at <= to; at = nextSlot(tier, timezone, at))
    yield { first: at, count: 1 };
}
