/** The two ways in which the server gives a query's rows piece by piece. */
import type { Writable } from 'node:stream';
import QueryStream from 'pg-query-stream';
import type { Row } from '../warehouse.ts';
import { runOne } from './one.ts';
import type { Connection } from './pool.ts';
import { exactText } from './values.ts';

export interface Cursor {
  /** The next rows, at most `count`; none at the end. */
  read(count: number): Promise<Row[]>;
  /** Not after `read` has failed. */
  close(): Promise<void>;
}

/** As they are found. Until the end the server keeps what other transactions delete or replace: the rows are of one snapshot. */
export function rowsAsRead(connection: Connection, sql: string): Cursor {
  // What pg-query-stream wraps. Read directly: around it, a lost connection leaves the reader waiting for ever.
  const { cursor } = new QueryStream(sql, [], { types: exactText }) as unknown as {
    cursor: Cursor & { submit(): void };
  };
  let isAsked = false;
  return {
    read(count) {
      if (isAsked) return cursor.read(count);
      isAsked = true;
      return inOneMessage(connection, () => {
        connection.query(cursor);
        return cursor.read(count);
      });
    },
    close: () => cursor.close(),
  };
}

/** What the driver would send piece by piece: for few rows, that costs more than the query. */
function inOneMessage<T>(connection: Connection, send: () => T): T {
  const { stream } = (connection as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/** One that could not be closed is in nobody's way. */
let asides = 0;

/**
 * All of them first, into a file of the server's where they are many; then no snapshot is held, however long they are
 * read. A delivery takes hours where a destination is slow, and VACUUM could remove nothing in the whole database.
 */
export function rowsAside(connection: Connection, sql: string, line: string): Cursor {
  let isAside = false;
  asides += 1;
  const name = `segsync_aside_${asides}`;
  const run = (statement: string): ReturnType<typeof runOne> => runOne(connection, line + statement);
  const putAside = async (): Promise<void> => {
    await run('BEGIN');
    try {
      await run(`DECLARE ${name} NO SCROLL CURSOR WITH HOLD FOR\n${sql}`);
      await run('COMMIT');
    } catch (error) {
      await run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    isAside = true;
  };
  const close = async (): Promise<void> => {
    // It may be gone with what failed.
    if (isAside) await run(`CLOSE ${name}`).catch(() => undefined);
    isAside = false;
  };
  return {
    async read(count) {
      if (!isAside) await putAside();
      try {
        return (await run(`FETCH FORWARD ${count} FROM ${name}`)).rows;
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}
