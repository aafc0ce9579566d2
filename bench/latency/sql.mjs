/** What the benchmark asks of the database itself. */
import pg from 'pg';
import copy from 'pg-copy-streams';
import { NAMES } from '../data.mjs';

/** Half an hour and a bit at the same rate, so that as many leave by time alone as enter. */
export function recentEvents({ rate, customers }) {
  const rows = 1900 * rate;
  const key = `1 + floor(random() * CASE WHEN random() < 0.5 THEN ${customers / 10} ELSE ${customers} END)`;
  const names = `'{${NAMES.join(',')}}'::text[]`;
  return [
    `DELETE FROM shop.events WHERE occurred_at > clock_timestamp() - INTERVAL '50 minutes'`,
    `INSERT INTO shop.events SELECT 1000000000 + i, ${key}, (${names})[1 + floor(random() * ${NAMES.length})], round((random() * 200)::numeric, 2), at, at
       FROM (SELECT i, clock_timestamp() - (${rows} - i) * INTERVAL '1 second' / ${rate} AS at FROM generate_series(1, ${rows}) AS i) AS made`,
    'VACUUM (ANALYZE) shop.events',
  ];
}

export const TRIGGERS = [
  "CREATE OR REPLACE FUNCTION segsync.segsync_wake() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NOTIFY segsync_wake; RETURN NULL; END'",
  'CREATE TRIGGER segsync_wake AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON shop.events FOR EACH STATEMENT EXECUTE FUNCTION segsync.segsync_wake()',
];

/**
 * What was received, by its cause as the events themselves tell: a row that became visible at that very instant, or one
 * that an edge reached then. `unexplained` is neither. Latencies in milliseconds.
 */
export async function classify(url, received) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      'CREATE TEMPORARY TABLE received (sync text, op text, key bigint, caused_at timestamptz, at double precision)',
    );
    const stream = client.query(copy.from('COPY received FROM STDIN'));
    await new Promise((resolve, reject) => {
      stream.on('finish', resolve).on('error', reject);
      stream.end(`${received.join('\n')}\n`);
    });
    await client.query('ANALYZE received');
    const { rows } = await client.query(`
      SELECT op, cause, count(*)::integer AS changes,
        percentile_cont(ARRAY[0.5, 0.95, 0.99, 1]) WITHIN GROUP (ORDER BY ms) AS at
      FROM (
        SELECT op, at - extract(epoch FROM caused_at)::double precision * 1000 AS ms,
          CASE
            WHEN EXISTS (SELECT 1 FROM shop.events AS e WHERE e.customer_id = r.key AND e.ingested_at = r.caused_at) THEN 'row'
            WHEN EXISTS (
              SELECT 1 FROM shop.events AS e WHERE e.customer_id = r.key AND e.occurred_at = r.caused_at - INTERVAL '30 minutes'
            ) THEN 'time'
            ELSE 'unexplained'
          END AS cause
        FROM received AS r
      ) AS measured GROUP BY op, cause ORDER BY cause, op`);
    return rows.map(({ op, cause, changes, at: [p50, p95, p99, max] }) => ({
      ...{ op, cause, changes },
      ...Object.fromEntries(
        Object.entries({ p50, p95, p99, max }).map(([name, ms]) => [name, Math.round(ms)]),
      ),
    }));
  } finally {
    await client.end();
  }
}
