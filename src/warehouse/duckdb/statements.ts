/** Statements on one connection, or on any idle one. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Relation } from '../../config/project.ts';
import { labelLine } from '../label.ts';
import type { Row, Statements } from '../warehouse.ts';
import { approximateRows, describe, movingFunctions } from './describe.ts';
import { estimate } from './estimate.ts';
import { failureOf } from './failure.ts';
import { rowsWritten, runOne } from './one.ts';
import { streamPages } from './stream.ts';
import { rowsOf } from './values.ts';
import { writeRows } from './write.ts';

/** Where a statement gets its connection. */
export interface Lender {
  lend<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  /** Lends a connection outside the transaction, if there is one. */
  lendOutside<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  borrow(): Promise<DuckDBConnection>;
  giveBack(connection: DuckDBConnection): void;
  isCancelled(connection: DuckDBConnection): boolean;
  /** A name that no other temporary table of the session has. */
  freshName(): string;
}

export function statementsOn(lender: Lender, label = ''): Statements {
  const line = labelLine(label);
  const on = async <T>(
    work: (connection: DuckDBConnection) => Promise<T>,
    lend = lender.lend,
  ): Promise<T> => {
    try {
      return await lend(work);
    } catch (error) {
      throw failureOf(error);
    }
  };
  const query = (sql: string, lend = lender.lend): Promise<Row[]> =>
    on(async (connection) => rowsOf(await runOne(connection, line + sql)), lend);
  // Outside, since a file that is missing ends the transaction it is asked for in.
  const queryAbout = (relation: Relation) => (sql: string) =>
    query(sql, relation.kind === 'table' ? lender.lend : lender.lendOutside);
  return {
    temporaryTables: true,
    countsCreated: true,
    query: (sql) => query(sql),
    stream: (sql, options) => stream(lender, line + sql, options?.signal),
    execute: (sql) => on(async (connection) => rowsWritten(await runOne(connection, line + sql))),
    writeRows: (table, columns, rows) =>
      on((connection) => writeRows(connection, table, columns, rows, { staging: lender.freshName(), line })),
    describe: (relation) => describe(queryAbout(relation), relation),
    approximateRows: (relation) => approximateRows(queryAbout(relation), relation),
    movingFunctions: (names) => movingFunctions(query, names),
    // It keeps no record of which transaction wrote a row.
    capture: async (relations) => relations.map(() => ({})),
    // Its table numbers are given out anew when the file is opened: they tell nothing.
    incarnation: async () => undefined,
    // Statistics are kept while rows are written.
    analyze: async () => {},
    // Outside, for the same reason.
    estimate: (sql) => estimate((text) => query(text, lender.lendOutside), sql),
    labelled: (text) => statementsOn(lender, text),
  };
}

async function* stream(lender: Lender, sql: string, signal: AbortSignal | undefined): AsyncGenerator<Row> {
  const connection = await lender.borrow();
  const interrupt = (): void => connection.interrupt();
  const isStopped = (): boolean => signal?.aborted === true || lender.isCancelled(connection);
  signal?.addEventListener('abort', interrupt);
  try {
    for await (const page of streamPages(connection, sql, lender.freshName(), isStopped)) yield* page;
  } catch (error) {
    throw failureOf(error);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    lender.giveBack(connection);
  }
}
