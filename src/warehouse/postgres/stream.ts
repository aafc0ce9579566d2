/** Streaming of a query's rows through a cursor of the server. */
import { type Row, WarehouseError } from '../warehouse.ts';
import type { Cursor } from './cursor.ts';
import type { Connection } from './pool.ts';

const BATCH_ROWS = 2_000;

/** Ends the cursor when the caller stops early, so that the connection can be used again. */
export async function* streamRows(
  connection: Connection,
  open: () => Cursor,
  stopped: AbortSignal,
  interrupt: () => Promise<void>,
): AsyncGenerator<Row> {
  if (stopped.aborted) throw new WarehouseError('transient', 'the query was cancelled');
  const interruption = watch(connection, stopped);
  const reading: Reading = {};
  const cursor = open();
  let next = readOn(cursor, reading);
  try {
    for (;;) {
      const rows = await interruption.orElse(next);
      if (rows.length === 0) return;
      yield* rows;
      next = readOn(cursor, reading);
    }
  } finally {
    await Promise.race([settle(cursor, reading, interrupt), interruption.lost]);
    interruption.forget();
  }
}

interface Reading {
  /** What the server is working on. */
  pending?: Promise<void>;
  /** The server has closed the cursor. */
  failed?: boolean;
}

async function readOn(cursor: Cursor, reading: Reading): Promise<Row[]> {
  const rows = cursor.read(BATCH_ROWS);
  reading.pending = rows.then(
    () => {
      delete reading.pending;
    },
    () => {
      delete reading.pending;
      reading.failed = true;
    },
  );
  return rows;
}

/** Leaves the connection ready for its next statement. */
async function settle(cursor: Cursor, reading: Reading, interrupt: () => Promise<void>): Promise<void> {
  if (reading.pending) {
    await interrupt().catch(() => undefined);
    await reading.pending;
  }
  if (!reading.failed) await cursor.close();
}

interface Interruption {
  /** The promise's outcome, unless the caller stops the stream or the connection is lost before it. */
  orElse<T>(promise: Promise<T>): Promise<T>;
  /** Resolves when the connection is lost. */
  readonly lost: Promise<void>;
  forget(): void;
}

/** One promise is waited for at a time. Not by `Promise.race`: what lasts would keep the rows of every page. */
function watch(connection: Connection, stopped: AbortSignal): Interruption {
  let failure: WarehouseError | undefined;
  let fail = (_: WarehouseError): void => {};
  const interrupt = (message: string): void => {
    failure ??= new WarehouseError('transient', message);
    fail(failure);
  };
  const abort = (): void => interrupt('the query was cancelled');
  stopped.addEventListener('abort', abort);
  let end = (): void => {};
  const lost = new Promise<void>((resolve) => {
    end = (): void => {
      interrupt('the connection was lost');
      resolve();
    };
  });
  connection.once('end', end);
  return {
    lost,
    orElse: (promise) =>
      new Promise((resolve, reject) => {
        fail = reject;
        if (failure) reject(failure);
        promise.then(resolve, reject);
      }),
    forget() {
      connection.off('end', end);
      stopped.removeEventListener('abort', abort);
    },
  };
}
