/** Connections to one server; a transaction's is closed after it, and with it go the temporary tables that it made. */
import pg from 'pg';
import type { ConnectOptions } from '../warehouse.ts';
import type { Options } from './index.ts';
import { clientConfig, sessionSettings } from './settings.ts';

const CONNECTIONS = 6;
const IDLE_MS = 60_000;

/** A connection of the driver. */
export type Connection = pg.PoolClient;

export interface Pool {
  borrow(): Promise<Connection>;
  /** `used`: it is closed, for what it made must not meet anybody. */
  giveBack(connection: Connection, used?: boolean): void;
  /** Asks the server to interrupt what runs on some connections, or on all that are lent. */
  interrupt(connections?: readonly Connection[]): Promise<void>;
  close(): Promise<void>;
}

export function openPool(request: ConnectOptions, options: Options): Pool {
  const config = clientConfig(options, request.label);
  const settings = sessionSettings(options);
  const pool = new pg.Pool({
    ...config,
    max: options.pool ?? CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  // A lost connection is told to whoever uses it; unheard, either event would end the process.
  pool.on('error', () => {});
  pool.on('connect', (connection) => connection.on('error', () => {}));
  const lent = new Set<Connection>();
  /** By connection, the number that the server cancels by. */
  const ready = new WeakMap<Connection, string>();
  let closing: Promise<void> | undefined;

  const interrupt = async (connections: readonly Connection[] = [...lent]): Promise<void> => {
    const ids = connections.flatMap((connection) => ready.get(connection) ?? []);
    if (ids.length === 0) return;
    // On one of its own: the pool may have none left.
    const client = new pg.Client(config);
    client.on('error', () => {});
    try {
      await client.connect();
      for (const id of ids) await client.query(`SELECT pg_cancel_backend(${id})`);
    } finally {
      await client.end();
    }
  };
  return {
    async borrow() {
      const connection = await pool.connect();
      try {
        if (!ready.has(connection)) ready.set(connection, await setUp(connection, settings));
      } catch (error) {
        connection.release(true);
        throw error;
      }
      lent.add(connection);
      return connection;
    },
    giveBack(connection, used = false) {
      if (lent.delete(connection)) connection.release(used);
    },
    interrupt,
    close() {
      closing ??= (async () => {
        // The pool waits for what is lent.
        if (lent.size > 0) await interrupt().catch(() => undefined);
        await pool.end();
      })();
      return closing;
    },
  };
}

async function setUp(connection: Connection, settings: string): Promise<string> {
  const answers = (await connection.query(settings)) as unknown as pg.QueryResult<{ pid: string }>[];
  return answers.at(-1)!.rows[0]!.pid;
}
