/** Statements that stand alone, or of one session. */
import type { Connection, RowStatement } from 'snowflake-sdk';
import { labelLine } from '../label.ts';
import { type Row, type Statements, WarehouseError } from '../warehouse.ts';
import { capture } from './capture.ts';
import { approximateRows, describe, incarnation } from './describe.ts';
import { estimate } from './estimate.ts';
import { failureOf } from './failure.ts';
import { movingFunctions } from './moving.ts';
import { type Running, type RunOptions, run } from './run.ts';
import { changedBy, rowsOf } from './values.ts';
import { type Cells, insertSql, parts } from './write.ts';

/** Where statements run. */
export interface Place {
  readonly running: Running;
  /** Aborts when the session is cancelled. */
  cancelled(): AbortSignal;
  connection(): Promise<Connection>;
  /** `begun`: a transaction is open, and what defines anything would commit it. `scratch`: nothing lasting is written. */
  readonly kind: 'alone' | 'before' | 'begun' | 'scratch';
  /** A temporary table is made: the session cannot be lent again. */
  readonly made?: () => void;
  /** Runs work that is done entirely or not at all. */
  readonly whole: <T>(work: (place: Place) => Promise<T>) => Promise<T>;
}

/** Whatever defines an object, with comment lines before it. */
const DEFINES = /^(\s*--[^\n]*\n)*\s*(CREATE|DROP|ALTER|TRUNCATE|GRANT|COMMENT)\b/i;
/** What is done with temporary tables. */
const OWN_TABLES = /^(\s*--[^\n]*\n)*\s*(CREATE TEMPORARY|DROP) TABLE\b/i;
const TEMPORARY = /^(\s*--[^\n]*\n)*\s*CREATE TEMPORARY\b/i;

export function statementsOn(place: Place, label = ''): Statements {
  const line = labelLine(label);
  const send = async (sql: string, options: RunOptions = {}): Promise<RowStatement> => {
    try {
      return await run(await place.connection(), place.running, line + sql, { tag: label, ...options });
    } catch (error) {
      throw failureOf(error);
    }
  };
  const query = async (sql: string): Promise<Row[]> => {
    const statement = await send(sql);
    return classified(async () => {
      const rows: Row[] = [];
      for await (const row of rowsOf(statement, place.cancelled())) rows.push(row);
      return rows;
    });
  };
  const look = (sql: string): Promise<RowStatement> => send(sql, { looks: true });
  return {
    // In a session of a statement's own it would be gone, or be everybody's.
    temporaryTables: place.kind === 'before' || place.kind === 'scratch',
    countsCreated: false,
    query,
    stream: (sql, options) => stream((on) => send(sql, { signal: on }), place.cancelled(), options?.signal),
    async execute(sql) {
      check(place, sql);
      const statement = await send(sql);
      return classified(() => changedBy(statement));
    },
    async writeRows(table, columns, rows) {
      if (rows.length === 0) return;
      const sql = insertSql(table, columns);
      await write(place, sql, rows, (part, on) =>
        on === place ? send(sql, { rows: part }) : sendOn(on, line + sql, { tag: label, rows: part }),
      );
    },
    describe: (relation) => describe(look, relation),
    approximateRows: (relation) => approximateRows(query, relation),
    incarnation: (relation) => incarnation(query, relation),
    capture: (relations) => capture({ query, look }, relations),
    movingFunctions: (names) => movingFunctions(query, names),
    // It keeps its statistics itself.
    analyze: async () => {},
    estimate: (sql) => estimate(query, sql),
    labelled: (text) => statementsOn(place, text),
  };
}

/** A mistake of the program's must not become half a transaction, or a plan that changes something. */
function check(place: Place, sql: string): void {
  if (place.kind === 'begun' && DEFINES.test(sql))
    throw new WarehouseError('statement', 'a statement that would commit the open transaction');
  if (place.kind === 'scratch' && !OWN_TABLES.test(sql))
    throw new WarehouseError('statement', 'a statement that would last, where nothing may');
  if (!TEMPORARY.test(sql)) return;
  if (place.kind === 'alone')
    throw new WarehouseError('statement', 'a temporary table outside of a session of its own');
  place.made?.();
}

async function write(
  place: Place,
  sql: string,
  rows: readonly Cells[],
  send: (part: readonly Cells[], on: Place) => Promise<RowStatement>,
): Promise<void> {
  const all = parts(rows);
  const each = async (on: Place): Promise<void> => {
    for (const part of all) {
      const statement = await send(part, on);
      const written = await classified(() => changedBy(statement));
      if (written !== part.length)
        throw new WarehouseError('statement', `${written} of ${part.length} rows were written: ${sql}`);
    }
  };
  await (all.length === 1 || place.kind !== 'alone' ? each(place) : place.whole(each));
}

async function sendOn(place: Place, sql: string, options: RunOptions): Promise<RowStatement> {
  return classified(async () => run(await place.connection(), place.running, sql, options));
}

async function* stream(
  send: (stopped: AbortSignal) => Promise<RowStatement>,
  cancelled: AbortSignal,
  signal?: AbortSignal,
): AsyncGenerator<Row> {
  const stopped = signal ? AbortSignal.any([signal, cancelled]) : cancelled;
  if (stopped.aborted) throw new WarehouseError('transient', 'the query was cancelled');
  try {
    yield* rowsOf(await send(stopped), stopped);
  } catch (error) {
    throw failureOf(error);
  }
}

async function classified<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}
