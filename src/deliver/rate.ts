/**
 * One destination's budget of requests, shared by all its syncs in this process: so many at once, so many a second, and
 * the faster tier first. A request of a slow tier delays one of a fast tier by no more than itself.
 */
import type { World } from '../world.ts';

export interface LaneLimits {
  /** Requests in flight at once. */
  readonly concurrency: number;
  readonly requestsPerSecond?: number;
}

interface Waiter {
  /** Lower goes first. */
  readonly priority: number;
  readonly admit: (leave: (() => void) | undefined) => void;
}

export class Lane {
  readonly #world: World;
  readonly #limits: LaneLimits;
  readonly #waiters: Waiter[] = [];
  #inFlight = 0;
  #processes = 1;
  /** When the budget allows the next request, on the monotonic clock. */
  #nextAt = Number.NEGATIVE_INFINITY;
  #sleep: AbortController | undefined;

  constructor(world: World, limits: LaneLimits) {
    this.#world = world;
    this.#limits = limits;
  }

  /** Requests a second are divided among this many processes. */
  shareAmong(processes: number): void {
    this.#processes = Math.max(1, processes);
  }

  /** True when nothing waits for a place. */
  get isIdle(): boolean {
    return this.#waiters.length === 0;
  }

  /** The other side asks for `ms` without requests. */
  pause(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#world.clock.monotonic() + ms);
  }

  /** Waits for a place; resolves to what gives it back, or to undefined when `signal` aborts first. */
  enter(priority: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        if (this.isIdle) this.#sleep?.abort();
        resolve(undefined);
      };
      const waiter: Waiter = {
        priority,
        admit: (leave) => {
          signal.removeEventListener('abort', giveUp);
          resolve(leave);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#queue(waiter);
      this.#admitSome();
    });
  }

  #queue(waiter: Waiter): void {
    let at = this.#waiters.length;
    while (at > 0 && this.#waiters[at - 1]!.priority > waiter.priority) at--;
    this.#waiters.splice(at, 0, waiter);
  }

  #admitSome(): void {
    while (this.#waiters.length > 0 && this.#inFlight < this.#limits.concurrency) {
      const wait = this.#waitMs();
      if (wait > 0) {
        this.#wakeIn(wait);
        return;
      }
      this.#inFlight++;
      this.#waiters.shift()!.admit(this.#leaveOnce());
    }
  }

  #leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inFlight--;
      this.#admitSome();
    };
  }

  /** 0 takes one request out of the budget. */
  #waitMs(): number {
    const now = this.#world.clock.monotonic();
    if (now < this.#nextAt) return this.#nextAt - now;
    const { requestsPerSecond } = this.#limits;
    if (requestsPerSecond !== undefined) this.#nextAt = now + (1000 * this.#processes) / requestsPerSecond;
    return 0;
  }

  #wakeIn(ms: number): void {
    if (this.#sleep) return;
    this.#sleep = new AbortController();
    void this.#world.timers.sleep(ms, this.#sleep.signal).then(() => {
      this.#sleep = undefined;
      this.#admitSome();
    });
  }
}
