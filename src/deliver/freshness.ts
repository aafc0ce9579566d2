/** How long changes took from their cause to their acknowledgement: percentiles in bounded memory. */
import type { Freshness } from '../report/results.ts';

/** Each bucket ends 2% above the one before: that is the error of a percentile. */
const STEP = Math.log(1.02);
/** Ten years: what took longer counts as that, so that the number of buckets has a bound. */
const LONGEST_MS = 10 * 366 * 86_400_000;

export class FreshnessSample {
  readonly #buckets = new Map<number, number>();
  #count = 0;

  /** How many changes. */
  get count(): number {
    return this.#count;
  }

  /** One change, in milliseconds. */
  add(ms: number): void {
    this.#put(bucketOf(ms), 1);
  }

  merge(other: FreshnessSample): void {
    for (const [bucket, count] of other.#buckets) this.#put(bucket, count);
  }

  /** How many took at most so long, as exactly as a percentile is. */
  within(ms: number): number {
    const last = bucketOf(ms);
    return [...this.#buckets].reduce((sum, [bucket, count]) => (bucket <= last ? sum + count : sum), 0);
  }

  /** Undefined when nothing was added. */
  percentiles(): Freshness | undefined {
    if (this.#count === 0) return undefined;
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    const at = (share: number): number => {
      let left = Math.ceil(share * this.#count);
      for (const [bucket, count] of buckets) {
        left -= count;
        if (left <= 0) return Math.round(Math.exp(bucket * STEP) - 1);
      }
      return 0;
    };
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }

  /** Bucket -> changes. Bucket `n` holds those of up to 1.02^n - 1 milliseconds. */
  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#buckets].sort(([a], [b]) => a - b));
  }

  /** What `toJSON` gave; whatever else is in it is passed over. */
  static parse(value: unknown): FreshnessSample {
    const sample = new FreshnessSample();
    for (const [bucket, count] of Object.entries(Object(value) as Record<string, unknown>)) {
      if (isCount(Number(bucket)) && isCount(count)) sample.#put(Number(bucket), count);
    }
    return sample;
  }

  #put(bucket: number, count: number): void {
    if (count === 0) return;
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    this.#count += count;
  }
}

function bucketOf(ms: number): number {
  return Math.ceil(Math.log(Math.min(Math.max(0, ms), LONGEST_MS) + 1) / STEP);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
