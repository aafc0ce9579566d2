/**
 * Leases where a transaction takes rows only, and locks none: the tables come first, the leases' check is in the
 * transaction that writes, of two processes that change one table at once the later fails and tries again, and two do not
 * both make one lease's row, though no key keeps them from it.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Leases } from '../../../src/state/leases.ts';
import type { StateTables } from '../../../src/state/sql.ts';
import { openState } from '../../../src/state/state.ts';
import { quickWorld } from '../../delivery/quick-world.ts';
import { type DatabricksStoodIn, databricksEngine } from '../../warehouses/engines.ts';

const NOW = { waitMs: 0 };

let opened: DatabricksStoodIn;
let tables: StateTables;
/** The warehouse's clock runs ahead by this. */
let ahead = 0n;
const ends: (() => void)[] = [];

beforeEach(async () => {
  ahead = 0n;
  opened = await databricksEngine.open();
  const { world, end } = quickWorld(900);
  ends.push(end);
  const { session, warehouse } = opened;
  ({ tables } = await openState({ session, warehouse, schema: 'segsync', world, access: 'write' }));
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await opened.drop();
});

/** A process of its own, with its own connection. */
async function holder(id: number): Promise<Leases> {
  const { slow, end } = quickWorld(id);
  ends.push(end);
  const world = { ...slow, process: { ...slow.process, host: `host ${id}` } };
  const own = await opened.connect();
  const session = { ...own, now: async () => (await own.now()) + ahead };
  return new Leases({ session, tables, world, singleProcess: false, tablesFirst: true, repeatsKeys: true });
}

async function written(): Promise<string[]> {
  const rows = await opened.session.query(`SELECT name FROM ${tables.name('meta')} WHERE name LIKE 'mine%'`);
  return rows.map(({ name }) => name!);
}

const write = (name: string) => `INSERT INTO ${tables.name('meta')} (name, value) VALUES ('${name}', '1')`;

test('of many that take new leases at once, each lease has one holder and one row', async () => {
  const names = ['a', 'b', 'c'];
  const holders = await Promise.all([1, 2, 3].map(holder));
  const all = await Promise.all(holders.map((each) => each.acquire(names, NOW)));
  expect(all.flatMap(({ held }) => [...held]).sort()).toEqual(names);
  const rows = await opened.session.query(`SELECT name FROM ${tables.name('leases')} ORDER BY name`);
  expect(rows.map(({ name }) => name)).toEqual(names);
});

test('tables are made before the transaction; the check and what is written are in it', async () => {
  const leases = await holder(1);
  await leases.acquire(['a'], NOW);
  const { arrived } = opened.double.standIn;
  const from = arrived.length;
  await leases.fenced(['a'], (transaction) => transaction.execute(write('mine')), {
    apart: async (statements) => {
      await statements.execute(`CREATE TEMPORARY TABLE made (id ${tables.dialect.types.integer})`);
    },
  });
  const [own] = arrived.slice(from).filter(({ sql }) => sql.startsWith('CREATE TABLE segsync.tmp_'));
  const order = arrived.slice(from).filter(({ session }) => session === own!.session);
  expect(
    order.map(({ sql }) =>
      sql
        .replaceAll(/tmp_\w+/g, 'it')
        .split(' ')
        .slice(0, 3)
        .join(' '),
    ),
  ).toEqual([
    'CREATE TABLE segsync.it',
    'BEGIN TRANSACTION',
    'UPDATE segsync.leases SET',
    'INSERT INTO segsync.meta',
    'COMMIT',
    'DROP TABLE IF',
  ]);
  expect(await written()).toEqual(['mine']);
});

test('a lease that was lost while the tables were made: nothing is written', async () => {
  const [first, second] = [await holder(1), await holder(2)];
  await first.acquire(['a'], NOW);
  const work = first.fenced(['a'], (transaction) => transaction.execute(write('mine')), {
    apart: async () => {
      ahead = 31_000_000n;
      expect([...(await second.acquire(['a'], NOW)).held]).toEqual(['a']);
    },
  });
  await expect(work).rejects.toMatchObject({ diagnostics: [{ code: 'E502' }] });
  expect(await written()).toEqual([]);
});

test('while the tables are made, the lease is renewed', async () => {
  const leases = await holder(1);
  await leases.acquire(['a'], NOW);
  // 600 ms of ours are a lease of the quick world.
  await leases.fenced(['a'], async () => {}, {
    apart: () => new Promise((done) => setTimeout(done, 900)),
  });
  expect(leases.remainingMs('a')).toBeGreaterThan(0);
});
