/** Wakes one waiter. A ring that nobody waits for is kept for the next who does. */
import type { Timers } from './world.ts';

/** Without a reason each abort makes an error with a stack. */
const RUNG = 'rung';

export class Bell {
  readonly #timers: Timers;
  #isRung = false;
  /** Only while somebody waits: a ring is rung for each row that is read. */
  #waiting: AbortController | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  ring(): void {
    this.#isRung = true;
    this.#waiting?.abort(RUNG);
  }

  /** Resolves at the next ring, or after `ms`; true when it rang. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#isRung) {
      this.#waiting = new AbortController();
      await this.#timers.sleep(ms, this.#waiting.signal);
      this.#waiting = undefined;
    }
    const rang = this.#isRung;
    this.#isRung = false;
    return rang;
  }
}
