/** A session: statements on any connection, and transactions on one of their own. */
import pLimit from 'p-limit';
import type { Instant } from '../../instant.ts';
import type { World } from '../../world.ts';
import type { ConnectOptions, Session, Statements } from '../warehouse.ts';
import { tableNames } from './describe.ts';
import { failureOf } from './failure.ts';
import { missingGrants } from './grants.ts';
import { missingIndexes } from './indexes.ts';
import type { Connection, Pool } from './pool.ts';
import { type Lender, statementsOn } from './statements.ts';
import { wakeOn } from './wake.ts';

export function sessionOn(
  request: ConnectOptions,
  pool: Pool,
  { temporaryTables, wakes }: { temporaryTables: boolean; wakes: boolean },
): Session {
  let cancellation = new AbortController();
  const shared = {
    temporaryTables,
    interrupt: (connection: Connection) => pool.interrupt([connection]),
    cancelled: () => cancellation.signal,
  };
  const any = statementsOn({
    ...shared,
    inTransaction: false,
    lend: pool.lend,
    borrow: pool.borrow,
    giveBack: pool.giveBack,
  });
  const pinned = (connection: Connection): Lender & Required<Pick<Lender, 'marks'>> => {
    // The driver takes one statement at a time; deliveries that share a transaction ask side by side.
    const inTurn = pLimit(1);
    return {
      ...shared,
      marks: new Set(),
      inTransaction: true,
      lend: (work) => inTurn(() => work(connection)),
      borrow: async () => connection,
      giveBack: () => {},
    };
  };
  return {
    ...any,
    ...(wakes ? { wake: wakeOn(pool, any.query) } : {}),
    version: () => version(any),
    now: () => now(request.world, any),
    oldestOpenTransaction: () => oldestOpenTransaction(any),
    identity: () => identity(any),
    transaction: (work, options) =>
      pool.transaction(async (connection) => {
        const lender = pinned(connection);
        const result = await work(statementsOn(lender));
        await finish(connection, lender.marks);
        return result;
      }, options?.isolation === 'snapshot'),
    scratch: (work) =>
      scratch(pool, request.access === 'read' && temporaryTables, (connection) =>
        work(statementsOn(pinned(connection))),
      ),
    missingGrants: (needs) => missingGrants(any.query, needs),
    missingIndexes: (sought) => missingIndexes(any.query, sought),
    tableNames: () => tableNames(any.query),
    async cancel() {
      cancellation.abort();
      cancellation = new AbortController();
      await pool.interrupt();
    },
    close: pool.close,
  };
}

async function version(statements: Statements): Promise<string> {
  const [row] = await statements.query("SELECT current_setting('server_version') AS version");
  return `PostgreSQL ${row!.version!.split(' ')[0]}`;
}

async function now(world: World, statements: Statements): Promise<Instant> {
  if (world.clock.simulated) return world.clock.now();
  const [row] = await statements.query(
    'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS now',
  );
  return BigInt(row!.now!);
}

/**
 * Also of one that has only read so far: what it writes later may be dated by its beginning (`now()`). Of other roles' sessions the server tells it only to members of pg_read_all_stats.
 */
async function oldestOpenTransaction(statements: Statements): Promise<Instant | undefined> {
  const [row] = await statements.query(
    'SELECT CAST(extract(epoch FROM min(began)) * 1000000 AS bigint) AS began FROM (' +
      ' SELECT xact_start FROM pg_catalog.pg_stat_activity' +
      " WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()" +
      ' UNION ALL SELECT prepared FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()' +
      ') AS open (began)',
  );
  return row?.began ? BigInt(row.began) : undefined;
}

/** `server/database oid/database name`; the server's part is empty where this role may not ask for it. */
async function identity(statements: Statements): Promise<string> {
  const [row] = await statements.query(
    'SELECT oid, datname,' +
      ` has_function_privilege(to_regprocedure('pg_catalog.pg_control_system()'), 'execute') AS may_ask` +
      ' FROM pg_catalog.pg_database WHERE datname = current_database()',
  );
  const { oid, datname, may_ask } = row!;
  const [server] =
    may_ask === 'true'
      ? await statements.query('SELECT system_identifier FROM pg_catalog.pg_control_system()')
      : [];
  return `${server?.system_identifier ?? ''}/${oid}/${datname}`;
}

/**
 * What comes before COMMIT: the next user of this connection must not meet our temporary tables. It also fails when an
 * earlier failure was passed over, where COMMIT alone would roll back and call it success.
 */
async function finish(connection: Connection, marks: NonNullable<Lender['marks']>): Promise<void> {
  if (marks.size === 0) return;
  try {
    await connection.query(marks.has('temporary') ? 'DISCARD TEMP' : 'SELECT 1');
  } catch (error) {
    throw failureOf(error);
  }
}

/** Carries a result out of a transaction that is to be rolled back. */
class Undo<T> {
  constructor(readonly result: T) {}
}

/** `lift`: temporary tables are allowed in a session that is otherwise read-only. */
async function scratch<T>(
  pool: Pool,
  lift: boolean,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    return await pool.transaction<never>(async (connection) => {
      if (lift) await connection.query('SET TRANSACTION READ WRITE');
      throw new Undo(await work(connection));
    }, true);
  } catch (error) {
    if (error instanceof Undo) return error.result as T;
    throw error;
  }
}
