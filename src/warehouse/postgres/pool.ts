/** Connections to one server: knex keeps the pool and drives the transactions, statements run on the driver itself. */
import knexPackage, { type Knex } from 'knex';
import pLimit, { type LimitFunction } from 'p-limit';
import pg from 'pg';
import type { ConnectOptions } from '../warehouse.ts';
import { failureOf } from './failure.ts';
import type { Options } from './index.ts';
import { clientConfig, sessionSettings } from './settings.ts';

/** Node finds no named exports in knex. */
const { knex } = knexPackage;

const CONNECTIONS = 6;
/** For the statements of those who read rows meanwhile. */
const KEPT_FREE = 2;
const ACQUIRE_TIMEOUT_MS = 60_000;

/** A connection of the driver. */
export type Connection = pg.Client & { readonly processID?: number };

export interface Pool {
  /** Lends a connection for `work`; throws what `work` throws, as it is. */
  lend<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** For long, while its user works with others: one is never lent so, or all who have one would wait for another. */
  borrow(): Promise<Connection>;
  /** A connection outside the pool, for whoever ends it. */
  open(): Promise<Connection>;
  giveBack(connection: Connection): void;
  /** Runs `work` between BEGIN and COMMIT, or ROLLBACK when it throws; throws what `work` throws, as it is. */
  transaction<T>(work: (connection: Connection) => Promise<T>, snapshot: boolean): Promise<T>;
  /** Asks the server to interrupt what runs on some connections, or on all that are lent. */
  interrupt(connections?: readonly Connection[]): Promise<void>;
  close(): Promise<void>;
}

export function openPool(request: ConnectOptions, options: Options): Pool {
  const config = clientConfig(options, request.label);
  const settings = sessionSettings(options, request.access);
  const max = options.pool ?? CONNECTIONS;
  const pool = knex({
    client: 'pg',
    // Only for knex's own statements, of which there are none but BEGIN and COMMIT: otherwise it asks the server.
    version: '14.0',
    connection: config as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max,
      afterCreate(connection: Connection, done: (error: unknown, connection: Connection) => void) {
        connection.query(settings).then(
          () => done(undefined, connection),
          (error) => done(error, connection),
        );
      },
    },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    // Otherwise knex writes to the console.
    log: { warn() {}, error() {}, debug() {}, deprecate() {} },
  });
  return poolOn(pool, config, pLimit(Math.max(1, max - KEPT_FREE)));
}

function poolOn(pool: Knex, config: pg.ClientConfig, limit: LimitFunction): Pool {
  const lent = new Set<Connection>();
  /** Ends the turn of a connection that was borrowed. */
  const turns = new Map<Connection, () => void>();
  const take = async (): Promise<Connection> => {
    const connection = (await pool.client.acquireConnection()) as Connection;
    lent.add(connection);
    return connection;
  };
  const giveBack = (connection: Connection): void => {
    turns.get(connection)?.();
    turns.delete(connection);
    lent.delete(connection);
    void pool.client.releaseConnection(connection);
  };
  const turn = async (resolve: (connection: Connection) => void): Promise<void> => {
    const connection = await take();
    await new Promise<void>((ended) => {
      turns.set(connection, ended);
      resolve(connection);
    });
  };
  return {
    borrow: () => new Promise((resolve, reject) => void limit(() => turn(resolve)).catch(reject)),
    giveBack,
    async open() {
      const client = new pg.Client(config);
      await client.connect();
      return client;
    },
    async lend(work) {
      const connection = await take();
      try {
        return await work(connection);
      } finally {
        giveBack(connection);
      }
    },
    transaction: (work, snapshot) => transaction(pool, lent, work, snapshot),
    interrupt: (connections = [...lent]) => interrupt(config, connections),
    async close() {
      // The pool waits for what is lent.
      if (lent.size > 0) await interrupt(config, [...lent]).catch(() => undefined);
      await pool.destroy();
    },
  };
}

async function transaction<T>(
  pool: Knex,
  lent: Set<Connection>,
  work: (connection: Connection) => Promise<T>,
  snapshot: boolean,
): Promise<T> {
  let thrown: { readonly error: unknown } | undefined;
  const inside = async (transaction: Knex.Transaction): Promise<T> => {
    const connection = (await transaction.client.acquireConnection()) as Connection;
    lent.add(connection);
    try {
      return await work(connection);
    } catch (error) {
      thrown = { error };
      throw error;
    } finally {
      lent.delete(connection);
    }
  };
  try {
    return await pool.transaction(inside, snapshot ? { isolationLevel: 'repeatable read' } : {});
  } catch (error) {
    throw thrown ? thrown.error : failureOf(error);
  }
}

/** Over a connection of its own: the pool may have none left, or all of them waiting. */
async function interrupt(config: pg.ClientConfig, connections: readonly Connection[]): Promise<void> {
  const ids = connections.flatMap((connection) => connection.processID ?? []);
  if (ids.length === 0) return;
  const client = new pg.Client(config);
  try {
    await client.connect();
    await client.query('SELECT pg_cancel_backend(id) FROM unnest(CAST($1 AS integer[])) AS id', [ids]);
  } finally {
    await client.end();
  }
}
