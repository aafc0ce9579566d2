/** Who changes rows of a table holds it until its transaction ends; others that want to wait. */

/** A real one would wait longer; a test that comes here waits for ever otherwise. */
const LONGEST_MS = 20_000;

export class Locks {
  readonly #holders = new Map<string, string>();
  #released: (() => void)[] = [];

  async take(session: string, table: string): Promise<void> {
    const until = performance.now() + LONGEST_MS;
    for (let holder = this.#holders.get(table); holder !== undefined; holder = this.#holders.get(table)) {
      if (holder === session) return;
      if (performance.now() > until)
        throw new Error(`Conflict on ${table}: its lock was not released in ${LONGEST_MS} ms`);
      await new Promise<void>((done) => {
        this.#released.push(done);
        setTimeout(done, 1_000);
      });
    }
    this.#holders.set(table, session);
  }

  release(session: string): void {
    for (const [table, holder] of this.#holders) if (holder === session) this.#holders.delete(table);
    for (const done of this.#released.splice(0)) done();
  }
}
