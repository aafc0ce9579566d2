/** What a resident process did, for people: a line a minute for a fast tier, a line a run for a slow one. */
import { total } from './closing.ts';
import type { Colors } from './colors.ts';
import type { Freshness, RunReport } from './results.ts';
import { count, elapsed, plural } from './words.ts';

const NAME = 10;

/** Sums of the runs of one tier. */
export class Tally {
  #entered = 0;
  #exited = 0;
  #ticks = 0;
  #delivered = 0;
  #rejected = 0;
  #waiting = 0;
  #slowest: number | undefined;

  add({ segments, syncs }: RunReport): void {
    for (const { entered, exited } of segments) {
      this.#entered += entered;
      this.#exited += exited;
    }
    if (segments.some(({ mode }) => mode !== 'skipped')) this.#ticks++;
    this.#waiting = syncs.reduce((sum, { waiting }) => sum + waiting, syncs.length > 0 ? 0 : this.#waiting);
    for (const { delivered, rejected, freshness_ms: freshness } of syncs) {
      if (delivered) this.#delivered += total(delivered);
      this.#rejected += rejected;
      this.#slowest = slower(this.#slowest, freshness);
    }
  }

  /** Something that a person would want to hear of. */
  get isEventful(): boolean {
    return this.#entered + this.#exited + this.#delivered + this.#rejected + this.#waiting > 0;
  }

  /** `at`: the time of day. */
  line(tier: string, at: string, colors: Colors): string {
    const parts = [
      ...(this.#entered + this.#exited > 0
        ? [`${count(this.#entered)} entered, ${count(this.#exited)} exited in ${plural(this.#ticks, 'tick')}`]
        : []),
      ...(this.#delivered > 0 ? [`${plural(this.#delivered, 'change')} delivered`] : []),
      ...(this.#slowest === undefined ? [] : [`p95 at most ${elapsed(this.#slowest)}`]),
      ...(this.#rejected > 0 ? [`${count(this.#rejected)} rejected`] : []),
      ...(this.#waiting > 0 ? [`${count(this.#waiting)} waiting`] : []),
    ];
    return `${colors.dim(at)}  ${tier.padEnd(NAME)}  ${parts.join('; ')}\n`;
  }
}

function slower(before: number | undefined, freshness: Freshness | undefined): number | undefined {
  if (!freshness) return before;
  return before === undefined ? freshness.p95 : Math.max(before, freshness.p95);
}
