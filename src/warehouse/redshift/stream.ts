/**
 * A query's rows through a cursor of SQL's, which is documented: portals with a row limit have been seen to send
 * everything at once, or to be refused when they are left early. It lives in a transaction only.
 */
import { type Row, WarehouseError } from '../warehouse.ts';
import { runOne } from './one.ts';
import type { Connection } from './pool.ts';

/** As many as a cluster of one node gives at once. */
const BATCH_ROWS = 1_000;

/** `line` comes before the statement. Only one cursor can be open on a connection. */
export async function* streamRows(
  connection: Connection,
  { line, sql }: { readonly line: string; readonly sql: string },
  stopped: AbortSignal,
  interrupt: () => Promise<void>,
): AsyncGenerator<Row> {
  const run = (text: string): Promise<Row[]> => interruptibly(connection, text, stopped, interrupt);
  await run(`${line}DECLARE segsync_rows CURSOR FOR\n${sql}`);
  let failed = false;
  try {
    for (;;) {
      const rows = await run(`FETCH FORWARD ${BATCH_ROWS} FROM segsync_rows`);
      yield* rows;
      if (rows.length < BATCH_ROWS) return;
    }
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    // After a failure the transaction takes no statement but its end.
    if (!failed) await runOne(connection, 'CLOSE segsync_rows');
  }
}

/** Waits for the server's answer to being interrupted, so that the connection can be used again. */
async function interruptibly(
  connection: Connection,
  sql: string,
  stopped: AbortSignal,
  interrupt: () => Promise<void>,
): Promise<Row[]> {
  const cancelled = new WarehouseError('transient', 'the query was cancelled');
  if (stopped.aborted) throw cancelled;
  const abort = (): void => void interrupt().catch(() => undefined);
  stopped.addEventListener('abort', abort);
  try {
    const { rows } = await runOne(connection, sql);
    if (stopped.aborted) throw cancelled;
    return rows;
  } catch (error) {
    throw stopped.aborted ? cancelled : error;
  } finally {
    stopped.removeEventListener('abort', abort);
  }
}
