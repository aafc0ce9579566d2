/**
 * Who may change rows: one at a time within this process. Transactions there lock nothing: of two that change one table
 * at once, whatever the rows, the later to commit fails. So they take turns here, and only other processes are met there.
 */

export class Turns {
  #isTaken = false;
  readonly #first: (() => void)[] = [];
  readonly #others: (() => void)[] = [];

  /** `soon`: what takes a moment only, and must not wait for long: a lease that is renewed. */
  async take<T>(work: () => Promise<T>, { soon = false } = {}): Promise<T> {
    if (this.#isTaken) await new Promise<void>((done) => (soon ? this.#first : this.#others).push(done));
    this.#isTaken = true;
    try {
      return await work();
    } finally {
      const next = this.#first.shift() ?? this.#others.shift();
      if (next) next();
      else this.#isTaken = false;
    }
  }
}
