/** Wakes one waiter. A ring that nobody waits for is kept for the next who does. */
import type { Timers } from '../world.ts';

/** Without a reason each abort makes an error with a stack. */
const RUNG = 'rung';

export class Bell {
  readonly #timers: Timers;
  #rung = new AbortController();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  ring(): void {
    this.#rung.abort(RUNG);
  }

  /** Resolves at the next ring, or after `ms`. */
  async wait(ms: number): Promise<void> {
    await this.#timers.sleep(ms, this.#rung.signal);
    this.#rung = new AbortController();
  }
}
