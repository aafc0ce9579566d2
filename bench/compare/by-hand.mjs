/** Incremental SQL written by hand for exactly these four segments: keys past two watermarks, and the two windows' edges. */
import { fourQueries, instantSql } from './segments.mjs';

const SCHEMA = 'bench_by_hand';

export const members = `SELECT seg AS segment, id FROM ${SCHEMA}.members`;

/** Everyone, once. */
export async function begin({ run }, { dialect, shop, now }) {
  const { types, serial, primaryKey } = dialect;
  const at = instantSql(now);
  const everyone = Object.entries(fourQueries(shop, at)).map(
    ([name, query]) => `SELECT '${name}', id FROM (${query}) x`,
  );
  await run(`CREATE SCHEMA ${SCHEMA}`);
  await run(
    `CREATE TABLE ${SCHEMA}.members (seg ${types.text}, id ${types.integer}${primaryKey('seg, id')})`,
  );
  await run(`CREATE TABLE ${SCHEMA}.outbox (${serial}seg ${types.text}, id ${types.integer}, op char(1))`);
  await run(
    `CREATE TABLE ${SCHEMA}.marks (customers ${types.text}, events ${types.integer}, instant ${types.text})`,
  );
  await run(`INSERT INTO ${SCHEMA}.marks VALUES (NULL, NULL, NULL)`);
  await run(`UPDATE ${SCHEMA}.marks SET ${marks(shop, at)}`);
  await run(`INSERT INTO ${SCHEMA}.members ${everyone.join(' UNION ALL ')}`);
  await run(`INSERT INTO ${SCHEMA}.outbox (seg, id, op) SELECT seg, id, '+' FROM ${SCHEMA}.members`);
  await run(`ANALYZE ${SCHEMA}.members`);
}

/** One tick over an open connection. */
export async function tick({ run, rows }, { dialect, shop, now }) {
  const at = instantSql(now);
  const [[customers, events, before]] = await rows(`SELECT customers, events, instant FROM ${SCHEMA}.marks`);
  await run('BEGIN');
  await run(`CREATE TEMP TABLE dirty AS ${dirty(shop, { customers, events, before, at })}`);
  await run('ANALYZE dirty');
  await run(`CREATE TEMP TABLE holds AS ${holds(shop, at)}`);
  for (const statement of dialect.writesInExpressions ? APPLY_AT_ONCE : APPLY) await run(statement);
  await run(`UPDATE ${SCHEMA}.marks SET ${marks(shop, at)}`);
  await run('DROP TABLE dirty');
  await run('DROP TABLE holds');
  await run('COMMIT');
}

function marks({ customers, events }, at) {
  const text = (of) => `CAST(${of} AS varchar(40))`;
  return (
    `customers = ${text(`(SELECT max(updated_at) FROM ${customers})`)}, ` +
    `events = (SELECT max(id) FROM ${events}), instant = ${text(at)}`
  );
}

function dirty(shop, { customers, events, before, at }) {
  const left = (type, window) => `SELECT customer_id FROM ${shop.events} WHERE type = '${type}'
    AND ts > TIMESTAMP '${before}' - INTERVAL '${window}' AND ts <= ${at} - INTERVAL '${window}'`;
  return `SELECT id FROM ${shop.customers} WHERE updated_at > '${customers}'
    UNION SELECT customer_id FROM ${shop.events} WHERE id > ${events}
    UNION ${left('purchase', '30 days')}
    UNION ${left('login', '60 days')}`;
}

/** The four segments once more, for the keys of `dirty` alone. */
function holds({ customers, events }, at) {
  const own = (type) => `FROM ${events} e WHERE e.customer_id = d.id AND e.type = '${type}'`;
  return `SELECT 's1' AS seg, d.id FROM dirty d JOIN ${customers} c ON c.id = d.id AND c.plan = 'pro'
      WHERE (SELECT sum(amount) ${own('purchase')}) > 300
    UNION ALL SELECT 's2', d.id FROM dirty d
      WHERE (SELECT count(*) ${own('purchase')} AND ts > ${at} - INTERVAL '30 days' AND ts <= ${at}) >= 2
    UNION ALL SELECT 's3', d.id FROM dirty d JOIN ${customers} c ON c.id = d.id
      WHERE c.country = 'DE' AND c.plan IN ('pro', 'team')
    UNION ALL SELECT 's4', d.id FROM dirty d JOIN ${customers} c ON c.id = d.id AND c.plan = 'pro'
      WHERE NOT EXISTS (SELECT 1 ${own('login')} AND e.ts > ${at} - INTERVAL '60 days')`;
}

const GONE = `USING dirty WHERE m.id = dirty.id
  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.seg = m.seg AND holds.id = m.id)`;

const APPLY_AT_ONCE = [
  `WITH gone AS (DELETE FROM ${SCHEMA}.members m ${GONE} RETURNING m.seg, m.id),
     come AS (INSERT INTO ${SCHEMA}.members SELECT seg, id FROM holds ON CONFLICT DO NOTHING RETURNING seg, id)
   INSERT INTO ${SCHEMA}.outbox (seg, id, op)
   SELECT seg, id, '-' FROM gone UNION ALL SELECT seg, id, '+' FROM come`,
];

/** Where an expression cannot write: the members by hash joins, as a store without indexes does it. */
const APPLY = [
  `CREATE TEMP TABLE known AS SELECT seg, id FROM ${SCHEMA}.members WHERE id IN (SELECT id FROM dirty)`,
  `CREATE TEMP TABLE gone AS FROM known ANTI JOIN holds USING (seg, id)`,
  `CREATE TEMP TABLE come AS FROM holds ANTI JOIN known USING (seg, id)`,
  `DELETE FROM ${SCHEMA}.members m USING gone WHERE gone.seg = m.seg AND gone.id = m.id`,
  `INSERT INTO ${SCHEMA}.members SELECT seg, id FROM come`,
  `INSERT INTO ${SCHEMA}.outbox (seg, id, op) SELECT seg, id, '-' FROM gone UNION ALL SELECT seg, id, '+' FROM come`,
];
