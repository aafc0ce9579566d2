/** `validate --connect`: a project against real tables, all its mistakes at once, and nothing changed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ValidationDocument } from '../../src/report/json.ts';
import { asAdministrator, engines, type Opened } from '../engines.ts';
import { build, type Ended, segsync } from './segsync.ts';

const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id bigint, email text, plan text, points integer, opt_in boolean, updated_at timestamp with time zone)',
  'CREATE TABLE shop.orders (customer_id bigint, total decimal(10, 2), status text, gift boolean, placed_at timestamp with time zone, loaded_at timestamp with time zone)',
  'CREATE TABLE shop.notes (customer_id text, body text, written text, loaded text)',
  'CREATE TABLE shop.scores (customer boolean, value double precision, scored_at timestamp with time zone)',
  "INSERT INTO shop.customers VALUES (1, 'a@example.com', 'gold', 7, true, '2026-01-01 00:00:00+00')",
];

const PROJECT = (target: object): string => `version: 1
project: connected
default_target: here
targets:
  here: ${JSON.stringify('url' in target ? { ...target, url: `\${env:DATABASE_URL}` } : target)}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers:
      email: { trait: email, kind: email }
      mail: { trait: emial, kind: email }
    traits:
      score: { table: shop.scores, key: customer, column: value, cursor: scored_at }
    sources:
      orders: { table: shop.orders, key: customer_id, time: placed_at, cursor: { column: loaded_at, overlap: 1h } }
      ordrs: { table: shop.ordrs, key: customer_id, time: placed_at, cursor: loaded_at }
      notes: { table: shop.notes, key: customer_id, time: written, cursor: loaded }
      bodies: { table: shop.notes, key: customer_id, cursor: loaded }
      spend: { query: "SELECT customer_id, sum(totl) AS spend FROM shop.orders GROUP BY 1", key: customer_id, append_only: true, cursor: spend }
`;

const GOOD = `entity: customer
tier: hourly
where:
  all:
    - { trait: plan, in: [gold, silver] }
    - { did: orders, within: 30d, sum: { of: total, gte: 5 } }
    - { sql: "entity.points % 2 = 1" }
    - sequence: [{ did: orders }, { not: { did: orders }, for: 1d }]
sync:
  - { to: files, match: [email], fields: { plan: plan }, consent: { trait: opt_in } }
`;

const FILES = 'type: file\ndirectory: out\n';

let opened: Opened;

async function check(
  segments: Readonly<Record<string, string>>,
  { target = opened.target, args = [] as string[] } = {},
): Promise<Ended> {
  const folder = join(opened.folder, `project-${Math.random()}`);
  const files = {
    'segsync.yaml': PROJECT(target),
    'destinations/files.yaml': FILES,
    ...Object.fromEntries(Object.entries(segments).map(([name, text]) => [`segments/${name}.yaml`, text])),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return segsync(folder, ['validate', '--connect', ...args], { DATABASE_URL: String(target.url) });
}

/** `CODE file:line:column message | hint`, errors first. */
async function told(segments: Readonly<Record<string, string>>, target = opened.target): Promise<string[]> {
  const { stdout, stderr } = await check(segments, { target, args: ['--json'] });
  expect(stderr).toBe('');
  const { errors, warnings } = JSON.parse(stdout) as ValidationDocument;
  return [...errors, ...warnings].map(({ code, file, line, column, message, hint }) => {
    const at = file?.replace(/^segments\//, '').replace(/\.yaml$/, '') ?? '-';
    return `${code} ${at}:${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`;
  });
}

beforeAll(build);

for (const engine of engines) {
  describe(engine.name, () => {
    beforeAll(async () => {
      opened = await engine.open();
      for (const statement of TABLES) await opened.session.execute(statement);
      // DuckDB: only one process can have the file.
      if (engine.name === 'duckdb') await opened.session.close();
    });
    afterAll(() => opened.drop());

    it('passes what is right', async () => {
      expect(await check({ good: GOOD })).toEqual({
        stdout: 'Valid: 1 segment, 1 sync and 1 destination in project connected.\n',
        stderr: '',
        exit: 0,
      });
    });

    it('tells every mistake of a segment at its place', async () => {
      const wrong = `entity: customer
where:
  all:
    - { trait: pointz, gte: 5 }
    - { trait: plan, gt: 5 }
    - { trait: plan, within: 7d }
    - any:
        - { did: orders, where: { statu: open, total: { gte: many } }, within: 7d }
        - not: { did: orders, sum: { of: status, gte: 5 } }
    - { did: orders, max: { of: totl, gte: 5 } }
    - { trait: plan, gt: { trait: points } }
    - { measure: { did: orders, avg: { of: totl } }, gt: { trait: pints } }
    - sequence: [{ did: orders, where: { stat: open } }, { did: orders, where: { total: { contains: x } } }]
`;
      expect(await told({ wrong })).toEqual([
        'E211 wrong:4:16 shop.customers has no column `pointz` | did you mean `points`?',
        'E213 wrong:5:26 `plan` is of type text and cannot be compared with the number `5` | put it in quotes: "5"',
        'E212 wrong:6:30 `plan` is no time: its type is text, and a window needs a time stamp or a date',
        'E211 wrong:8:35 shop.orders has no column `statu` | did you mean `status`?',
        'E213 wrong:8:62 `total` is of type decimal and cannot be compared with the text `many`',
        'E214 wrong:9:23 `status` is of type text: there is no sum of it | sum and avg take numbers',
        'E211 wrong:10:14 shop.orders has no column `totl` | did you mean `total`?',
        'E218 wrong:11:26 `plan` is of type text and cannot be compared so with `points` of type integer',
        'E211 wrong:12:25 shop.orders has no column `totl` | did you mean `total`?',
        'E211 wrong:12:67 shop.customers has no column `pints` | did you mean `points`?',
        'E211 wrong:13:42 shop.orders has no column `stat`',
      ]);
      expect((await check({ wrong })).exit).toBe(78);
    });

    it('tells what is wrong with declared tables where they are declared, once', async () => {
      const first =
        'entity: customer\nwhere:\n  all:\n    - { did: ordrs, within: 1d }\n    - { has: notes }\n    - { trait: score, gt: 1 }\n';
      const second = 'entity: customer\nwhere: { any: [{ did: ordrs, where: { x: 1 } }, { has: bodies }] }\n';
      expect(await told({ first, second })).toEqual([
        'E215 segsync:15:23 key `customer` of shop.scores is of type boolean, but customer’s key is of type integer',
        'E301 segsync:18:23 table shop.ordrs does not exist, or may not be read | did you mean `shop.orders`?',
        'E212 segsync:19:23 `written` is no time: its type is text, and a window needs a time stamp or a date',
        'W207 segsync:20:24 `loaded` of shop.notes is of type text and cannot serve as a cursor: the table is read as a whole at every tick | a cursor is a time stamp, a date or a whole number that grows whenever a row is added or changed',
      ]);
    });

    it('has the engine read SQL of one’s own', async () => {
      const sql = `entity: customer
where:
  all:
    - sql: "entity.pointz > 3"
    - sql: "entity.points + 3"
    - sql: "entity.points >"
    - sql: "EXISTS (SELECT 1 FROM shop.nothing AS n WHERE n.id = entity.id)"
    - sql: "count(*) > 3"
    - sql: "entity.points > 3 AND :T > entity.updated_at"
    - { has: spend }
`;
      const query = 'entity: customer\nquery: SELECT idd FROM shop.customers\n';
      const keys = 'entity: customer\nquery: SELECT opt_in FROM shop.customers\n';
      const refers = 'entity: customer\nwhere: { segment: sql }\n';
      const said = await told({ sql, query, keys, refers });
      expect(said.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
        'E215 keys:2:8',
        'E219 query:2:8',
        'E219 sql:4:12',
        'E220 sql:5:12',
        'E219 sql:6:12',
        'E219 sql:7:12',
        'E219 sql:8:12',
        'E219 segsync:21:23',
      ]);
      expect(said[2]).toMatch(/the warehouse refuses this SQL: .*pointz/);
      expect(said[3]).toMatch(/this SQL is of type integer, but a condition is true or false/);
      expect(said[5]).toMatch(/the warehouse refuses this SQL: .*nothing/);
      expect(said[7]).toMatch(/the warehouse refuses this query: .*totl/);
    });

    it('tells what the engine has against what a condition compiles to', async () => {
      const given = 'entity: customer\nwhere: { did: orders, max: { of: gift, eq: true } }\n';
      const said = await told({ given });
      if (engine.name === 'duckdb') return expect(said).toEqual([]);
      expect(said).toEqual([
        'E219 given:2:15 the warehouse refuses what this condition compiles to: function max(boolean) does not exist',
      ]);
    });

    it('looks at what syncs send', async () => {
      const sync = `entity: customer
where: { trait: points, gt: 1 }
sync:
  - { to: files, match: [mail], fields: { a: plann, b: email, c: nothing }, consent: { trait: plan } }
  - { to: files, name: two, audience: two, consent: { trait: pointz, gt: 1 } }
`;
      expect(await told({ sync })).toEqual([
        'E211 sync:4:46 shop.customers has no column `plann` | did you mean `plan`?',
        'E211 sync:4:66 shop.customers has no column `nothing`',
        'E213 sync:4:95 `plan` is of type text and cannot be compared with the boolean `true`',
        'E211 sync:5:74 shop.customers has no column `pointz` | did you mean `points`?',
        'E211 segsync:13:7 shop.customers has no column `emial` | did you mean `email`?',
      ]);
    });

    it('tells what only the warehouse knows to be full at every tick', async () => {
      const fast = 'entity: customer\ntier: frequent\nwhere: { has: bodies }\n';
      const moving = 'entity: customer\ntier: realtime\nwhere: { sql: "nowhere_known(points) > 1" }\n';
      const said = await told({ fast, moving });
      expect(said.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
        'E217 fast:1:1',
        'E219 moving:3:15',
        'W207 segsync:20:24',
      ]);
    });

    it('works with a role that may only read, before the first run, and changes nothing', async () => {
      const target = await opened.readOnlyTarget();
      const { stdout, stderr, exit } = await check({ good: GOOD }, { target });
      expect(exit).toBe(0);
      if (engine.name === 'duckdb') return expect(stderr).toBe('');
      const role = new URL(String(target.url)).username;
      const database = new URL(String(target.url)).pathname.slice(1);
      expect(stdout).toBe(
        'Valid, with 2 warnings: 1 segment, 1 sync and 1 destination in project connected.\n',
      );
      expect(stderr).toContain(
        `warning[W301]: a run on target here has to keep its state, which its role may not\n`,
      );
      expect(stderr).toContain(`let somebody who may run: CREATE SCHEMA segsync AUTHORIZATION ${role}\n`);
      expect(stderr).toContain(
        `let somebody who may run: GRANT TEMPORARY ON DATABASE ${database} TO ${role}\n`,
      );
    });

    it('leaves no trace', async () => {
      const session = await opened.connect();
      const names = await session.tableNames();
      await session.close();
      expect(names.map((parts) => parts.join('.'))).toEqual([
        'shop.customers',
        'shop.notes',
        'shop.orders',
        'shop.scores',
      ]);
    });
  });
}

