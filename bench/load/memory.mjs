/** What memory a process has while something runs: its own, and what of it is an embedded engine's. */
import { DuckDBInstance } from '@duckdb/node-api';
import { openShared } from '../../dist/warehouse/duckdb/database.js';

const EVERY_MS = 200;

/**
 * Looks every 200 ms until `stop()`, which resolves to the peaks in bytes: of the process, of JavaScript (its heap and
 * buffers), and of what DuckDB says it holds, where `engine` is DuckDB.
 */
export async function watchMemory(engine, place) {
  const own = engine.dialect.indexed ? undefined : await openEmbedded(place);
  const peak = { rss: 0, script: 0, embedded: 0 };
  let isAsking = false;
  const look = async () => {
    const { rss, heapUsed, external } = process.memoryUsage();
    peak.rss = Math.max(peak.rss, rss);
    peak.script = Math.max(peak.script, heapUsed + external);
    if (!own || isAsking) return;
    isAsking = true;
    peak.embedded = Math.max(peak.embedded, await own.bytes());
    isAsking = false;
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      own?.close();
      return peak;
    },
  };
}

/** Joins the database that this process has open. */
async function openEmbedded(place) {
  const { instance, release } = await openShared(place, () => DuckDBInstance.create(place));
  const connection = await instance.connect();
  return {
    async bytes() {
      const reader = await connection.runAndReadAll(
        'SELECT CAST(sum(memory_usage_bytes) AS DOUBLE) FROM duckdb_memory()',
      );
      return reader.getRows()[0][0] ?? 0;
    },
    close() {
      connection.closeSync();
      release();
    },
  };
}
