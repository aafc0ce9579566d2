/** Streaming of a query's rows through a cursor of the server. */
import QueryStream from 'pg-query-stream';
import { type Row, WarehouseError } from '../warehouse.ts';
import type { Connection } from './pool.ts';
import { exactText } from './values.ts';

const BATCH_ROWS = 2_000;

/** Ends the cursor when the caller stops early, so that the connection can be used again. */
export async function* streamRows(
  connection: Connection,
  sql: string,
  stopped: AbortSignal,
  interrupt: () => Promise<void>,
): AsyncGenerator<Row> {
  if (stopped.aborted) throw cancelled();
  const stream = new QueryStream(sql, [], {
    batchSize: BATCH_ROWS,
    highWaterMark: BATCH_ROWS,
    types: exactText,
  });
  const stop = (): void => {
    stream.destroy(cancelled());
    // The cursor closes when the server has answered; a query that runs would make it wait.
    interrupt().catch(() => undefined);
  };
  stopped.addEventListener('abort', stop);
  connection.query(stream);
  try {
    for await (const row of stream) yield row as Row;
  } finally {
    stopped.removeEventListener('abort', stop);
    await closed(stream);
  }
}

/** Resolves when the cursor is closed on the server too; why the stream ended was told already. */
function closed(stream: QueryStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    stream.on('error', () => undefined);
    stream.once('close', resolve);
    stream.destroy();
  });
}

function cancelled(): WarehouseError {
  return new WarehouseError('transient', 'the query was cancelled');
}
