/** Statements on one connection, or on any idle one. */
import type { QueryResult } from 'pg';
import type { Relation } from '../../config/project.ts';
import { labelLine } from '../label.ts';
import type { Column, Row, Statements } from '../warehouse.ts';
import { approximateRows, describe, incarnation, isThere } from './describe.ts';
import { estimate } from './estimate.ts';
import { failureOf } from './failure.ts';
import { movingFunctions } from './moving.ts';
import { runOne } from './one.ts';
import type { Connection } from './pool.ts';
import { streamRows } from './stream.ts';
import { insertStatements } from './write.ts';

export type Lend = <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;

/** Where a statement gets its connection. */
export interface Lender {
  readonly temporaryTables: boolean;
  /** True inside a transaction, which a failed statement spoils: there are no save points. */
  readonly inTransaction: boolean;
  readonly lend: Lend;
  /** Lends one outside of the transaction, for what may fail. */
  readonly aside: Lend;
  /** A connection with a transaction open: this one, or one of its own. */
  open(): Promise<Connection>;
  /** Ends what `open` began. */
  shut(connection: Connection): Promise<void>;
  /** Work that is done entirely or not at all. */
  readonly whole: (work: (connection: Connection) => Promise<void>) => Promise<void>;
  interrupt(connection: Connection): Promise<void>;
  /** Aborts when the session is cancelled. */
  cancelled(): AbortSignal;
}

export function statementsOn(lender: Lender, label = ''): Statements {
  const line = labelLine(label);
  const run = (sql: string, lend: Lend = lender.lend): Promise<QueryResult<Row>> =>
    classified(() => lend((connection) => runOne(connection, line + sql)));
  const query = async (sql: string): Promise<Row[]> => (await run(sql)).rows;
  const aside = async (sql: string): Promise<Row[]> => (await run(sql, lender.aside)).rows;
  return {
    temporaryTables: lender.temporaryTables,
    countsCreated: false,
    query,
    stream: (sql, options) => stream(lender, { line, sql }, options?.signal),
    execute: async (sql) => (await run(sql)).rowCount ?? 0,
    writeRows: (table, columns, rows) =>
      classified(() => writeAll(lender, line, insertStatements(table, columns, rows))),
    describe: (relation) => classified(() => describeIn(lender, query, relation)),
    approximateRows: (relation) => approximateRows(aside, relation),
    incarnation: (relation) => incarnation(query, relation),
    capture: async (relations) => relations.map(() => ({})),
    movingFunctions: (names) => movingFunctions(query, names),
    analyze: async (table) => void (await run(`ANALYZE ${table}`)),
    estimate: (sql) => estimate(aside, sql),
    labelled: (text) => statementsOn(lender, text),
  };
}

async function classified<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}

/** A temporary table shows on its own connection only; what else there is can be asked for where a failure harms nothing. */
async function describeIn(
  lender: Lender,
  query: (sql: string) => Promise<Row[]>,
  relation: Relation,
): Promise<readonly Column[] | undefined> {
  const own = lender.inTransaction && relation.kind === 'table' && relation.parts.length === 1;
  if (own && !(await isThere(query, relation.parts[0]!))) return undefined;
  return (own ? lender.lend : lender.aside)((connection) => describe(connection, relation));
}

async function writeAll(lender: Lender, line: string, statements: readonly string[]): Promise<void> {
  const write = async (connection: Connection): Promise<void> => {
    for (const sql of statements) await runOne(connection, line + sql);
  };
  if (statements.length > 1) await lender.whole(write);
  else await lender.lend(write);
}

async function* stream(
  lender: Lender,
  statement: { readonly line: string; readonly sql: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<Row> {
  const stopped = signal ? AbortSignal.any([signal, lender.cancelled()]) : lender.cancelled();
  try {
    const connection = await lender.open();
    try {
      yield* streamRows(connection, statement, stopped, () => lender.interrupt(connection));
    } finally {
      await lender.shut(connection);
    }
  } catch (error) {
    throw failureOf(error);
  }
}
