/**
 * One message for all that a run does to one sync. Its batches come one by one, and nobody says which is the last: the
 * message is posted once none has come for a while. Until then their receipts are held back, so that what a killed run
 * has not told is told by the next one. Of a large load only the last batches are: the run reads no further while too
 * many rows have no receipt.
 */
import type { Batch, Outcome } from '../destination.ts';
import { unanswered } from '../receipts.ts';
import { type Digest, digestOf, NOTHING, together } from './message.ts';

/** Rows whose receipts are held back: half of what a delivery has open at most. */
export const HELD_ROWS = 5_000;

/** What became of the message, for each batch that was in it. */
export type Told = (batch: Batch) => Outcome;

interface Held {
  readonly batch: Batch;
  readonly digest: Digest;
  readonly end: (outcome: Outcome | Promise<never>) => void;
}

interface GatheringOptions {
  readonly include: readonly string[];
  readonly sleep: (signal: AbortSignal) => Promise<void>;
  readonly post: (audience: string, digest: Digest) => Promise<Told>;
}

export class Gathering {
  readonly #options: GatheringOptions;
  #held: Held[] = [];
  /** Has its receipts already. Stays until a message says it. */
  #acknowledged = NOTHING;
  #waiting = new AbortController();

  constructor(options: GatheringOptions) {
    this.#options = options;
  }

  /** Resolves once a message has told of the batch, or has not. */
  add(batch: Batch, signal: AbortSignal | undefined): Promise<Outcome> {
    return new Promise((resolve) => {
      const held: Held = { batch, digest: digestOf(batch, this.#options.include), end: resolve };
      this.#held.push(held);
      this.#acknowledgeSome();
      signal?.addEventListener('abort', () => this.#leave(held), { once: true });
      if (signal?.aborted) this.#leave(held);
      void this.#postWhenQuiet();
    });
  }

  #acknowledgeSome(): void {
    let rows = this.#held.reduce((sum, { batch }) => sum + batch.changes.length, 0);
    while (rows > HELD_ROWS && this.#held.length > 1) {
      const { batch, digest, end } = this.#held.shift()!;
      rows -= batch.changes.length;
      this.#acknowledged = together([this.#acknowledged, digest]);
      end(delivered(batch));
    }
  }

  /** A run that is told to stop waits no longer. What is being posted already is out of reach. */
  #leave(held: Held): void {
    if (!this.#held.includes(held)) return;
    this.#held = this.#held.filter((each) => each !== held);
    held.end(unanswered(held.batch, { reason: 'aborted', message: 'the run was told to stop' }));
  }

  async #postWhenQuiet(): Promise<void> {
    this.#waiting.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    await this.#options.sleep(waiting.signal);
    if (waiting.signal.aborted) return;
    const held = this.#held;
    const acknowledged = this.#acknowledged;
    [this.#held, this.#acknowledged] = [[], NOTHING];
    if (held.length === 0) return this.#keep(acknowledged);
    const { name } = held[0]!.batch.audience;
    try {
      const told = await this.#options.post(
        name,
        together([acknowledged, ...held.map(({ digest }) => digest)]),
      );
      const outcomes = held.map(({ batch, end }) => ({ outcome: told(batch), end }));
      if (!outcomes.every(({ outcome }) => isDelivered(outcome))) this.#keep(acknowledged);
      for (const { outcome, end } of outcomes) end(outcome);
    } catch (error) {
      this.#keep(acknowledged);
      for (const { end } of held) end(Promise.reject(error));
    }
  }

  #keep(acknowledged: Digest): void {
    this.#acknowledged = together([acknowledged, this.#acknowledged]);
  }
}

export function delivered(batch: Batch): Outcome {
  return { receipts: batch.changes.map(() => ({ kind: 'delivered' })) };
}

function isDelivered(outcome: Outcome): boolean {
  return 'receipts' in outcome && outcome.receipts.every(({ kind }) => kind === 'delivered');
}
