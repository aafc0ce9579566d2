/**
 * The other side of a delivery: an audience that matches people by their identifiers, or by key, and that can lose
 * answers, fail in part, ask for patience, refuse batches whole, and be watched while it does.
 */

import { z } from 'zod';
import type {
  Batch,
  Change,
  DestinationSession,
  Example,
  Limits,
  Manifest,
  Operation,
  Outcome,
  Receipt,
} from '../../src/destination/destination.ts';

export interface Faults {
  /** Shares of requests, each in [0, 1]. */
  readonly answerLost: number;
  readonly notReached: number;
  readonly inPart: number;
  /** Of rows: applied, with an answer that puts them off beyond what a run waits for. */
  readonly forgotten: number;
}

export const NO_FAULTS: Faults = { answerLost: 0, notReached: 0, inPart: 0, forgotten: 0 };

export interface ReceiverOptions {
  /** `identifiers`: it knows addresses only. `key`: it knows keys. */
  readonly matchesBy: 'identifiers' | 'key';
  readonly limits?: Partial<Limits>;
  /** Uniform in [0, 1). */
  readonly chance: () => number;
  /** A change that it never accepts; the whole batch is refused for one. */
  readonly refuses?: (change: Change) => boolean;
  /** Called before each request is looked at; throws to be a crash. */
  readonly onRequest?: (batch: Batch) => void;
}

export class Receiver implements DestinationSession {
  readonly limits: Limits;
  readonly requests: Batch[] = [];
  faults: Faults = NO_FAULTS;
  /** What to say to every request instead of looking at it. */
  answer: ((batch: Batch) => Outcome) | undefined;
  ref = 'audience-1';
  /** Identifier, or key -> what is known of it. */
  readonly audience = new Map<string, Change>();
  readonly #options: ReceiverOptions;
  readonly #openKeys = new Set<string>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.limits = { batchRows: 3, batchBytes: 1_000_000, concurrency: 3, ...options.limits };
  }

  manifest(operations: readonly Operation[] = ['add', 'remove', 'update']): Manifest {
    return {
      type: 'test',
      title: 'Test',
      does: 'is a test',
      verified: 'real',
      options: z.object({}),
      secrets: [],
      needsIdentifier: this.#options.matchesBy === 'identifiers',
      severalOfAKind: true,
      takesFields: true,
      anyTarget: true,
      operations,
      listsMembers: false,
      takesEvents: true,
      batch: { rows: this.limits.batchRows, bytes: this.limits.batchBytes },
      concurrency: this.limits.concurrency,
      idempotency: 'natural',
    };
  }

  async check(): Promise<void> {}

  async ensureAudience(): Promise<string> {
    return this.ref;
  }

  example({ changes }: Batch): Example {
    return { to: 'nowhere', body: changes.map(({ op, key }) => ({ op, key })) };
  }

  identifier(_kind: string, value: string): string | undefined {
    return value.includes('@') ? value : undefined;
  }

  sizeOf(): number {
    return 100;
  }

  async send(batch: Batch): Promise<Outcome> {
    this.#options.onRequest?.(batch);
    this.requests.push(batch);
    for (const { key } of batch.changes) {
      if (this.#openKeys.has(key)) throw new Error(`two requests are open for key ${key}`);
      this.#openKeys.add(key);
    }
    await new Promise((resolve) => setTimeout(resolve, this.#options.chance() * 2));
    for (const { key } of batch.changes) this.#openKeys.delete(key);
    return this.answer ? this.answer(batch) : this.#look(batch);
  }

  async close(): Promise<void> {}

  #look(batch: Batch): Outcome {
    const { chance, refuses } = this.#options;
    if (chance() < this.faults.notReached)
      return all(batch, { kind: 'retry', code: 'refused', message: 'down' });
    if (refuses && batch.changes.some(refuses))
      return { refused: { code: 'bad_row', message: 'a row is bad' } };
    if (chance() < this.faults.answerLost) {
      for (const change of batch.changes) this.apply(change);
      return all(batch, { kind: 'retry', code: 'timeout', message: 'no answer' });
    }
    const receipts = batch.changes.map((change): Receipt => {
      if (chance() < this.faults.inPart) return { kind: 'retry', code: 'busy', message: 'try later' };
      this.apply(change);
      const forgotten = chance() < this.faults.forgotten;
      return forgotten
        ? { kind: 'retry', code: 'late', message: 'tomorrow', afterMs: 86_400_000 }
        : { kind: 'delivered' };
    });
    return { receipts, httpStatus: 200 };
  }

  apply(change: Change): void {
    const names = this.#options.matchesBy === 'key' ? [change.key] : Object.values(change.identifiers);
    for (const name of names) {
      if (change.op === 'remove') this.audience.delete(name);
      else this.audience.set(name, change);
    }
  }
}

export function all(batch: Batch, receipt: Receipt): Outcome {
  return { receipts: batch.changes.map(() => receipt) };
}
