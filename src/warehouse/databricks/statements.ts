/** Statements that stand alone, or of one session. */
import { labelLine } from '../label.ts';
import { type Column, type Row, type Statements, WarehouseError } from '../warehouse.ts';
import { capture } from './capture.ts';
import type { Operation, Session } from './client.ts';
import { approximateRows, columnsOf, describe, incarnation } from './describe.ts';
import { dialect } from './dialect.ts';
import { estimate } from './estimate.ts';
import { failureOf, isClientError } from './failure.ts';
import { movingFunctions } from './moving.ts';
import type { Pool } from './pool.ts';
import { end, type RunOptions, run, tagsOf } from './run.ts';
import type { Scratch } from './scratch.ts';
import { changedBy, rowsOf } from './values.ts';
import { insertSql, parts } from './write.ts';

/** Where statements run. */
export interface Place {
  readonly pool: Pool;
  /** `begun`: a transaction is open. `scratch`: nothing lasting is written. */
  readonly kind: 'alone' | 'before' | 'begun' | 'scratch';
  /** Of all but those that stand alone. */
  readonly session?: Session;
  /** The tables of a transaction. */
  readonly tables?: Scratch;
  /** A temporary table is made: the session cannot be lent again. */
  readonly made?: () => void;
  /** Runs work that is done entirely or not at all. */
  readonly whole: <T>(work: (place: Place) => Promise<T>) => Promise<T>;
}

const COMMENTS = '^(?:\\s*--[^\\n]*\\n)*\\s*';
const CHANGES = new RegExp(`${COMMENTS}(INSERT|UPDATE|DELETE|MERGE)\\b`, 'i');
/** What is done with temporary tables. */
const OWN_TABLES = new RegExp(`${COMMENTS}(CREATE TEMPORARY|DROP) TABLE\\b`, 'i');
const TEMPORARY = new RegExp(`${COMMENTS}CREATE TEMPORARY\\b`, 'i');

export function statementsOn(place: Place, label = ''): Statements {
  const { pool, kind, tables } = place;
  const own = (sql: string): string => labelLine(label) + (tables ? tables.own(sql) : sql);
  const send = (
    text: string,
    options: RunOptions,
    on: Pick<Place, 'session'> = place,
  ): Promise<Operation> => {
    const go = (session: Session): Promise<Operation> =>
      run(
        pool.world,
        session,
        pool.running,
        text,
        { ...(pool.options.query_tags ? { tags: tagsOf(label) } : {}), ...options },
        pool.cancelled(),
      );
    return on.session ? go(on.session) : pool.shared(go);
  };
  const ask = (sql: string, on: Pick<Place, 'session'> = place): Promise<Row[]> =>
    classified(async () => {
      const operation = await send(own(sql), { reads: true }, on);
      try {
        const rows: Row[] = [];
        for await (const row of rowsOf(operation, pool.cancelled())) rows.push(row);
        return rows;
      } finally {
        await end(pool.running, operation);
      }
    });
  const query = (sql: string): Promise<Row[]> => ask(sql);
  const change = (text: string, options: RunOptions = {}, on: Place = place): Promise<number | undefined> =>
    classified(async () => {
      const operation = await send(text, options, on);
      try {
        return await changedBy(operation);
      } finally {
        await end(pool.running, operation);
      }
    });
  /** A transaction refuses questions about tables themselves; other sessions see the tables that were made for it. */
  const look = (sql: string): Promise<Row[]> => ask(sql, kind === 'begun' ? {} : place);
  const written = async (table: string, columns: readonly string[]): Promise<readonly Column[]> => {
    const list = columns.map(dialect.quote).join(', ');
    const known = tables?.owns(table) ? undefined : pool.written.get(`${list} ${table}`);
    const found = known ?? (await columnsOf(look, list, table));
    if (!tables?.owns(table)) pool.written.set(`${list} ${table}`, found);
    return found;
  };
  const make = async (sql: string): Promise<void> => {
    check(place, sql);
    await change(own(sql));
  };
  return {
    // In a session of a statement's own it would be gone, or be everybody's.
    temporaryTables: kind === 'before' || kind === 'scratch',
    countsCreated: false,
    query,
    stream: (sql, options) => stream(place, () => send(own(sql), { reads: true }), options?.signal),
    async execute(sql) {
      check(place, sql);
      if (!CHANGES.test(sql)) return (await change(own(sql))) ?? 0;
      return counted(await inTurn(place, () => change(own(sql))));
    },
    async writeRows(table, columns, rows) {
      if (rows.length === 0) return;
      const sql = own(insertSql(table, await written(table, columns)));
      const all = parts(rows);
      const each = async (on: Place): Promise<void> => {
        for (const part of all) {
          const count = counted(await change(sql, { text: part.text }, on));
          if (count !== part.rows)
            throw new WarehouseError('statement', `${count} of ${part.rows} rows were written: ${sql}`);
        }
      };
      await (all.length === 1 || kind !== 'alone' ? inTurn(place, () => each(place)) : place.whole(each));
    },
    describe: (relation) => describe(look, relation),
    approximateRows: (relation) => approximateRows(look, relation),
    incarnation: (relation) => incarnation(look, relation),
    capture: (relations) => capture({ kind, query: look, make }, relations),
    movingFunctions: (names) => movingFunctions(look, names),
    // It keeps its statistics itself.
    analyze: async () => {},
    estimate: (sql) => estimate(look, sql),
    labelled: (text) => statementsOn(place, text),
  };
}

/** A transaction has its turn already. */
function inTurn<T>({ pool, kind }: Place, work: () => Promise<T>): Promise<T> {
  return kind === 'alone' ? pool.turns.take(work, { soon: true }) : work();
}

/** How many rows were changed decides who holds a lease: it is never guessed. */
function counted(count: number | undefined): number {
  if (count === undefined) throw new WarehouseError('statement', 'no count of changed rows was told');
  return count;
}

/** A mistake of the program's must not become half a transaction, or a plan that changes something. */
function check({ kind, made }: Place, sql: string): void {
  if (kind === 'begun' && !CHANGES.test(sql))
    throw new WarehouseError('statement', 'a statement that no transaction takes');
  if (kind === 'scratch' && !OWN_TABLES.test(sql))
    throw new WarehouseError('statement', 'a statement that would last, where nothing may');
  if (!TEMPORARY.test(sql)) return;
  if (kind === 'alone')
    throw new WarehouseError('statement', 'a temporary table outside of a session of its own');
  made?.();
}

async function* stream(
  { pool }: Place,
  send: () => Promise<Operation>,
  signal?: AbortSignal,
): AsyncGenerator<Row> {
  const cancelled = pool.cancelled();
  const stopped = signal ? AbortSignal.any([signal, cancelled]) : cancelled;
  if (stopped.aborted) throw new WarehouseError('transient', 'the query was cancelled');
  let operation: Operation | undefined;
  const stop = (): void => void operation?.cancel().catch(() => undefined);
  stopped.addEventListener('abort', stop);
  try {
    operation = await send();
    yield* rowsOf(operation, stopped);
  } catch (error) {
    throw isClientError(error) ? failureOf(error) : error;
  } finally {
    stopped.removeEventListener('abort', stop);
    if (operation) await end(pool.running, operation);
  }
}

async function classified<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isClientError(error) ? failureOf(error) : error;
  }
}
