/** What most tools do: every segment in full into a new snapshot, compared with the last one. */
import { fourQueries, instantSql } from './segments.mjs';

const SCHEMA = 'bench_naive';

export const members = ['s1', 's2', 's3', 's4']
  .map((name) => `SELECT '${name}' AS segment, id FROM ${SCHEMA}.${name}_old`)
  .join(' UNION ALL ');

/** One recomputation of the four segments over an open connection. */
export async function tick({ run, rows }, { dialect, shop, now }) {
  const { types, serial, unlogged } = dialect;
  await run(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await run(
    `CREATE TABLE IF NOT EXISTS ${SCHEMA}.outbox (${serial}seg ${types.text}, id ${types.integer}, op char(1))`,
  );
  for (const [name, query] of Object.entries(fourQueries(shop, instantSql(now)))) {
    const [before, after] = [`${SCHEMA}.${name}_old`, `${SCHEMA}.${name}_new`];
    await run(`CREATE ${unlogged}TABLE IF NOT EXISTS ${before} (id ${types.integer})`);
    await run(`DROP TABLE IF EXISTS ${after}`);
    await run(`CREATE ${unlogged}TABLE ${after} AS ${query}`);
    await run('BEGIN');
    await run(`INSERT INTO ${SCHEMA}.outbox (seg, id, op)
      SELECT '${name}', n.id, '+' FROM ${after} n LEFT JOIN ${before} o USING (id) WHERE o.id IS NULL
      UNION ALL SELECT '${name}', o.id, '-' FROM ${before} o LEFT JOIN ${after} n USING (id) WHERE n.id IS NULL`);
    await run(`DROP TABLE ${before}`);
    await run(`ALTER TABLE ${after} RENAME TO ${name}_old`);
    await run('COMMIT');
    await rows(`SELECT count(*) FROM ${before}`);
  }
}
