/** `segsync test --record SEGMENT KEY`: what is written passes, and holds nothing of the person. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { engines } from '../engines.ts';
import { copyQuickStart } from '../project-copy.ts';
import { folderOf, segsync } from './segsync.ts';

const PROJECT = `version: 1
project: recorded
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    identifiers:
      email: { trait: email, kind: email }
    sources:
      orders: { table: shop.orders, key: customer_id, time: placed_at, cursor: placed_at }
      visits: { table: shop.visits, key: household, time: visited_at, cursor: visited_at, through: { table: shop.households, key: customer_id, source_key: id, cursor: linked_at } }
`;

const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (customer_id BIGINT, email TEXT, first_name TEXT, country TEXT, city TEXT, score DOUBLE PRECISION, born DATE, opt_in BOOLEAN, updated_at TIMESTAMP)',
  'CREATE TABLE shop.orders (customer_id BIGINT, status TEXT, note TEXT, amount DECIMAL(10, 2), placed_at TIMESTAMP WITH TIME ZONE)',
  'CREATE TABLE shop.visits (household TEXT, visited_at TIMESTAMP WITH TIME ZONE)',
  'CREATE TABLE shop.households (customer_id BIGINT, id TEXT, linked_at TIMESTAMP WITH TIME ZONE)',
  `INSERT INTO shop.customers VALUES (4711, 'grace.hopper@navy.example', 'Grace', 'US', 'Arlington', 0.1, '1906-12-09', true, '2026-01-01 10:00:00'), (4712, 'other@else.example', 'Ada', 'GB', 'London', 0.9, '1815-12-10', false, '2026-01-01 10:00:00')`,
  `INSERT INTO shop.orders VALUES (4711, 'paid', 'ring at Hopper', 12.50, '2026-01-02 10:00:00+00'), (4711, 'open', NULL, 7, '2026-01-03 10:00:00+00'), (4712, 'paid', 'x', 1, '2026-01-03 10:00:00+00')`,
  `INSERT INTO shop.visits VALUES ('hopper-home', '2026-01-02 10:00:00+00')`,
  `INSERT INTO shop.households VALUES (4711, 'hopper-home', '2026-01-01 10:00:00+00')`,
];

const SEGMENTS: Readonly<Record<string, string>> = {
  paid: '{ did: orders, where: { status: paid }, sum: { of: amount, gte: 12.50 } }',
  personal:
    '{ all: [{ trait: email, ends_with: "@navy.example" }, { trait: first_name, ne: Ada }, { trait: city, starts_with: Arl }, { trait: country, in: [US, DE] }] }',
  notes: '{ all: [{ did: orders, distinct: { of: note, gte: 1 } }, { trait: score, lt: 0.5 }] }',
  dates: '{ all: [{ trait: born, before: 1910-01-01 }, { trait: opt_in, eq: true }] }',
  home: '{ did: visits }',
  half: '{ share: { of: spring, below: 50% } }',
  other_half: '{ not: { share: { of: spring, below: 50% } } }',
  named: '{ trait: customer_id, in: [4711, 5] }',
};

const REFERENCE = '$' + '{env:DATABASE_URL}';

/** Nothing of it may stand in a recorded test, but what a condition itself says. */
const PERSONAL = /grace|hopper|navy|4711|arlington|ring at/i;

for (const engine of engines) {
  describe(engine.name, () => {
    it('writes tests that pass, of members and others', { timeout: 120_000 }, async () => {
      const opened = await engine.open();
      try {
        for (const statement of TABLES) await opened.session.execute(statement);
        await opened.session.close();
        const { url } = opened.target;
        const target = url === undefined ? opened.target : { ...opened.target, url: REFERENCE };
        const environment = { DATABASE_URL: String(url) };
        const segments = Object.entries(SEGMENTS).map(([name, where]) => [
          `segments/${name}.yaml`,
          `entity: customer\nwhere: ${where}\n`,
        ]);
        await using folder = await folderOf({
          ...Object.fromEntries(segments),
          'segsync.yaml': `${PROJECT}${stringify({ targets: { dev: target } })}`,
        });
        const record = (name: string, out: string) =>
          segsync(folder.path, ['test', '--record', name, '4711', '--out', out], environment);
        const verdicts = new Map<string, boolean>();
        for (const [name, where] of Object.entries(SEGMENTS)) {
          const file = `segments/${name}_test.yaml`;
          const ended = await record(name, file);
          expect(ended, name).toEqual({ stdout: `${file}\n`, stderr: '', exit: 0 });
          const text = await readFile(join(folder.path, file), 'utf8');
          verdicts.set(name, !text.includes('members: []'));
          const said = where.match(/\w+/g)!.filter((word) => PERSONAL.test(word));
          const rest = said.reduce((left, word) => left.replaceAll(word, ''), text);
          expect(rest.match(PERSONAL)?.[0], text).toBeUndefined();
        }
        expect(Object.fromEntries(verdicts)).toMatchObject({
          ...{ paid: true, personal: true, notes: true, dates: true, home: true, named: true },
          other_half: !verdicts.get('half'),
        });
        const again = await segsync(folder.path, ['test'], environment);
        expect(again).toEqual({ stdout: `${verdicts.size} tests, 0 failed.\n`, stderr: '', exit: 0 });
      } finally {
        await opened.drop();
      }
    });
  });
}

