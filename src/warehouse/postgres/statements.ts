/** Statements on one connection, or on any idle one. */
import { labelLine } from '../label.ts';
import type { Row, Statements, StreamOptions } from '../warehouse.ts';
import { attempt } from './attempt.ts';
import { capture } from './capture.ts';
import { copyRows } from './copy.ts';
import { rowsAside, rowsAsRead } from './cursor.ts';
import { approximateRows, describe, incarnation, movingFunctions } from './describe.ts';
import { estimate } from './estimate.ts';
import { failureOf } from './failure.ts';
import { runOne } from './one.ts';
import type { Connection } from './pool.ts';
import { streamRows } from './stream.ts';
import { writeTogether } from './together.ts';

/** Where a statement gets its connection. */
export interface Lender {
  readonly temporaryTables: boolean;
  /** True inside a transaction, which a failed statement would spoil. */
  readonly inTransaction: boolean;
  lend<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  borrow(): Promise<Connection>;
  giveBack(connection: Connection): void;
  /** Asks the server to stop what runs on a connection. */
  interrupt(connection: Connection): Promise<void>;
  /** Aborts when the session is cancelled. */
  cancelled(): AbortSignal;
  /** Of a transaction: that something in it failed, or made a temporary table. */
  readonly marks?: Set<'failed' | 'temporary'>;
}

export function statementsOn(lender: Lender, label = ''): Statements {
  const line = labelLine(label);
  const { inTransaction } = lender;
  const on = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    try {
      return await lender.lend(work);
    } catch (error) {
      lender.marks?.add('failed');
      throw failureOf(error);
    }
  };
  const query = (sql: string): Promise<Row[]> =>
    on(async (connection) => (await runOne(connection, line + sql)).rows);
  const queryUnspoilt = (sql: string): Promise<Row[]> =>
    on(async (connection) => {
      const work = () => runOne(connection, line + sql);
      return (await attempt(connection, inTransaction, work)).rows;
    });
  return {
    temporaryTables: lender.temporaryTables,
    countsCreated: true,
    query,
    stream: (sql, options) => stream(lender, { line, sql }, options),
    execute: (sql) => {
      if (/^CREATE TEMPORARY /m.test(sql)) lender.marks?.add('temporary');
      return on(async (connection) => (await runOne(connection, line + sql)).rowCount ?? 0);
    },
    writeRows: (table, columns, rows) => on((connection) => copyRows(connection, table, columns, rows, line)),
    writeTogether: (writes, labels = writes.map(() => label)) =>
      on((connection) => writeTogether(connection, writes, labels.map(labelLine))),
    describe: (relation) => on((connection) => describe(connection, relation, inTransaction)),
    approximateRows: (relation) => approximateRows(query, relation),
    incarnation: (relation) => incarnation(query, relation),
    capture: (relations, as, apart) => capture(query, relations, as, apart),
    movingFunctions: (names) => movingFunctions(query, names),
    analyze: async (table) => void (await query(`ANALYZE ${table}`)),
    estimate: (sql) => estimate(queryUnspoilt, sql),
    labelled: (text) => statementsOn(lender, text),
  };
}

async function* stream(
  lender: Lender,
  { line, sql }: { readonly line: string; readonly sql: string },
  { signal, setAside = false }: StreamOptions = {},
): AsyncGenerator<Row> {
  const stopped = signal ? AbortSignal.any([signal, lender.cancelled()]) : lender.cancelled();
  try {
    const connection = await lender.borrow();
    try {
      const open =
        setAside && !lender.inTransaction
          ? () => rowsAside(connection, sql, line)
          : () => rowsAsRead(connection, line + sql);
      yield* streamRows(connection, open, stopped, () => lender.interrupt(connection));
    } finally {
      lender.giveBack(connection);
    }
  } catch (error) {
    lender.marks?.add('failed');
    throw failureOf(error);
  }
}
