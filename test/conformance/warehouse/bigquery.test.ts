/** BigQuery's own adapter and client over loopback: values, pages, sessions, and what goes wrong on the way. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { warehouse as bigquery } from '../../../src/warehouse/bigquery/index.ts';
import { realWorld } from '../../../src/world.ts';
import { bigqueryEngine, type StoodIn } from '../../warehouses/engines.ts';

let opened: StoodIn;
const { types, quote } = bigqueryEngine.warehouse.dialect;

beforeEach(async () => {
  opened = await bigqueryEngine.open();
  await opened.session.execute(
    `CREATE TABLE t (id ${types.integer}, note ${types.text}, made_at ${types.instant}, price ${types.decimal},` +
      ` score ${types.float}, flag ${types.boolean}, day ${types.date}, seen ${types.timestamp})`,
  );
});
afterEach(() => opened.drop());

const ROW = {
  id: '9007199254740993',
  note: 'é\'"\\ \n😀',
  made_at: '2026-01-01T00:00:00.123456Z',
  price: '12345678901234567890.123456789',
  score: '0.1',
  flag: 'true',
  day: '2026-12-31',
  seen: '2026-12-31T23:59:59.000001',
};
const COLUMNS = Object.keys(ROW);

test('every value arrives and comes back as exact text', async () => {
  const { session } = opened;
  await session.writeRows(quote('t'), COLUMNS, [Object.values(ROW), COLUMNS.map(() => null)]);
  const rows = await session.query('SELECT * FROM t ORDER BY id');
  expect(rows).toEqual([ROW, Object.fromEntries(COLUMNS.map((column) => [column, null]))]);
});

test('a stream reads page after page, and ends with an error when one is missing', async () => {
  const { session, double } = opened;
  await session.writeRows(
    quote('t'),
    ['id'],
    Array.from({ length: 25 }, (_, id) => [String(id)]),
  );
  double.pageRows = 10;
  const ids: (string | null)[] = [];
  for await (const { id } of session.stream('SELECT id FROM t ORDER BY id')) ids.push(id!);
  expect(ids).toEqual(Array.from({ length: 25 }, (_, id) => String(id)));
  const stream = session.stream('SELECT id FROM t ORDER BY id')[Symbol.asyncIterator]();
  await stream.next();
  await double.close();
  await expect(
    (async () => {
      for (let each = await stream.next(); !each.done; ) each = await stream.next();
    })(),
  ).rejects.toMatchObject({ failure: 'transient' });
});

test('columns, sizes and incarnations', async () => {
  const { session } = opened;
  await session.execute('CREATE SCHEMA shop');
  await session.execute('CREATE TABLE shop.orders (id integer)');
  await session.execute('INSERT INTO shop.orders VALUES (1), (2)');
  const orders = { kind: 'table', parts: ['shop', 'orders'] } as const;
  expect(await session.describe(orders)).toEqual([{ name: 'id', type: 'integer', native: 'INT64' }]);
  expect(await session.approximateRows(orders)).toBe(2);
  const made = await session.incarnation(orders);
  await session.execute('DROP TABLE shop.orders');
  expect(await session.describe(orders)).toBeUndefined();
  await session.execute('CREATE TABLE shop.orders (id integer)');
  expect(await session.incarnation(orders)).not.toBe(made);
});

test('a transaction is a session of its own, and is undone when its work throws', async () => {
  const { session, double } = opened;
  await session.transaction(async (statements) => {
    await statements.execute('INSERT INTO t (id) VALUES (1)');
    await statements.execute(`CREATE TEMPORARY TABLE ${quote('staged')} (id ${types.integer})`);
    await statements.writeRows(quote('staged'), ['id'], [['1']]);
    expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: '0' }]);
  });
  const work = session.transaction(async (statements) => {
    await statements.execute('DELETE FROM t WHERE id = 1');
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: '1' }]);
  expect(double.standIn.arrived.filter(({ sql }) => sql.startsWith('CALL'))).toHaveLength(2);
});

test('two transactions that change one row: one of them fails as a conflict', async () => {
  const { session } = opened;
  await session.execute('INSERT INTO t (id) VALUES (1)');
  const work = session.transaction(async (statements) => {
    await statements.execute("UPDATE t SET note = 'ours' WHERE id = 1");
    await session.transaction((others) => others.execute("UPDATE t SET note = 'theirs' WHERE id = 1"));
  });
  await expect(work).rejects.toMatchObject({ failure: 'conflict' });
});

const isInsert = (sql: string): boolean => sql.includes('INSERT');

describe('what is asked for twice runs once', () => {
  test.each([
    ['503 before it ran', { status: 503 }],
    ['503 after it ran', { status: 503, applied: true }],
    ['429', { status: 429, reason: 'rateLimitExceeded' }],
    ['the connection lost before it ran', { drop: true }],
    ['the connection lost after it ran', { drop: true, applied: true }],
    ['403 for a rate limit, which the client does not repeat', { status: 403, reason: 'rateLimitExceeded' }],
    ['a job that takes its time', { slow: 2 }],
  ])('%s', async (_, fault) => {
    const { session, double } = opened;
    double.faults.push({ of: isInsert, ...fault });
    expect(await session.execute('INSERT INTO t (id) VALUES (1)')).toBe(1);
    expect(double.faults).toEqual([]);
    expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: '1' }]);
  });
});

test('a statement is labelled for the log and for the bill', async () => {
  const { session, double } = opened;
  await session.labelled('segsync command=run tier=Frequent segments=a,ä').query('SELECT 1');
  const { query, labels } = double.requests.at(-1)!;
  expect(query).toBe('-- segsync command=run tier=Frequent segments=a,ä\nSELECT 1');
  expect(labels).toEqual({
    segsync_command: 'run',
    segsync_tier: 'frequent',
    segsync_segments: 'a_ä',
  });
});

test('what it would read, and a cap on it', async () => {
  const { target, session, double } = opened;
  expect(await session.estimate('SELECT id FROM t')).toEqual({ amount: 1_048_576, unit: 'bytes read' });
  const { type: _, ...options } = target;
  const request = { world: realWorld(), root: '/', access: 'read', label: 'segsync test' } as const;
  const capped = await bigquery.connect({ ...request, options: { ...options, max_bytes_billed: 1_000 } });
  await capped.query('SELECT 1');
  expect(double.requests.at(-1)).toMatchObject({ maximumBytesBilled: '1000' });
});

test('errors: of the statement, without values; of credentials; of an address where nobody is', async () => {
  const { session, target } = opened;
  await expect(session.query("SELECT CAST('secret@example.com' AS integer)")).rejects.toSatisfy(
    (error: Error & { failure?: string }) =>
      error.failure === 'statement' && !error.message.includes('secret@'),
  );
  const { type: _, ...options } = target;
  const request = { world: realWorld(), root: '/', access: 'read', label: 'segsync test' } as const;
  await expect(
    bigquery.connect({ ...request, options: { ...options, access_token: 'another' } }),
  ).rejects.toMatchObject({ diagnostics: [{ code: 'E307' }] });
  await expect(
    bigquery.connect({ ...request, options: { ...options, endpoint: 'http://127.0.0.1:1' } }),
  ).rejects.toMatchObject({ diagnostics: [{ code: 'E308' }] });
});
