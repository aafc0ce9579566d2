/**
 * A session: statements that stand alone, and transactions in a session of Databricks' own each.
 *
 * A transaction there reads and writes rows and does nothing else: no tables are made or described in it. So what one
 * needs of those is made on its session before it begins (`before`, `scratch.ts`); after that only rows are read and
 * written, and a statement that does anything else is refused here. Nothing is locked: whoever commits second of two
 * that changed one table fails with a conflict, and does it again.
 */
import type { Instant } from '../../instant.ts';
import type { ConnectOptions, Row, Session, Statements, TransactionOptions } from '../warehouse.ts';
import type { Session as Own } from './client.ts';
import { tableNames } from './describe.ts';
import { failureOf } from './failure.ts';
import { missingGrants } from './grants.ts';
import type { Pool } from './pool.ts';
import { end, run } from './run.ts';
import { leftBehind, Scratch } from './scratch.ts';
import { type Place, statementsOn } from './statements.ts';

export const NOW = 'SELECT unix_micros(current_timestamp()) AS now';
export const VERSION =
  'SELECT coalesce(current_version().dbsql_version, current_version().dbr_version) AS version';
export const IDENTITY = "SELECT concat(current_metastore(), '/', current_catalog()) AS place";
export const [BEGIN, COMMIT, ROLLBACK] = ['BEGIN TRANSACTION', 'COMMIT', 'ROLLBACK'] as const;

export function sessionOn({ world }: ConnectOptions, pool: Pool): Session {
  const { scratch_schema: schema } = pool.options;
  let swept: Promise<void> | undefined;
  const sweep = async (): Promise<void> => {
    try {
      for (const drop of await leftBehind(statements.query, world, schema)) await statements.execute(drop);
    } catch {
      // A later run does it.
    }
  };
  const transaction = <T>(
    work: (place: Place) => Promise<T>,
    before?: TransactionOptions['before'],
  ): Promise<T> =>
    pool.lend(async (session) => {
      const tables = new Scratch(world, schema);
      const on = (kind: Place['kind']): Place => {
        const place: Place = { pool, kind, session, tables, whole: (own) => own(place) };
        return place;
      };
      try {
        if (before) {
          swept ??= sweep();
          await swept;
          await before(statementsOn(on('before')));
        }
        return await pool.turns.take(() => committed(pool, session, () => work(on('begun'))));
      } finally {
        const drop = (table: string) => say(pool, session, `DROP TABLE IF EXISTS ${table}`);
        await Promise.allSettled(tables.tables.map(drop));
      }
    });
  const alone: Place = { pool, kind: 'alone', whole: (work) => transaction(work) };
  const statements = statementsOn(alone);
  return {
    ...statements,
    version: async () => `Databricks ${(await one(statements, VERSION)).version}`,
    now: async () => (world.clock.simulated ? world.clock.now() : now(statements)),
    // A transaction's rows are nowhere until it commits.
    oldestOpenTransaction: async () => undefined,
    identity: async () => (await one(statements, IDENTITY)).place!,
    transaction: (work, options) => transaction((place) => work(statementsOn(place)), options?.before),
    // Nothing begins: there is nothing to undo, since nothing lasting is written, and the session ends with its tables.
    scratch: (work) =>
      pool.lend((session, made) => {
        const place: Place = { pool, kind: 'scratch', session, made, whole: (own) => own(place) };
        return work(statementsOn(place));
      }),
    missingGrants: (needs) => missingGrants(statements.query, needs, schema),
    missingIndexes: async () => [],
    tableNames: () => tableNames(statements.query),
    cancel: pool.cancel,
    close: pool.close,
  };
}

/** A failed COMMIT leaves the transaction in a state that only ROLLBACK ends. */
async function committed<T>(pool: Pool, session: Own, work: () => Promise<T>): Promise<T> {
  await say(pool, session, BEGIN);
  try {
    const result = await work();
    await say(pool, session, COMMIT);
    return result;
  } catch (error) {
    await say(pool, session, ROLLBACK).catch(() => undefined);
    throw error;
  }
}

export async function say(pool: Pool, session: Own, sql: string): Promise<void> {
  try {
    await end(pool.running, await run(pool.world, session, pool.running, sql));
  } catch (error) {
    throw failureOf(error);
  }
}

async function now(statements: Statements): Promise<Instant> {
  return BigInt((await one(statements, NOW)).now!);
}

async function one(statements: Statements, sql: string): Promise<Row> {
  const [row] = await statements.query(sql);
  return row!;
}
