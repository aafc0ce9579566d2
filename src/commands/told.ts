/** What was told, so that the same is not told again at once. */
import type { Clock } from '../world.ts';

/** The same is told again after this long. */
const REPEAT_MS = 600_000;
/** Instants, numbers, ages and shares: an age that has grown is nothing new. A name may be digits: `segment 30d:`, `7.hook`. */
const FIGURE = /(?<![\w.-])(?:\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?|\d[\d.,]*(?:ms|[smhdw%])?)(?![\w:-]|\.\w)/g;

export class Told {
  readonly #clock: Clock;
  readonly #at = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False for what was told not long ago, be it with other figures. */
  isNews(text: string): boolean {
    const words = text.replace(FIGURE, '#').replace(/#(?: #)+/g, '#');
    const now = this.#clock.monotonic();
    const last = this.#at.get(words);
    if (last !== undefined && now - last < REPEAT_MS) return false;
    for (const [old, at] of this.#at) if (now - at >= REPEAT_MS) this.#at.delete(old);
    this.#at.set(words, now);
    return true;
  }

  /** What has these words in it is news again. */
  forget(words: string): void {
    for (const old of this.#at.keys()) if (old.includes(words)) this.#at.delete(old);
  }
}
