/** A session: statements on any connection, and transactions on one that is closed after them. */
import type { Instant } from '../../instant.ts';
import { type ConnectOptions, type Session, type Statements, WarehouseError } from '../warehouse.ts';
import { tableNames } from './describe.ts';
import { dialect } from './dialect.ts';
import { failureOf } from './failure.ts';
import { missingGrants } from './grants.ts';
import { runOne } from './one.ts';
import type { Connection, Pool } from './pool.ts';
import { type Lend, type Lender, statementsOn } from './statements.ts';

export function sessionOn({ world }: ConnectOptions, pool: Pool, temporaryTables: boolean): Session {
  let cancellation = new AbortController();
  const lend: Lend = async (work) => {
    const connection = await pool.borrow();
    try {
      return await work(connection);
    } finally {
      pool.giveBack(connection);
    }
  };
  const shared = {
    temporaryTables,
    aside: lend,
    interrupt: (connection: Connection) => pool.interrupt([connection]),
    cancelled: () => cancellation.signal,
  };
  const inTransaction = (end: 'COMMIT' | 'ROLLBACK') => transactions(pool, end, shared);
  const any = statementsOn({
    ...shared,
    inTransaction: false,
    lend,
    whole: (work) => inTransaction('COMMIT')((_, connection) => work(connection)),
    async open() {
      const connection = await pool.borrow();
      try {
        await runOne(connection, 'BEGIN');
        return connection;
      } catch (error) {
        pool.giveBack(connection, true);
        throw error;
      }
    },
    async shut(connection) {
      const isWell = await runOne(connection, 'ROLLBACK').then(
        () => true,
        () => false,
      );
      pool.giveBack(connection, !isWell);
    },
  });
  return {
    ...any,
    version: () => version(any),
    now: async () => (world.clock.simulated ? world.clock.now() : now(any)),
    // Other users' transactions show to superusers only.
    oldestOpenTransaction: async () => undefined,
    identity: () => identity(any),
    transaction: (work) => inTransaction('COMMIT')(work),
    scratch: (work) => inTransaction('ROLLBACK')(work),
    missingGrants: (needs) => missingGrants(any.query, needs),
    missingIndexes: async () => [],
    tableNames: () => tableNames(any.query),
    async cancel() {
      cancellation.abort();
      cancellation = new AbortController();
      await pool.interrupt();
    },
    close: pool.close,
  };
}

type Shared = Pick<Lender, 'temporaryTables' | 'aside' | 'interrupt' | 'cancelled'>;
type Work<T> = (statements: Statements, connection: Connection) => Promise<T>;

/** Every transaction is serializable, or has one snapshot at least where the database says so: all see one state. */
function transactions(pool: Pool, end: 'COMMIT' | 'ROLLBACK', shared: Shared) {
  return async <T>(work: Work<T>): Promise<T> => {
    const connection = await classified(() => pool.borrow());
    const failed = { any: false };
    try {
      await classified(() => runOne(connection, 'BEGIN'));
      const result = await work(statementsOn(pinned(connection, failed, shared)), connection);
      // Of a transaction that a failure has spoilt, COMMIT rolls back and calls it success.
      if (failed.any && end === 'COMMIT')
        throw new WarehouseError('statement', 'a statement of the transaction failed');
      await classified(() => runOne(connection, end));
      return result;
    } catch (error) {
      await runOne(connection, 'ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      pool.giveBack(connection, true);
    }
  };
}

function pinned(connection: Connection, failed: { any: boolean }, shared: Shared): Lender {
  const noted = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      failed.any = true;
      throw error;
    }
  };
  return {
    ...shared,
    inTransaction: true,
    lend: (work) => noted(() => work(connection)),
    whole: (work) => noted(() => work(connection)),
    open: async () => connection,
    // A stream that failed has spoilt the transaction: its next statement says so.
    shut: async () => {},
  };
}

async function classified<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}

async function version(statements: Statements): Promise<string> {
  const [row] = await statements.query('SELECT version() AS version');
  const [, own] = /Redshift ([\d.]+)/.exec(row!.version!) ?? [];
  return own === undefined ? 'Amazon Redshift' : `Amazon Redshift ${own}`;
}

/** SYSDATE is when its transaction began, to the microsecond; GETDATE knows seconds only. */
async function now(statements: Statements): Promise<Instant> {
  const micros = dialect.functions.micros_of("timezone('UTC', SYSDATE)");
  const [row] = await statements.query(`SELECT ${micros} AS micros`);
  return BigInt(row!.micros!);
}

/** The namespace is a warehouse's own: one restored from a snapshot has another. */
async function identity(statements: Statements): Promise<string> {
  const [row] = await statements.query('SELECT current_database() AS base');
  const namespace = await statements.query('SELECT current_namespace AS namespace').then(
    (rows) => rows[0]?.namespace ?? '',
    () => '',
  );
  return `${namespace}/${row!.base}`;
}
