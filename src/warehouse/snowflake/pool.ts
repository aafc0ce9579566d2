/**
 * Sessions of Snowflake's. One runs every statement that stands alone, several at a time; a transaction has one of its
 * own. A session ends with the temporary tables that were made in it, and one that lay idle is not trusted again.
 */
import type { Connection } from 'snowflake-sdk';
import type { ConnectOptions } from '../warehouse.ts';
import { type Client, connectionOptions, destroy, open } from './client.ts';
import type { Options } from './index.ts';
import { type Running, run, stop } from './run.ts';
import { sessionSettings } from './settings.ts';

/** A session lives four hours after its last statement. */
const LONGEST_IDLE_MS = 3 * 3_600_000;

export interface Pool {
  readonly running: Running;
  /** The session for statements that stand alone. */
  shared(): Promise<Connection>;
  /** Lends a session of its own; `isUsedUp` keeps it from being lent again. */
  lend<T>(work: (connection: Connection, isUsedUp: () => void) => Promise<T>): Promise<T>;
  /** Aborts at the next `cancel`. */
  cancelled(): AbortSignal;
  /** Asks for the end of all that runs, and ends what is being read. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

interface Idle {
  readonly connection: Connection;
  readonly since: number;
}

export function openPool(request: ConnectOptions, client: Client, options: Options): Pool {
  const { clock } = request.world;
  const running: Running = new Set();
  let cancellation = new AbortController();
  const idle: Idle[] = [];
  const lent = new Set<Connection>();
  let shared: { readonly connection: Promise<Connection>; used: number } | undefined;

  const make = async (): Promise<Connection> => {
    const connection = await open(client, connectionOptions(request, options));
    try {
      await run(connection, running, sessionSettings(options));
      return connection;
    } catch (error) {
      await destroy(connection);
      throw error;
    }
  };
  const isFresh = (since: number): boolean => clock.monotonic() - since < LONGEST_IDLE_MS;
  const take = async (): Promise<Connection> => {
    for (let next = idle.pop(); next; next = idle.pop()) {
      if (isFresh(next.since) && next.connection.isUp()) return next.connection;
      await destroy(next.connection);
    }
    return make();
  };
  return {
    running,
    async shared() {
      const known = shared;
      const connection = await known?.connection.catch(() => undefined);
      // While something runs it is not idle.
      if (known && connection?.isUp() && (running.size > 0 || isFresh(known.used))) {
        known.used = clock.monotonic();
        return connection;
      }
      if (shared === known) {
        shared = { connection: make(), used: clock.monotonic() };
        if (connection) await destroy(connection);
      }
      return shared!.connection;
    },
    async lend(work) {
      const connection = await take();
      lent.add(connection);
      let usedUp = false;
      try {
        return await work(connection, () => {
          usedUp = true;
        });
      } catch (error) {
        usedUp = true;
        throw error;
      } finally {
        lent.delete(connection);
        if (usedUp) await destroy(connection);
        else idle.push({ connection, since: clock.monotonic() });
      }
    },
    cancelled: () => cancellation.signal,
    async cancel() {
      cancellation.abort();
      cancellation = new AbortController();
      await Promise.allSettled([...running].map(stop));
    },
    async close() {
      await Promise.allSettled([...running].map(stop));
      const open = [...idle.splice(0).map(({ connection }) => connection), ...lent];
      const own = await shared?.connection.catch(() => undefined);
      shared = undefined;
      await Promise.all([...open, ...(own ? [own] : [])].map(destroy));
    },
  };
}
