/** On PostgreSQL a delivery looks few keys up, whatever the statistics say, and reads all of many. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { engines } from '../engines.ts';
import { relayStatements, type StatementRelay } from '../statement-relay.ts';

const CUSTOMERS = 3_000;
const FEW = 500;
const MANY = 200_000;

const files: ProjectFiles = ({ target }) => ({
  'segsync.yaml': `version: 1
project: few
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers: {external_id: {trait: id, kind: external_id}}
guards: {max_remove: 100%, max_add: 9999999%, min_guarded_size: 1000000}
`,
  'segments/inside.yaml': `entity: customer
where: {trait: status, eq: inside}
sync: [{to: out, match: [external_id]}]
`,
  'destinations/out.yaml': 'type: file\ndirectory: out\n',
});

let rig: Rig;
let relay: StatementRelay;

beforeAll(async () => {
  rig = await openRig(engines[1]!, files);
  await rig.change([
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.customers (id BIGINT PRIMARY KEY, status TEXT, updated_at TIMESTAMPTZ)',
    `INSERT INTO shop.customers SELECT n, 'inside', now() FROM generate_series(1, ${CUSTOMERS}) AS t(n)`,
    'CREATE INDEX ON shop.customers (updated_at)',
  ]);
  relay = await relayStatements(String(rig.opened.target.url));
  await rig.write(files, { type: 'postgres', url: relay.url });
});
afterAll(async () => {
  await relay.close();
  await rig.drop();
});

/** What a run delivers, and its questions for candidates. */
async function run(): Promise<{ removed: number; asked: string[] }> {
  relay.take();
  const { exit, stdout, stderr } = await rig.call(['run', '--all', '--json']);
  expect(exit, stderr + stdout).toBe(0);
  const { syncs } = JSON.parse(stdout) as RunReport;
  return {
    removed: syncs[0]!.delivered!.remove,
    asked: relay.take().filter((statement) => statement.includes('may have to send')),
  };
}

const leave = (customers: number): Promise<void> =>
  rig.change([
    `UPDATE shop.customers SET status = 'gone', updated_at = now() WHERE id IN (SELECT id FROM shop.customers WHERE status = 'inside' ORDER BY id LIMIT ${customers})`,
  ]);

const BOUNDED = new RegExp(`LIMIT ${FEW + 1}\\b`);

/** The tables that a statement's plan reads whole. */
async function readWhole(statement: string): Promise<string[]> {
  const rows = await rig.query(`EXPLAIN (FORMAT JSON) ${statement}`);
  const plan = JSON.stringify(JSON.parse(Object.values(rows[0]!)[0]!));
  return [...plan.matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g)].map(([, name]) => name!);
}

test('few are looked up, one more is read as many are', async () => {
  expect((await run()).asked.filter((statement) => BOUNDED.test(statement))).toEqual([]);
  for (const customers of [1, FEW, FEW + 1, 3 * FEW]) {
    await leave(customers);
    const { removed, asked } = await run();
    expect(removed, `${customers}`).toBe(customers);
    expect(
      asked.map((statement) => BOUNDED.test(statement)),
      `${customers}`,
    ).toEqual(customers > FEW ? [true, false] : [true]);
  }
});

/** Rows of a table, each like its first one but for the key. */
function copied(table: string, but = "'state', 'delivered'"): string {
  const one = `jsonb_populate_record(first, jsonb_build_object('entity_key', 'm' || n, ${but}))`;
  const from = `generate_series(1, ${MANY}) AS t(n), (SELECT l FROM segsync.${table} AS l LIMIT 1) AS f(first)`;
  return `INSERT INTO segsync.${table} SELECT (r).* FROM (SELECT ${one} AS r FROM ${from} OFFSET 0) AS rows`;
}

test('wrong statistics have no table read whole', async () => {
  await leave(3);
  const [looked] = (await run()).asked;
  await rig.change([
    copied('membership'),
    copied('ledger'),
    copied('changes', "'tick_id', 1000000"),
    `INSERT INTO shop.customers SELECT n + ${CUSTOMERS}, 'gone', NULL FROM generate_series(1, ${MANY}) AS t(n)`,
    'ANALYZE segsync.membership',
    'ANALYZE segsync.ledger',
    'ANALYZE segsync.changes',
    'ANALYZE shop.customers',
    // From here on the statistics tell of changes that are not there.
    'DELETE FROM segsync.changes WHERE tick_id = 1000000',
  ]);
  expect(await readWhole(looked!)).toEqual(['changes']);
  expect(await readWhole(looked!.replace(BOUNDED, ''))).toEqual(
    expect.arrayContaining(['membership', 'ledger']),
  );
});
