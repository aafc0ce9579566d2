/** When a delivery writes to the ledger: not for every row, not too late, and so that sending never waits for it. */
import type { Clock } from '../world.ts';
import { FEW_ROWS } from './flush.ts';

/** At most this many rows, or this long, between two flushes. */
const ROWS = 5_000;
const FLUSH_MS = 2_000;
/** Beside faster tiers a flush is smaller, so that it holds nobody up for long, and followed by a rest so many times as long. */
const YIELDING_ROWS = 1_000;
const RESTS = 2;

/** What a delivery has open. */
export interface Backlog {
  /** Rows whose questions are not in the ledger yet. */
  readonly unasked: number;
  /** Receipts that are not in the ledger yet. */
  readonly answered: number;
  /** Requests that are to be made or answered, and their rows. */
  readonly parcels: number;
  readonly asked: number;
  /** No more rows come. */
  readonly isRead: boolean;
  /** Nothing new is asked. */
  readonly isHalted: boolean;
}

export class Rhythm {
  /** Of a flush, at most. */
  readonly rows: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #yields: boolean;
  readonly #concurrency: number;
  #flushedAt: number;
  #restsUntil = 0;

  /** `yields`: others need the warehouse sooner. `concurrency`: requests that the destination takes side by side. */
  constructor(
    clock: Pick<Clock, 'monotonic'>,
    { yields = false, concurrency }: { readonly yields?: boolean; readonly concurrency: number },
  ) {
    this.#clock = clock;
    this.#yields = yields;
    this.#concurrency = concurrency;
    this.rows = yields ? YIELDING_ROWS : ROWS;
    this.#flushedAt = clock.monotonic();
  }

  /** Milliseconds until a flush may be due though nothing happens. */
  waitMs(backlog: Backlog): number {
    const until = this.#isResting(backlog) ? this.#restsUntil : this.#flushedAt + FLUSH_MS;
    return Math.max(0, until - this.#clock.monotonic());
  }

  isDue(backlog: Backlog): boolean {
    if (this.#isResting(backlog)) return false;
    if (this.#clock.monotonic() - this.#flushedAt >= FLUSH_MS) return true;
    const { unasked, answered, parcels, isRead, isHalted } = backlog;
    if (isHalted) return parcels === 0;
    if (answered >= this.rows) return true;
    if (unasked >= this.rows) return this.#isHungry(backlog);
    return isRead && (parcels === 0 || (unasked > 0 && this.#isHungry(backlog)));
  }

  began(): void {
    this.#flushedAt = this.#clock.monotonic();
  }

  /** A flush of `rows` ended. The rest is by how long it took: where there is room for all, that is little. */
  ended(rows: number): void {
    if (!this.#yields || rows <= FEW_ROWS) return;
    const now = this.#clock.monotonic();
    this.#restsUntil = now + Math.min(FLUSH_MS, RESTS * (now - this.#flushedAt));
  }

  #isResting({ isHalted }: Backlog): boolean {
    return !isHalted && this.#clock.monotonic() < this.#restsUntil;
  }

  /** While one flush's questions are sent, the next one's are written: else sending would wait for every flush. */
  #isHungry({ parcels, asked }: Backlog): boolean {
    return parcels < this.#concurrency || asked < this.rows;
  }
}
