/**
 * A change feed behind a double: at every mark the shop's tables are put aside, and what changed since is the difference
 * between then and now.
 */
import { parseInstant } from '../../src/instant.ts';
import type { StandIn } from './stand-in.ts';

export class Feeds {
  readonly #standIn: StandIn;
  #last = 0n;
  /** Tables whose owner turned it on; all, where nobody says otherwise. */
  tracked: (table: string) => boolean = () => true;
  /** Marks before this one are forgotten. */
  reachesBackTo = 0n;
  /** Tells only what rows are now: a mistake, for a test to notice. */
  forgetsWhatWas = false;

  constructor(standIn: StandIn) {
    this.#standIn = standIn;
  }

  /** Puts all tables aside; microseconds since 1970. */
  async mark(): Promise<bigint> {
    const now = BigInt(Date.now()) * 1_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    const { rows } = await this.#standIn.run(
      "SELECT table_name AS name FROM duckdb_tables() WHERE schema_name = 'shop' AND NOT temporary",
    );
    await this.#standIn.run('CREATE SCHEMA IF NOT EXISTS feeds');
    for (const { name } of rows)
      await this.#standIn.run(`CREATE TABLE feeds."${name}/${this.#last}" AS SELECT * FROM shop.${name}`);
    return this.#last;
  }

  /** What is run for the rows that changed since `at`, as they were and as they are; undefined: that is forgotten. */
  async since(table: string, at: string): Promise<string | undefined> {
    const instant = parseInstant(at, 'UTC')!;
    const own = table.replace(/^shop\./i, '').toLowerCase();
    const { rows } = await this.#standIn.run(
      `SELECT max(CAST(split_part(table_name, '/', 2) AS BIGINT)) AS mark FROM duckdb_tables()` +
        ` WHERE schema_name = 'feeds' AND split_part(table_name, '/', 1) = '${own}'` +
        ` AND CAST(split_part(table_name, '/', 2) AS BIGINT) <= ${instant}`,
    );
    const mark = rows[0]?.mark;
    if (mark == null || instant < this.reachesBackTo) return undefined;
    const [before, now] = [`SELECT * FROM feeds."${own}/${mark}"`, `SELECT * FROM shop.${own}`];
    if (this.forgetsWhatWas) return `(${now} EXCEPT ALL ${before})`;
    return `((${before} EXCEPT ALL ${now}) UNION ALL (${now} EXCEPT ALL ${before}))`;
  }
}