describe('rights in PostgreSQL', () => {
  const [, postgres] = engines;
  let target: Opened['target'];
  let role: string;
  let database: string;
  const grant = (statement: string) => asAdministrator((client) => client.query(statement), database);
  beforeAll(async () => {
    opened = await postgres!.open();
    for (const statement of TABLES) await opened.session.execute(statement);
    target = await opened.readOnlyTarget();
    role = new URL(String(target.url)).username;
    database = new URL(String(target.url)).pathname.slice(1);
  });
  afterAll(() => opened.drop());
  const said = async () => (await told({ good: GOOD }, target)).map((line) => line.replaceAll(role, 'ROLE'));

  it('names the statement for a table that may not be read', async () => {
    await grant(`REVOKE SELECT ON shop.orders FROM ${role}`);
    const [first] = await said();
    expect(first).toBe(
      'E312 segsync:17:24 table shop.orders may not be read by this target’s role | let somebody who may run: GRANT SELECT ON shop.orders TO ROLE',
    );
    expect((await check({ good: GOOD }, { target })).exit).toBe(1);
    await grant(`REVOKE USAGE ON SCHEMA shop FROM ${role}`);
    const all = await said();
    expect(all.filter((line) => line.startsWith('E312'))).toHaveLength(2);
    expect(all[1]).toContain('GRANT USAGE ON SCHEMA shop TO ROLE; GRANT SELECT ON shop.orders TO ROLE');
    await grant(`GRANT USAGE ON SCHEMA shop TO ${role}; GRANT SELECT ON shop.orders TO ${role}`);
  });

  it('is satisfied step by step by what it names', async () => {
    const statements = async () =>
      (await said()).map((line) =>
        line.split('let somebody who may run: ')[1]!.replaceAll(database, 'DATABASE'),
      );
    expect(await statements()).toEqual([
      'CREATE SCHEMA segsync AUTHORIZATION ROLE',
      'GRANT TEMPORARY ON DATABASE DATABASE TO ROLE',
    ]);
    await grant(`GRANT TEMPORARY ON DATABASE ${database} TO ${role}; CREATE SCHEMA segsync`);
    expect(await statements()).toEqual(['GRANT USAGE, CREATE ON SCHEMA segsync TO ROLE']);
    await grant('CREATE TABLE segsync.meta (name text)');
    expect(await statements()).toEqual([
      'GRANT USAGE, CREATE ON SCHEMA segsync TO ROLE; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA segsync TO ROLE',
    ]);
    await grant(
      `GRANT USAGE, CREATE ON SCHEMA segsync TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA segsync TO ${role}`,
    );
    expect(await statements()).toEqual([]);
  });
});

describe('a target that cannot be reached', () => {
  it('hides nothing that is told without it', async () => {
    opened = await engines[1]!.open();
    const never = 'entity: customer\nwhere: { did: orders, count: { lt: 0 } }\n';
    const target = { type: 'postgres', url: 'postgres://nobody:x@127.0.0.1:1/nowhere' };
    const { stderr, exit } = await check({ never }, { target });
    expect(exit).toBe(75);
    expect(stderr).toContain('error[E308]');
    expect(stderr).toContain('warning[W202]');
    await opened.drop();
  });
});
