/**
 * A process's session on the one real DuckDB of a play: each statement is a step of its own, and so are the beginning
 * and the end of a transaction, so that others come in between and a process can be killed at each of them.
 */
import type { Instant } from '../../src/instant.ts';
import { type Row, type Session, type Statements, WarehouseError } from '../../src/warehouse/warehouse.ts';
import type { Database, Transaction } from './database.ts';
import type { SimulatedProcess } from './process.ts';

/** Where every state of a simulation is made. */
export const PLACE = 'simulation';

/** Nothing; or the connection breaks. */
export type Fault = 'before' | 'after' | undefined;

/** What goes on at the warehouse, and what it is like. */
export interface WarehouseSide {
  readonly database: Database;
  /** Columns and functions stay as they are from play to play: asked once. */
  readonly known: Map<string, unknown>;
  readonly now: () => Instant;
  /** How long a step takes. */
  readonly latency: (label: string) => number;
  /** What happens to a step instead: the statement, or the commit, fails before or after its effect. */
  readonly fault: (kind: 'statement' | 'commit', statements: readonly string[]) => Fault;
  /** Called at the first statement of a transaction: what it sees from now on. */
  readonly onSnapshot: () => unknown;
  /** Called when statements have taken effect. */
  readonly onCommit: (statements: readonly string[], snapshot: unknown) => Promise<void>;
}

export function sessionOf(process: SimulatedProcess, side: WarehouseSide): Session {
  const outside: Scope = {
    process,
    side,
    async ran(sql) {
      await side.onCommit([sql], side.onSnapshot());
    },
  };
  return {
    ...statementsOf(side.database.statements, outside),
    version: async () => 'DuckDB, simulated',
    now: () => step(outside, 'now', async () => side.now()),
    oldestOpenTransaction: async () => undefined,
    identity: async () => PLACE,
    transaction: (work, options) => transaction(outside, work, options, 'commit'),
    scratch: (work) => transaction(outside, work, { isolation: 'snapshot' }, 'undo'),
    missingGrants: async () => [],
    missingIndexes: async () => [],
    tableNames: async () => [],
    cancel: async () => {},
    close: async () => {},
  };
}

interface Scope {
  readonly process: SimulatedProcess;
  readonly side: WarehouseSide;
  /** Called after each statement, in the same step. */
  ran(sql: string): Promise<void>;
}

async function transaction<T>(
  scope: Scope,
  work: (statements: Statements) => Promise<T>,
  options: { isolation?: 'snapshot' } | undefined,
  end: 'commit' | 'undo',
): Promise<T> {
  const { process, side } = scope;
  const executed: string[] = [];
  let snapshot: unknown;
  const inside: Scope = {
    process,
    side,
    async ran(sql) {
      snapshot ??= side.onSnapshot();
      executed.push(sql);
    },
  };
  const { statements, commit, undo } = await begin(scope, options);
  let result: T;
  try {
    result = await work(statementsOf(statements, inside));
  } catch (error) {
    await step(scope, 'rollback', undo);
    throw error;
  }
  await step(scope, end, async () => {
    if (end === 'undo') return undo();
    const fault = side.fault('commit', executed);
    if (fault === 'before') await undo();
    if (fault === 'before') throw lost('the connection was lost before COMMIT');
    await commit();
    await side.onCommit(executed, snapshot);
    if (fault === 'after') throw lost('the connection was lost after COMMIT');
  });
  return result;
}

/** A transaction that the server rolls back when its process is gone. */
async function begin(scope: Scope, options: { isolation?: 'snapshot' } | undefined): Promise<Transaction> {
  const { process, side } = scope;
  return step(scope, 'begin', async () => {
    const { statements, commit, undo } = await side.database.begin(options);
    const forget = process.whenEnded(undo);
    const ended = (how: () => Promise<void>) => async (): Promise<void> => {
      forget();
      await how();
    };
    return { statements, commit: ended(commit), undo: ended(undo) };
  });
}

function statementsOf(inner: Statements, scope: Scope): Statements {
  const { known } = scope.side;
  const run = <T>(kind: string, sql: string, effect: () => Promise<T>): Promise<T> =>
    step(scope, `${kind} ${shown(sql)}`, async () => {
      if (scope.side.fault('statement', [sql]) === 'before') throw lost('the connection was lost');
      const result = await effect();
      await scope.ran(sql);
      return result;
    });
  const once = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    step(scope, name, async () => {
      if (!known.has(name)) known.set(name, await effect());
      return known.get(name) as T;
    });
  return {
    temporaryTables: inner.temporaryTables,
    countsCreated: inner.countsCreated,
    query: (sql) => run('query', sql, () => inner.query(sql)),
    execute: (sql) => run('execute', sql, () => inner.execute(sql)),
    stream: (sql, options) =>
      streamed(
        run('stream', sql, () => inner.query(sql)),
        options?.signal,
      ),
    writeRows: (table, columns, rows) =>
      rows.length === 0
        ? Promise.resolve()
        : run('write', `INTO ${table} ${JSON.stringify(rows)}`, () => inner.writeRows(table, columns, rows)),
    describe: (relation) => once(`describe ${JSON.stringify(relation)}`, () => inner.describe(relation)),
    movingFunctions: (names) => once(`functions ${names.join()}`, () => inner.movingFunctions(names)),
    approximateRows: (relation) =>
      step(scope, `rows of ${JSON.stringify(relation)}`, () => inner.approximateRows(relation)),
    incarnation: async () => undefined,
    capture: inner.capture,
    analyze: async () => {},
    estimate: async () => undefined,
    labelled: (label) => statementsOf(inner.labelled(label), scope),
  };
}

function step<T>({ process, side }: Scope, label: string, effect: () => Promise<T>): Promise<T> {
  return process.step(label, side.latency(label), effect);
}

async function* streamed(rows: Promise<Row[]>, signal: AbortSignal | undefined): AsyncGenerator<Row> {
  for (const row of await rows) {
    if (signal?.aborted) throw lost('the query was cancelled');
    yield row;
  }
}

/** As a server's connection that breaks: the same may work at the next attempt. */
function lost(message: string): WarehouseError {
  return new WarehouseError('transient', message);
}

/** Enough to know a statement by, and a number that tells it from every other. */
function shown(sql: string): string {
  const line = sql.replaceAll(/^--.*\n/gm, '').replaceAll(/\s+/g, ' ');
  let hash = 0;
  for (let index = 0; index < sql.length; index++) hash = (Math.imul(hash, 31) + sql.charCodeAt(index)) | 0;
  return `${(hash >>> 0).toString(16).padStart(8, '0')} ${line.slice(0, 90)}`;
}
