/**
 * One destination's budget of requests, shared by all its syncs in this process: so many at once, so many a second, and
 * the faster tier first. A request of a slow tier delays one of a fast tier by no more than itself.
 */
import type { World } from '../world.ts';

export interface LaneLimits {
  /** Requests in flight at once. */
  readonly concurrency: number;
  readonly requestsPerSecond?: number;
  readonly bytesPerSecond?: number;
}

/** So many failures in a row, and requests go one at a time until one succeeds. */
const FAILURES = 5;

interface Waiter {
  /** Lower goes first. */
  readonly priority: number;
  /** That its request will carry. */
  readonly bytes: number;
  readonly admit: (leave: (() => void) | undefined) => void;
}

export class Lane {
  readonly #world: World;
  readonly #limits: LaneLimits;
  readonly #waiters: Waiter[] = [];
  #inFlight = 0;
  #processes = 1;
  #sharedAt = 0;
  #sharing: Promise<void> | undefined;
  /** Requests that failed whole since one did not. */
  #failures = 0;
  #isBroken = false;
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

  /** The same among as many as `count` finds, which is asked every so often, and once for all who come meanwhile. */
  async share(everyMs: number, count: () => Promise<number>): Promise<void> {
    const now = this.#world.clock.monotonic();
    if (this.#sharing === undefined || now - this.#sharedAt >= everyMs) {
      this.#sharedAt = now;
      this.#sharing = count().then((processes) => this.shareAmong(processes));
    }
    try {
      await this.#sharing;
    } catch (error) {
      this.#sharing = undefined;
      throw error;
    }
  }

  /** True when nothing waits for a place. */
  get isIdle(): boolean {
    return this.#waiters.length === 0;
  }

  /** A sync got nothing through for as long as it tried: until a request succeeds, none is tried again for long. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  break(): void {
    this.#isBroken = true;
  }

  /** What became of a request as a whole: so that all syncs spare a destination that is down. */
  note(outcome: 'succeeded' | 'failed'): void {
    if (outcome === 'failed') {
      this.#failures++;
      return;
    }
    this.#failures = 0;
    this.#isBroken = false;
    this.#admitSome();
  }

  /** The other side asks for `ms` without requests. */
  pause(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#world.clock.monotonic() + ms);
  }

  /** Waits for a place for a request of `bytes`; resolves to what gives it back, or to undefined when `signal` aborts first. */
  enter(priority: number, signal: AbortSignal, bytes = 0): Promise<(() => void) | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        if (this.isIdle) this.#sleep?.abort();
        resolve(undefined);
      };
      const waiter: Waiter = {
        priority,
        bytes,
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
    while (this.#waiters.length > 0 && this.#inFlight < this.#mostAtOnce()) {
      const wait = this.#waitMs(this.#waiters[0]!.bytes);
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

  #mostAtOnce(): number {
    return this.#failures >= FAILURES ? 1 : this.#limits.concurrency;
  }

  /** 0 takes one request of so many bytes out of the budget. */
  #waitMs(bytes: number): number {
    const now = this.#world.clock.monotonic();
    if (now < this.#nextAt) return this.#nextAt - now;
    const { requestsPerSecond = Number.POSITIVE_INFINITY, bytesPerSecond = Number.POSITIVE_INFINITY } =
      this.#limits;
    const share = Math.max(1 / requestsPerSecond, bytes / bytesPerSecond);
    if (share > 0) this.#nextAt = now + 1000 * this.#processes * share;
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
