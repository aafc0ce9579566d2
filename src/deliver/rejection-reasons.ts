/** Why rows were rejected, counted by reason. */
import type { RejectionReason } from '../report/results.ts';

/** A destination may word each row's reason differently: from there on only reasons that are known are counted. */
const MOST_REASONS = 1_000;
const TOLD = 3;

export class RejectionReasons {
  readonly #rows = new Map<string, RejectionReason>();

  /** Counts one row. */
  add({ code, message }: Pick<RejectionReason, 'code' | 'message'>): void {
    const name = JSON.stringify([code, message]);
    const known = this.#rows.get(name);
    if (!known && this.#rows.size >= MOST_REASONS) return;
    this.#rows.set(name, { code, message, rows: (known?.rows ?? 0) + 1 });
  }

  /** The three that most rows were rejected for, the commonest first. */
  commonest(): RejectionReason[] {
    return [...this.#rows.values()].sort((a, b) => b.rows - a.rows).slice(0, TOLD);
  }
}
