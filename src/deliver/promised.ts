/** The changes of one sync, or of one tier, against the promise: how many there were, how many kept it. */
import type { Measured } from '../report/results.ts';
import { FreshnessSample } from './freshness.ts';

/** A promise is about 95 of 100 changes: the 95th percentile lies within it. */
const KEPT_PERCENT = 95;

export class Promised {
  readonly promiseMs: number;
  readonly sample = new FreshnessSample();
  #kept = 0;

  constructor(promiseMs: number) {
    this.promiseMs = promiseMs;
  }

  get changes(): number {
    return this.sample.count;
  }

  /** One change, in milliseconds. */
  add(ms: number): void {
    this.sample.add(ms);
    if (ms <= this.promiseMs) this.#kept++;
  }

  /** What was held to another promise is held to this one, as exactly as its buckets tell. */
  merge(other: Promised): void {
    this.#kept += other.promiseMs === this.promiseMs ? other.#kept : other.sample.within(this.promiseMs);
    this.sample.merge(other.sample);
  }

  /** Fewer kept the promise than it is about; nothing that was measured breaks none. */
  get isBroken(): boolean {
    return this.#kept * 100 < this.changes * KEPT_PERCENT;
  }

  /** Undefined when nothing was measured. */
  measured(): Measured | undefined {
    const freshness = this.sample.percentiles();
    if (!freshness) return undefined;
    const share = Math.floor((this.#kept / this.changes) * 10_000) / 10_000;
    return {
      ...{ promise_ms: this.promiseMs, changes: this.changes, kept: this.#kept, kept_share: share },
      freshness_ms: freshness,
    };
  }

  toJSON(): { promise_ms: number; changes: number; kept: number; buckets: Record<string, number> } {
    const { promiseMs, changes } = this;
    return { promise_ms: promiseMs, changes, kept: this.#kept, buckets: this.sample.toJSON() };
  }

  /** What `toJSON` gave; undefined for what it cannot have given. */
  static parse(value: unknown): Promised | undefined {
    const { promise_ms, kept, buckets } = Object(value) as Record<string, unknown>;
    if (typeof promise_ms !== 'number' || typeof kept !== 'number') return undefined;
    const promised = new Promised(promise_ms);
    promised.sample.merge(FreshnessSample.parse(buckets));
    promised.#kept = Math.min(Math.max(0, kept), promised.changes);
    return promised;
  }
}
