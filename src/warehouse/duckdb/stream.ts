/** Streaming of a query's rows. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Row, WarehouseError } from '../warehouse.ts';
import { runOne } from './one.ts';
import { rowsOf } from './values.ts';

const PAGE_ROWS = 10_000n;

/**
 * DuckDB's own streaming reader ends early and silently when the query fails midway, is interrupted, or another
 * statement runs on its connection. So the result is made first, as a temporary table (errors surface there), and read
 * in pages by row number; the pages together must be as many rows as the table has.
 */
export async function* streamPages(
  connection: DuckDBConnection,
  sql: string,
  table: string,
  isStopped: () => boolean,
): AsyncGenerator<Row[]> {
  checkGoing(isStopped);
  await runOne(connection, `CREATE TEMPORARY TABLE ${table} AS\n${sql}`);
  try {
    // Inside a transaction, row numbers begin somewhere above 2^60.
    const [total] = await rowsOf(
      await connection.run(`SELECT count(*) AS rows, coalesce(min(rowid), 0) AS first FROM temp.${table}`),
    );
    const expected = Number(total!.rows);
    const first = BigInt(total!.first!);
    let seen = 0;
    for (let from = first; from < first + BigInt(expected); from += PAGE_ROWS) {
      checkGoing(isStopped);
      const page = await rowsOf(
        await connection.run(
          `SELECT * FROM temp.${table} WHERE rowid >= ${from} AND rowid < ${from + PAGE_ROWS} ORDER BY rowid`,
        ),
      );
      seen += page.length;
      yield page;
    }
    if (seen !== expected) {
      throw new WarehouseError('transient', `a stream gave ${seen} rows of ${expected}`);
    }
  } finally {
    await connection.run(`DROP TABLE IF EXISTS temp.${table}`).catch(() => undefined);
  }
}

function checkGoing(isStopped: () => boolean): void {
  if (isStopped()) throw new WarehouseError('transient', 'the query was cancelled');
}
