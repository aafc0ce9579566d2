/** Sessions of Databricks'. One runs every statement that stands alone, several at a time; a transaction has its own. */
import type { World } from '../../world.ts';
import type { Column, ConnectOptions } from '../warehouse.ts';
import { type Client, openSession, type Session, UTC } from './client.ts';
import { failureOf, isSessionGone } from './failure.ts';
import type { Options } from './index.ts';
import { end as close, patiently, type Running, run } from './run.ts';
import { Turns } from './turns.ts';

/** One that lay idle for longer may have ended on the other side. */
const LONGEST_IDLE_MS = 60_000;

export interface Pool {
  readonly world: World;
  readonly options: Options;
  /** Columns of tables that were written to, which do not change. */
  readonly written: Map<string, readonly Column[]>;
  readonly running: Running;
  readonly turns: Turns;
  /** Work in the session for statements that stand alone; again in a new one where the other side has ended it. */
  shared<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Lends a session of its own; `isUsedUp` keeps it from being lent again. */
  lend<T>(work: (session: Session, isUsedUp: () => void) => Promise<T>): Promise<T>;
  /** Aborts at the next `cancel`. */
  cancelled(): AbortSignal;
  /** Asks for the end of all that runs, and ends what is being read. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

interface Idle {
  readonly session: Session;
  readonly since: number;
}

export function openPool({ world }: ConnectOptions, client: Client, options: Options): Pool {
  const { clock } = world;
  const running: Running = new Set();
  let cancellation = new AbortController();
  const idle: Idle[] = [];
  let shared: Promise<Session> | undefined;
  let isClosed = false;

  const make = async (): Promise<Session> => {
    const session = await patiently(world, true, () => openSession(client, options));
    try {
      await close(running, await run(world, session, running, UTC, { reads: true }));
      return session;
    } catch (error) {
      await end(session);
      throw error;
    }
  };
  const end = async (session: Session): Promise<void> => void (await session.close().catch(() => undefined));
  const take = async (): Promise<Session> => {
    for (let next = idle.pop(); next; next = idle.pop()) {
      if (clock.monotonic() - next.since < LONGEST_IDLE_MS) return next.session;
      await end(next.session);
    }
    try {
      return await make();
    } catch (error) {
      throw failureOf(error);
    }
  };
  const known = (): Promise<Session> => {
    shared ??= make();
    const asked = shared;
    // The next one tries again.
    asked.catch(() => {
      if (shared === asked) shared = undefined;
    });
    return asked;
  };
  return {
    world,
    options,
    written: new Map(),
    running,
    turns: new Turns(),
    async shared(work) {
      const asked = known();
      try {
        return await work(await asked);
      } catch (error) {
        if (!isSessionGone(error)) throw error;
        if (shared === asked) shared = undefined;
        return work(await known());
      }
    },
    async lend(work) {
      const session = await take();
      let usedUp = false;
      try {
        return await work(session, () => {
          usedUp = true;
        });
      } catch (error) {
        usedUp = true;
        throw error;
      } finally {
        if (usedUp || isClosed) await end(session);
        else idle.push({ session, since: clock.monotonic() });
      }
    },
    cancelled: () => cancellation.signal,
    async cancel() {
      cancellation.abort();
      cancellation = new AbortController();
      await Promise.allSettled([...running].map((operation) => operation.cancel()));
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.allSettled([...running].map((operation) => operation.cancel()));
      // The client closes every session that it opened.
      await client.close().catch(() => undefined);
    },
  };
}
