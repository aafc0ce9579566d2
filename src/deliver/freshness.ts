/** How long changes took from their cause to their acknowledgement: percentiles in bounded memory. */
import type { Freshness } from '../report/results.ts';

/** Each bucket ends 2% above the one before: that is the error of a percentile. */
const STEP = Math.log(1.02);

export class FreshnessSample {
  readonly #buckets = new Map<number, number>();
  #count = 0;

  /** One change, in milliseconds. */
  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(0, ms) + 1) / STEP);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count++;
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
}
