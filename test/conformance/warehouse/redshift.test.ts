/** Redshift's own adapter and the driver over a door before PostgreSQL: values, transactions, and what goes wrong. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/config/project.ts';
import { messageOf } from '../../../src/warehouse/redshift/failure.ts';
import { options, warehouse as redshift } from '../../../src/warehouse/redshift/index.ts';
import { clientConfig } from '../../../src/warehouse/redshift/settings.ts';
import type { Session } from '../../../src/warehouse/warehouse.ts';
import { realWorld } from '../../../src/world.ts';
import { type RedshiftStoodIn, redshiftEngine } from '../../warehouses/redshift-engine.ts';

let opened: RedshiftStoodIn;
let session: Session;
const { types, quote } = redshiftEngine.warehouse.dialect;

beforeEach(async () => {
  opened = await redshiftEngine.open();
  session = opened.session;
  await session.execute(
    `CREATE TABLE t (id ${types.integer}, note ${types.text}, made_at ${types.instant}, price DECIMAL(38, 9),` +
      ` score ${types.float}, flag ${types.boolean}, day ${types.date}, seen ${types.timestamp}, about ${types.json})`,
  );
});
afterEach(() => opened.drop());

const ROW = {
  id: '9007199254740993',
  note: "é'\\ \n\t😀 ",
  made_at: '2026-01-01 00:00:00.123456+00',
  price: '12345678901234567890.123456789',
  score: '0.1',
  flag: 'true',
  day: '2026-12-31',
  seen: '2026-12-31 23:59:59.000001',
  about: '{"a":"\\"x\\""}',
};
const COLUMNS = Object.keys(ROW);
const numbers = (to: number): string[][] => Array.from({ length: to }, (_, id) => [String(id)]);
const count = async (): Promise<string> => (await session.query('SELECT count(*) AS n FROM t'))[0]!.n!;

test('every value arrives and comes back as exact text', async () => {
  await session.writeRows(quote('t'), COLUMNS, [Object.values(ROW), COLUMNS.map(() => null)]);
  expect(await session.query('SELECT * FROM t ORDER BY id')).toEqual([
    ROW,
    Object.fromEntries(COLUMNS.map((column) => [column, null])),
  ]);
});

test('what is too long or cannot be said is refused before anything is sent', async () => {
  const write = (note: string): Promise<void> => session.writeRows(quote('t'), ['note'], [['x'], [note]]);
  await expect(write('ä'.repeat(32_768))).rejects.toMatchObject({ diagnostics: [{ code: 'E303' }] });
  await expect(write('a\0')).rejects.toMatchObject({ diagnostics: [{ code: 'E303' }] });
  expect(await count()).toBe('0');
});

test('more rows than a statement holds come in several, all or none', async () => {
  const long = 'x'.repeat(60_000);
  const rows = Array.from({ length: 150 }, (_, id) => [String(id), long]);
  await session.writeRows(quote('t'), ['id', 'note'], rows);
  expect(await count()).toBe('150');
  expect(opened.door.arrived.filter((sql) => sql.startsWith('INSERT'))).toHaveLength(3);
  const bad = session.writeRows(quote('t'), ['id', 'note'], [...rows, ['no number', long]]);
  await expect(bad).rejects.toMatchObject({ failure: 'statement' });
  expect(await count()).toBe('150');
});

describe('a stream', () => {
  const IDS = 'SELECT id FROM t ORDER BY id';
  beforeEach(() => session.writeRows(quote('t'), ['id'], numbers(2_500)));

  test('reads a thousand rows at a time, beside other statements', async () => {
    const ids: (string | null)[] = [];
    for await (const { id } of session.stream(IDS)) {
      if (ids.push(id!) === 1) expect(await count()).toBe('2500');
    }
    expect(ids).toEqual(numbers(2_500).flat());
    expect(opened.door.arrived.filter((sql) => sql.startsWith('FETCH'))).toHaveLength(3);
  });

  test('ends with an error when the connection is lost, when it is cancelled, and when the query fails', async () => {
    let seen = 0;
    const reading = (async () => {
      for await (const _ of session.stream(IDS)) {
        seen += 1;
        if (seen === 1) opened.door.faults.push({ of: (sql) => sql.startsWith('FETCH'), drop: true });
      }
    })();
    await expect(reading).rejects.toMatchObject({ failure: 'transient' });
    expect(seen).toBe(1_000);

    const stopped = new AbortController();
    const cancelled = (async () => {
      for await (const _ of session.stream(IDS, { signal: stopped.signal })) stopped.abort();
    })();
    await expect(cancelled).rejects.toMatchObject({ failure: 'transient' });

    const failing = session.stream('SELECT 1 / (id - 1500) AS n FROM t ORDER BY id');
    await expect(
      (async () => {
        for await (const _ of failing);
      })(),
    ).rejects.toMatchObject({ failure: 'statement' });
  });

  test('left early leaves its connection fit for use, in a transaction too', async () => {
    for await (const _ of session.stream(IDS)) break;
    await session.transaction(async (statements) => {
      for await (const _ of statements.stream(IDS)) break;
      for await (const { id } of statements.stream('SELECT max(id) AS id FROM t')) expect(id).toBe('2499');
      await statements.execute('DELETE FROM t WHERE id > 0');
    });
    expect(await count()).toBe('1');
  });
});

describe('a transaction', () => {
  test('holds everything, lasting tables too, and leaves no temporary ones behind', async () => {
    await session.transaction(async (statements) => {
      await statements.execute('INSERT INTO t (id) VALUES (1)');
      await statements.execute('CREATE TABLE made (id BIGINT)');
      await statements.execute('CREATE TEMPORARY TABLE staged (id BIGINT)');
      expect(await statements.describe({ kind: 'table', parts: ['staged'] })).toMatchObject([{ name: 'id' }]);
      expect(await count()).toBe('0');
    });
    expect(await count()).toBe('1');
    expect(await session.query('SELECT count(*) AS n FROM made')).toEqual([{ n: '0' }]);
    await session.transaction((statements) =>
      statements.execute('CREATE TEMPORARY TABLE staged (id BIGINT)'),
    );
  });

  test('is undone when its work throws, when it is a trial, and when a failure was passed over', async () => {
    const insert = 'INSERT INTO t (id) VALUES (1)';
    const throwing = session.transaction(async (statements) => {
      await statements.execute(insert);
      throw new Error('no');
    });
    await expect(throwing).rejects.toThrow('no');
    await session.scratch((statements) => statements.execute(insert));
    const passedOver = session.transaction(async (statements) => {
      await statements.execute(insert);
      await statements.query('SELECT 1 / 0 AS n').catch(() => undefined);
    });
    await expect(passedOver).rejects.toMatchObject({ failure: 'statement' });
    expect(await count()).toBe('0');
  });

  test('is not spoilt by a look at what is not there, a size or a cost', async () => {
    await session.transaction(async (statements) => {
      await statements.execute('INSERT INTO t (id) VALUES (1)');
      expect(await statements.describe({ kind: 'table', parts: ['gone'] })).toBeUndefined();
      expect(await statements.describe({ kind: 'table', parts: ['public', 'gone'] })).toBeUndefined();
      expect(await statements.approximateRows({ kind: 'table', parts: ['public', 'gone'] })).toBeUndefined();
      expect(await statements.estimate('SELECT * FROM gone')).toBeUndefined();
      expect(await statements.estimate('SELECT * FROM t')).toMatchObject({ unit: 'planner cost' });
    });
    expect(await count()).toBe('1');
  });

  test('that serializable isolation refuses is a conflict, though its SQLSTATE is of an internal error', async () => {
    const detail =
      'Serializable isolation violation on table - 112313, transactions forming the cycle are: 1, 2';
    opened.door.faults.push({
      of: (sql) => sql.startsWith('UPDATE'),
      error: { code: 'XX000', message: '1023', detail },
    });
    const work = session.transaction((statements) => statements.execute('UPDATE t SET id = 2 WHERE id = 1'));
    await expect(work).rejects.toMatchObject({
      failure: 'conflict',
      message: 'serializable isolation violation (1023)',
    });
  });

  test.each([
    ['before its commit', false, '0'],
    ['before the commit was answered', true, '1'],
  ])('whose connection is lost %s fails as passing', async (_, applied, rows) => {
    opened.door.faults.push({ of: (sql) => sql === 'COMMIT', drop: true, applied });
    const work = session.transaction((statements) => statements.execute('INSERT INTO t (id) VALUES (1)'));
    await expect(work).rejects.toMatchObject({ failure: 'transient' });
    await expect.poll(count).toBe(rows);
  });
});

test('cancelled, and out of time', async () => {
  const slow = session.query('SELECT pg_sleep(20) AS slept');
  const failing = expect(slow).rejects.toMatchObject({ failure: 'transient' });
  await expect.poll(() => opened.door.arrived.some((sql) => sql.includes('pg_sleep'))).toBe(true);
  await new Promise((done) => setTimeout(done, 100));
  await session.cancel();
  await failing;
  const { type: _, ...own } = opened.target;
  const request = { world: realWorld(), root: '/', access: 'read', label: 'segsync test' } as const;
  const timed = await redshiftEngine.warehouse.connect({
    ...request,
    options: { ...own, statement_timeout: 1 },
  });
  try {
    await expect(timed.query('SELECT pg_sleep(20) AS slept')).rejects.toMatchObject({ failure: 'transient' });
  } finally {
    await timed.close();
  }
});

test('the door refuses a statement that no plan made', async () => {
  const { type: _, ...own } = opened.target;
  const request = { world: realWorld(), root: '/', access: 'read', label: 'segsync test' } as const;
  const unpaired = await redshift.connect({ ...request, options: own });
  try {
    await expect(unpaired.query('SELECT 42 AS n')).rejects.toThrow('no plan made this statement');
  } finally {
    await unpaired.close();
  }
});

test('a statement is labelled by a comment line; a stream before its cursor', async () => {
  const labelled = session.labelled('segsync command=run segments=a');
  await labelled.query('SELECT 1 AS one');
  expect(opened.door.arrived.at(-1)).toBe('-- segsync command=run segments=a\nSELECT 1 AS one');
  for await (const _ of labelled.stream('SELECT 1 AS one'));
  expect(opened.door.arrived).toContain(
    '-- segsync command=run segments=a\nDECLARE segsync_rows CURSOR FOR\nSELECT 1 AS one',
  );
});

test('columns of tables, views and queries; incarnations, names, functions and rights', async () => {
  await session.execute('CREATE SCHEMA shop');
  await session.execute('CREATE TABLE shop.orders (id integer, code varchar(12), price numeric(12, 2))');
  await session.execute('CREATE VIEW shop.cheap AS SELECT id FROM shop.orders WHERE price < 1');
  const orders = { kind: 'table', parts: ['shop', 'orders'] } as const;
  expect(await session.describe(orders)).toEqual([
    { name: 'id', type: 'integer', native: 'integer' },
    { name: 'code', type: 'text', native: 'character varying(12)' },
    { name: 'price', type: 'decimal', native: 'numeric(12,2)' },
  ]);
  expect(await session.describe({ kind: 'table', parts: ['shop', 'cheap'] })).toHaveLength(1);
  expect(await session.describe({ kind: 'query', sql: 'SELECT TRUE AS b, now() AS i; ' })).toEqual([
    { name: 'b', type: 'boolean', native: 'boolean' },
    { name: 'i', type: 'instant', native: 'timestamp with time zone' },
  ]);
  const made = await session.incarnation(orders);
  expect(await session.tableNames()).toEqual([
    ['public', 't'],
    ['shop', 'cheap'],
    ['shop', 'orders'],
  ]);
  await session.execute('DROP TABLE shop.orders CASCADE');
  await session.execute('CREATE TABLE shop.orders (id integer)');
  expect(await session.incarnation(orders)).not.toBe(made);
  await session.execute('CREATE FUNCTION public.own() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$');
  expect(await session.movingFunctions(['lower', 'random', 'own', 'getdate'])).toEqual(
    new Set(['random', 'own', 'getdate']),
  );
  const needs = { relations: [orders], schema: 'segsync', tables: ['meta'] };
  expect(await session.missingGrants(needs)).toEqual([]);
  expect(await session.version()).toBe('Amazon Redshift');
  expect(await session.identity()).toMatch(/^\/t_/);
  expect(Math.abs(Number((await session.now()) / 1000n) - Date.now())).toBeLessThan(60_000);
});

describe('errors', () => {
  test('of statements tell no values of rows', async () => {
    const failures = [
      "SELECT CAST('secret@example.com' AS integer) AS n",
      "SELECT CAST('secret@example.com' AS timestamptz) AS n",
    ];
    for (const sql of failures) {
      await expect(session.query(sql)).rejects.toSatisfy(
        (error: Error & { failure?: string }) =>
          error.failure === 'statement' && !error.message.includes('secret@'),
      );
    }
    const internal = Object.assign(new Error("Invalid digit, Value 's', Pos 0, Type: Integer"), {
      code: 'XX000',
    });
    expect(messageOf(internal)).toBe('Invalid digit…');
    await expect(session.query('SELECT * FROM gone')).rejects.toMatchObject({
      failure: 'missing',
      message: 'relation "gone" does not exist',
    });
    await expect(session.query('SELECT 1 AS one; SELECT 2 AS two')).rejects.toMatchObject({
      failure: 'statement',
    });
  });

  test('of credentials, and of an address where nobody is', async () => {
    const { type: _, ...own } = opened.target;
    const request = { world: realWorld(), root: '/', access: 'read', label: 'segsync test' } as const;
    await expect(
      redshift.connect({ ...request, options: { ...own, database: 'nowhere' } }),
    ).rejects.toMatchObject({ diagnostics: [{ code: 'E307' }] });
    await expect(redshift.connect({ ...request, options: { ...own, port: 1 } })).rejects.toMatchObject({
      diagnostics: [{ code: 'E308' }],
    });
  });
});

test('options: encrypted unless it says otherwise; an address of its own name, and its own port', () => {
  const config = (given: object) => clientConfig(options.parse(given), 'x'.repeat(99));
  expect(config({ host: 'h', user: 'IAM:somebody', password: new Secret('p') })).toMatchObject({
    host: 'h',
    port: 5439,
    user: 'IAM:somebody',
    password: 'p',
    ssl: true,
    application_name: 'x'.repeat(63),
  });
  expect(config({ url: 'redshift://u:p@h/d', ssl: 'no-verify' })).toMatchObject({
    connectionString: 'redshift://u:p@h:5439/d',
    ssl: { rejectUnauthorized: false },
  });
  const url = 'redshift://u:p%3A1@h:99/d?sslmode=require';
  expect(config({ url })).toMatchObject({ connectionString: url });
  expect(options.safeParse({ url: 'mysql://h' }).success).toBe(false);
  expect(options.safeParse({}).success).toBe(false);
});
