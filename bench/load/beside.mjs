/** Somebody else who writes to the shop while runs go on. */
import { DuckDBInstance } from '@duckdb/node-api';
import { openShared } from '../../dist/warehouse/duckdb/database.js';

const KEEN = "SELECT customer_id FROM shop.customers WHERE plan = 'team' AND loyalty_points >= 900";

/** `leave(count)` takes their points from so many keen customers and resolves to their keys. */
export async function openBeside(engine, place) {
  const connection = engine.dialect.indexed ? await engine.connect(place) : await joinEmbedded(place);
  return {
    async leave(count) {
      const rows = await connection.rows(`${KEEN} ORDER BY customer_id LIMIT ${count}`);
      const keys = rows.map(([key]) => key);
      await connection.run(
        `UPDATE shop.customers SET loyalty_points = 0, updated_at = now() WHERE customer_id IN (${keys.join(', ')})`,
      );
      return keys;
    },
    close: () => connection.close(),
  };
}

/** DuckDB lets one process in: this one's own instance is shared, and stays open. */
async function joinEmbedded(place) {
  const { instance, release } = await openShared(place, () => DuckDBInstance.create(place));
  const connection = await instance.connect();
  return {
    run: (sql) => connection.run(sql),
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(String)),
    async close() {
      connection.closeSync();
      release();
    },
  };
}