it('records what is so in the quick start', { timeout: 120_000 }, async () => {
  const copy = copyQuickStart();
  for (const [segment, key] of [
    ['cart_abandoners', '1'],
    ['high_value_churn_risk', '2'],
    ['holdout', '3'],
    ['renewals_at_risk', '4'],
    ['retargeting', '5'],
  ] as const) {
    const out = `segments/${segment}_recorded_test.yaml`;
    const ended = await segsync(copy.folder, ['test', '--record', segment, key, '--out', out]);
    expect(ended, ended.stderr).toMatchObject({ stdout: `${out}\n`, exit: 0 });
  }
  expect((await segsync(copy.folder, ['test'])).stdout).toContain('0 failed.\n');
  copy.remove();
});

const LITTLE = {
  'segsync.yaml': `version: 1
project: little
targets: { dev: { type: duckdb, path: data.duckdb, init: shop.sql } }
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    identifiers: { email: { trait: email, kind: email } }
    sources:
      orders: { table: shop.orders, key: customer_id, time: placed_at, cursor: placed_at }
`,
  'shop.sql': `CREATE SCHEMA shop;
CREATE TABLE shop.customers AS SELECT 'k' AS customer_id, 'zoe@home.example' AS email, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS updated_at;
CREATE TABLE shop.orders AS SELECT 'k' AS customer_id, TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_hours(i) AS placed_at FROM range(60) AS t(i);
`,
  'segments/many.yaml': 'entity: customer\nwhere: { did: orders, count: { gte: 60 } }\n',
  'segments/some.yaml': 'entity: customer\nwhere: { did: orders }\n',
  'segments/spoken.yaml': 'entity: customer\nwhere: { sql: "entity.email IS NOT NULL" }\n',
};

describe('says why it cannot', () => {
  it.each([
    ['E646', ['some', 'nobody'], 'no `customer` has this key'],
    ['E646', ['spoken', 'k'], 'SQL of its own'],
    ['E647', ['many', 'k'], 'members: missing person_1'],
  ])('%s: %j', async (code, args, says) => {
    await using folder = await folderOf(LITTLE);
    const ended = await segsync(folder.path, ['test', '--record', ...args, '--out', 'x.yaml']);
    expect(ended).toMatchObject({ stdout: '', exit: 1 });
    expect(ended.stderr).toContain(`error[${code}]`);
    expect(ended.stderr).toContain(says);
    await expect(readFile(join(folder.path, 'x.yaml'))).rejects.toThrow('ENOENT');
  });

  it('E648: never over a file that is there', async () => {
    await using folder = await folderOf(LITTLE);
    await writeFile(join(folder.path, 'x.yaml'), 'mine');
    const ended = await segsync(folder.path, ['test', '--record', 'some', 'k', '--out', 'x.yaml']);
    expect(ended).toMatchObject({ stdout: '', exit: 64 });
    expect(ended.stderr).toContain('error[E648]: x.yaml is there already');
    expect(await readFile(join(folder.path, 'x.yaml'), 'utf8')).toBe('mine');
  });

  it('W641: keeps the newest rows where there are many, and changes nothing', async () => {
    await using folder = await folderOf(LITTLE);
    const { stdout, stderr, exit } = await segsync(folder.path, ['test', '--record', 'some', 'k']);
    expect(exit).toBe(0);
    expect(stderr).toContain('W641');
    expect(stdout.match(/placed_at/g)).toHaveLength(50);
    expect(stdout).toContain('2026-01-03T11:00:00.000000Z');
    expect(stdout).not.toContain('2026-01-01T09:00:00.000000Z');
    await expect(readFile(join(folder.path, 'data.duckdb'))).rejects.toThrow('ENOENT');
  });
});
