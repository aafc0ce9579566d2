/**
 * A change feed behind a double: at every mark the shop's tables are put aside, and what changed since is the difference
 * between then and now.
 */
import { formatInstant, parseInstant } from '../../src/instant.ts';
import type { StandIn } from './stand-in.ts';

export class Feeds {
  readonly #standIn: StandIn;
  #last = 0n;
  /** Whether a table's owner turned it on. */
  tracked: (table: string) => boolean = () => true;
  /** Marks before this one are forgotten. */
  reachesBackTo = 0n;
  /** Tells only what rows are now: a mistake, for a test to notice. */
  forgetsWhatWas = false;

  constructor(standIn: StandIn) {
    this.#standIn = standIn;
  }

  /** How far the clock jumps at each mark, in microseconds: what is late by minutes need not be waited for. */
  leap = 1n;

  /** Puts all tables aside; microseconds since 1970. */
  async mark(): Promise<bigint> {
    const now = BigInt(Date.now()) * 1_000n;
    const least = this.#last + this.leap;
    this.#last = now > least ? now : least;
    const { rows } = await this.#standIn.run(
      "SELECT table_name AS name FROM duckdb_tables() WHERE schema_name = 'shop' AND NOT temporary",
    );
    await this.#standIn.run('CREATE SCHEMA IF NOT EXISTS feeds');
    for (const { name } of rows)
      await this.#standIn.run(`CREATE TABLE feeds."${name}/${this.#last}" AS SELECT * FROM shop.${name}`);
    return this.#last;
  }

  /**
   * What is run for the rows that changed between two instants, or from one until now, as they were and as they are;
   * undefined: that is forgotten.
   */
  async between(table: string, from: string, to?: string): Promise<string | undefined> {
    const own = table.replace(/^shop\./i, '').toLowerCase();
    if (parseInstant(from, 'UTC')! < this.reachesBackTo) return undefined;
    const before = await this.#asOf(own, from);
    const after = to === undefined ? `SELECT * FROM shop.${own}` : await this.#asOf(own, to);
    if (before === undefined || after === undefined) return undefined;
    if (this.forgetsWhatWas) return `(${after} EXCEPT ALL ${before})`;
    return `((${before} EXCEPT ALL ${after}) UNION ALL (${after} EXCEPT ALL ${before}))`;
  }

  /** The same by marks. */
  betweenMarks(table: string, from: bigint, to: bigint): Promise<string | undefined> {
    return this.between(table, formatInstant(from), formatInstant(to));
  }

  async #asOf(own: string, at: string): Promise<string | undefined> {
    const { rows } = await this.#standIn.run(
      `SELECT max(CAST(split_part(table_name, '/', 2) AS BIGINT)) AS mark FROM duckdb_tables()` +
        ` WHERE schema_name = 'feeds' AND split_part(table_name, '/', 1) = '${own}'` +
        ` AND CAST(split_part(table_name, '/', 2) AS BIGINT) <= ${parseInstant(at, 'UTC')}`,
    );
    const mark = rows[0]?.mark;
    return mark == null ? undefined : `SELECT * FROM feeds."${own}/${mark}"`;
  }
}
