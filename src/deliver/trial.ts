/**
 * What is rejected before anything of a sync was accepted. The rows may be bad, or what all of them are sent with:
 * rejecting, which is final, is put off until that shows.
 */
import { DiagnosedError, diagnose } from '../diagnostics/diagnostic.ts';
import type { Errand } from './errand.ts';
import type { Answer } from './sender.ts';

/** Fewer rows of a batch may well all be bad. */
const LEAST_ROWS = 20;

export class Trial {
  #answers: Answer[] = [];
  readonly #errands = new Set<Errand>();

  /** Keeps an answer that rejects all its rows. */
  putOff(answer: Answer): void {
    this.#answers.push(answer);
    for (const { errand } of answer.rows) this.#errands.add(errand);
  }

  /** The answers that were put off, taken out. */
  take(): Answer[] {
    const taken = this.#answers;
    this.#answers = [];
    this.#errands.clear();
    return taken;
  }

  /** Throws E456, and forgets what was put off, when every row of a batch was rejected. */
  judge(batch: readonly Errand[]): void {
    if (batch.length < LEAST_ROWS || !batch.every((errand) => this.#errands.has(errand))) return;
    const receipts = this.take().flatMap(({ rows }) => rows.map(({ receipt }) => receipt));
    const reason = receipts.find((receipt) => receipt.kind === 'rejected')!;
    throw new DiagnosedError([
      diagnose('E456', { rows: batch.length, code: reason.code, message: reason.message }),
    ]);
  }
}

/** True when no row of the answer got through. */
export function rejectsAll({ rows }: Answer): boolean {
  return rows.every(({ receipt }) => receipt.kind === 'rejected');
}
