/**
 * A session: statements that stand alone, and transactions in a session of Snowflake's own each.
 *
 * Defining anything there commits the transaction that is open, a temporary table included. So what a transaction needs
 * of those is made on its session before it begins (`before`); after BEGIN only rows are read and written, and a statement
 * that defines something is refused here. The transaction is short, and so are the locks that it holds.
 */
import type { Connection } from 'snowflake-sdk';
import type { Instant } from '../../instant.ts';
import type { ConnectOptions, Row, Session, Statements } from '../warehouse.ts';
import { tableNames } from './describe.ts';
import { failureOf } from './failure.ts';
import { missingGrants } from './grants.ts';
import type { Pool } from './pool.ts';
import { run } from './run.ts';
import { type Place, statementsOn } from './statements.ts';

export const NOW = 'SELECT DATE_PART(EPOCH_MICROSECOND, CURRENT_TIMESTAMP()) AS now';
export const VERSION = 'SELECT CURRENT_VERSION() AS version';
export const IDENTITY =
  "SELECT CURRENT_REGION() || '/' || CURRENT_ACCOUNT() || '/' || CURRENT_DATABASE() AS place";

export function sessionOn({ world }: ConnectOptions, pool: Pool): Session {
  const on = (connection: Connection, kind: Place['kind'], made?: () => void): Place => {
    const place: Place = {
      running: pool.running,
      cancelled: pool.cancelled,
      connection: async () => connection,
      kind,
      ...(made ? { made } : {}),
      whole: (work) => work(place),
    };
    return place;
  };
  const say = async (connection: Connection, sql: string): Promise<void> => {
    try {
      await run(connection, pool.running, sql);
    } catch (error) {
      throw failureOf(error);
    }
  };
  const transaction = <T>(
    work: (place: Place) => Promise<T>,
    before?: (statements: Statements) => Promise<void>,
  ): Promise<T> =>
    lend(async (connection, isUsedUp) => {
      if (before) await before(statementsOn(on(connection, 'before', isUsedUp)));
      await say(connection, 'BEGIN');
      try {
        const result = await work(on(connection, 'begun'));
        await say(connection, 'COMMIT');
        return result;
      } catch (error) {
        // The session is closed after a failure, which would do the same, but later.
        await say(connection, 'ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  const lend: Pool['lend'] = async (work) => {
    try {
      return await pool.lend(work);
    } catch (error) {
      throw isClientError(error) ? failureOf(error) : error;
    }
  };
  const alone: Place = {
    running: pool.running,
    cancelled: pool.cancelled,
    connection: pool.shared,
    kind: 'alone',
    whole: (work) => transaction(work),
  };
  const statements = statementsOn(alone);
  const look = (sql: string): Promise<unknown> => lookAt(pool, sql);
  return {
    ...statements,
    version: async () => `Snowflake ${(await one(statements, VERSION)).version}`,
    now: async () => (world.clock.simulated ? world.clock.now() : now(statements)),
    // It is told to the account's administrators only.
    oldestOpenTransaction: async () => undefined,
    identity: async () => (await one(statements, IDENTITY)).place!,
    transaction: (work, options) => transaction((place) => work(statementsOn(place)), options?.before),
    // Nothing begins: there is nothing to undo, since nothing lasting is written, and the session ends with its tables.
    scratch: (work) =>
      lend((connection, isUsedUp) => work(statementsOn(on(connection, 'scratch', isUsedUp)))),
    missingGrants: (needs) => missingGrants({ query: statements.query, look }, needs),
    missingIndexes: async () => [],
    tableNames: () => tableNames(statements.query),
    cancel: pool.cancel,
    close: pool.close,
  };
}

async function lookAt(pool: Pool, sql: string): Promise<unknown> {
  try {
    return await run(await pool.shared(), pool.running, sql, { looks: true });
  } catch (error) {
    throw failureOf(error);
  }
}

/** Its own errors have a number or a name of a failed call as their code. */
function isClientError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && !('failure' in error) && !('diagnostics' in error);
}

async function now(statements: Statements): Promise<Instant> {
  return BigInt((await one(statements, NOW)).now!);
}

async function one(statements: Statements, sql: string): Promise<Row> {
  const [row] = await statements.query(sql);
  return row!;
}
