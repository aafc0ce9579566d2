/**
 * What stands behind a double of a warehouse's protocol: a DuckDB that runs, for each statement that arrives, the text
 * that the same plan has in its dialect. A statement that no plan made is refused.
 */
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api';
import { rowsOf } from '../../src/warehouse/duckdb/values.ts';
import type { Row } from '../../src/warehouse/warehouse.ts';
import { NEXT } from './pair.ts';
import { Hearing } from './told.ts';

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly Row[];
  readonly changed: number;
}

export class StandIn {
  readonly #instance: DuckDBInstance;
  readonly #outside: DuckDBConnection;
  readonly #sessions = new Map<string, DuckDBConnection>();
  /** As it arrives -> as it is run. */
  readonly #known = new Map<string, string>();
  #hearing: Hearing | undefined;
  /** Every statement that arrived, in order. */
  readonly arrived: { readonly sql: string; readonly session: string | undefined }[] = [];

  private constructor(instance: DuckDBInstance, outside: DuckDBConnection) {
    this.#instance = instance;
    this.#outside = outside;
  }

  static async open(path = ':memory:'): Promise<StandIn> {
    const instance = await DuckDBInstance.create(path);
    const outside = await instance.connect();
    await outside.run("SET GLOBAL TimeZone = 'UTC'");
    return new StandIn(instance, outside);
  }

  /** What is run for a text that stands for a change feed. */
  feed?: (text: string) => Promise<string | undefined>;

  /** From now on `text` is known, and `own` is run for it. */
  know(text: string, own: string): void {
    this.#known.set(text, own);
  }

  /** From now on, what other processes tell in a folder is known, too. */
  listen(folder: string): void {
    this.#hearing = new Hearing(folder);
  }

  /** What is known, in the order in which it became so. */
  get looked(): ReadonlyMap<string, string> {
    for (const [text, own] of this.#hearing?.news() ?? []) this.#known.set(text, own);
    return this.#known;
  }

  /** What is run for a statement; undefined for one that no plan made. */
  own(text: string): string | undefined {
    // The same text may stand for another one by now.
    return this.looked.get(text);
  }

  /** Runs a text of its own, in a session or outside of them. */
  async run(own: string, session?: string): Promise<Answer> {
    const connection = session === undefined ? this.#outside : await this.#connectionOf(session);
    let result: DuckDBResult | undefined;
    for (const statement of own.split(NEXT)) result = await connection.run(statement);
    const names = result!.deduplicatedColumnNames();
    const columns = names.map((name, index) => ({ name, type: String(result!.columnType(index)) }));
    return { columns, rows: await rowsOf(result!), changed: result!.rowsChanged };
  }

  /** The columns of what would be read. */
  async look(own: string, session?: string): Promise<Answer['columns']> {
    const { rows } = await this.run(`DESCRIBE ${own}`, session);
    return rows.map(({ column_name, column_type }) => ({ name: column_name!, type: column_type! }));
  }

  /** Ends what runs in a session, or outside of them, with an error. */
  interrupt(session?: string): void {
    (session === undefined ? this.#outside : this.#sessions.get(session))?.interrupt();
  }

  /** All of them, as when nobody has come back to them for long: what is open in them is undone. */
  endSessions(): void {
    for (const session of [...this.#sessions.keys()]) this.endSession(session);
  }

  endSession(session: string): void {
    this.#sessions.get(session)?.closeSync();
    this.#sessions.delete(session);
  }

  async #connectionOf(session: string): Promise<DuckDBConnection> {
    const open = this.#sessions.get(session) ?? (await this.#instance.connect());
    this.#sessions.set(session, open);
    return open;
  }

  close(): void {
    this.endSessions();
    this.#outside.closeSync();
    this.#instance.closeSync();
  }
}
