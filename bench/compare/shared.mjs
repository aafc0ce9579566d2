/** The strongest way to recompute: one scan of the events, many segments from its result, one comparison. */
import { instantSql, manyPredicates } from './segments.mjs';

const SCHEMA = 'bench_shared';

export const members = `SELECT 'k' || CAST(seg AS varchar(10)) AS segment, id FROM ${SCHEMA}.m_old`;

/** One recomputation of `count` segments over an open connection. */
export async function tick({ run }, { dialect, shop, now }, count) {
  const at = instantSql(now);
  const branches = manyPredicates(count).map(([number, holds]) => `WHEN ${number} THEN ${holds}`);
  await run(`DROP TABLE IF EXISTS ${SCHEMA}.f`);
  await run(`DROP TABLE IF EXISTS ${SCHEMA}.m_new`);
  await run(`CREATE ${dialect.unlogged}TABLE ${SCHEMA}.f AS
    SELECT c.id, c.country, c.plan, coalesce(e.psum, 0) AS psum, coalesce(e.p30, 0) AS p30, coalesce(e.l60, false) AS l60
    FROM ${shop.customers} c LEFT JOIN (
      SELECT customer_id, sum(amount) FILTER (WHERE type = 'purchase') AS psum,
        count(*) FILTER (WHERE type = 'purchase' AND ts > ${at} - INTERVAL '30 days' AND ts <= ${at}) AS p30,
        bool_or(type = 'login' AND ts > ${at} - INTERVAL '60 days') AS l60
      FROM ${shop.events} GROUP BY customer_id) e ON e.customer_id = c.id`);
  await run(`CREATE ${dialect.unlogged}TABLE ${SCHEMA}.m_new AS
    SELECT k AS seg, id FROM ${SCHEMA}.f, ${dialect.rows(count).replace('(i)', '(k)')}
    WHERE CASE k ${branches.join(' ')} END`);
  await run('BEGIN');
  await run(`INSERT INTO ${SCHEMA}.outbox (seg, id, op)
    SELECT coalesce(n.seg, o.seg), coalesce(n.id, o.id), CASE WHEN o.id IS NULL THEN '+' ELSE '-' END
    FROM ${SCHEMA}.m_new n FULL JOIN ${SCHEMA}.m_old o ON n.seg = o.seg AND n.id = o.id
    WHERE n.id IS NULL OR o.id IS NULL`);
  await run(`DROP TABLE ${SCHEMA}.m_old`);
  await run(`ALTER TABLE ${SCHEMA}.m_new RENAME TO m_old`);
  await run('COMMIT');
}

/** Its tables, empty: the last snapshot was of another number of segments. */
export async function begin({ run }, { dialect }) {
  const { types, serial, unlogged } = dialect;
  await run(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await run(`DROP TABLE IF EXISTS ${SCHEMA}.outbox`);
  await run(`DROP TABLE IF EXISTS ${SCHEMA}.m_old`);
  await run(`CREATE TABLE ${SCHEMA}.outbox (${serial}seg ${types.integer}, id ${types.integer}, op char(1))`);
  await run(`CREATE ${unlogged}TABLE ${SCHEMA}.m_old (seg ${types.integer}, id ${types.integer})`);
}
