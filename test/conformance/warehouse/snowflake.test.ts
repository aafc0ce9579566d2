/** Snowflake's own adapter and client over loopback: values, chunks, transactions, and what goes wrong on the way. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { warehouse as snowflake } from '../../../src/warehouse/snowflake/index.ts';
import { realWorld } from '../../../src/world.ts';
import { type SnowflakeStoodIn, snowflakeEngine } from '../../warehouses/engines.ts';

let opened: SnowflakeStoodIn;
const { types } = snowflakeEngine.warehouse.dialect;

beforeEach(async () => {
  opened = await snowflakeEngine.open();
  await opened.session.execute('CREATE SCHEMA s');
  await opened.session.execute(
    `CREATE TABLE s.t (id ${types.integer}, note ${types.text}, made_at ${types.instant}, price ${types.decimal},` +
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
const COUNT = 'SELECT count(*) AS n FROM s.t';

function optionsOf(target: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { type: _, ...options } = target;
  return options;
}

function connect(changes: Readonly<Record<string, unknown>>) {
  const options = { ...optionsOf(opened.target), ...changes };
  return snowflake.connect({
    world: realWorld(),
    root: opened.folder,
    access: 'read',
    label: 'segsync test',
    options,
  });
}

test('every value arrives and comes back as exact text, under the name that was asked for', async () => {
  const { session } = opened;
  await session.writeRows('s.t', COLUMNS, [COLUMNS.map(() => null), Object.values(ROW)]);
  const rows = await session.query('SELECT * FROM s.t ORDER BY id');
  expect(rows).toEqual([
    {
      ...ROW,
      made_at: '2026-01-01 00:00:00.123456000 +00:00',
      seen: '2026-12-31 23:59:59.000001000',
    },
    Object.fromEntries(COLUMNS.map((column) => [column, null])),
  ]);
});

test('a stream reads chunk after chunk, and ends with an error when one is missing', async () => {
  const { session, double } = opened;
  const ids = Array.from({ length: 25 }, (_, id) => String(id));
  await session.writeRows(
    's.t',
    ['id'],
    ids.map((id) => [id]),
  );
  double.chunkRows = 10;
  const read = async (): Promise<(string | null)[]> => {
    const found: (string | null)[] = [];
    for await (const { id } of session.stream('SELECT id FROM s.t ORDER BY id')) found.push(id!);
    return found;
  };
  expect(await read()).toEqual(ids);
  double.lostChunks = true;
  await expect(read()).rejects.toMatchObject({ failure: 'transient' });
});

test('a stream that is left early, aborted or cancelled leaves the session as it was', async () => {
  const { session } = opened;
  const sql = 'SELECT id FROM s.t ORDER BY id';
  await session.writeRows(
    's.t',
    ['id'],
    Array.from({ length: 2_000 }, (_, id) => [String(id)]),
  );
  const read = async (at: (id: string) => boolean | undefined, signal?: AbortSignal): Promise<void> => {
    for await (const { id } of session.stream(sql, signal ? { signal } : {})) if (at(id!)) return;
  };
  await read((id) => id === '3');
  const abort = new AbortController();
  const aborted = read((id) => {
    if (id === '10') abort.abort();
    return false;
  }, abort.signal);
  await expect(aborted).rejects.toMatchObject({ failure: 'transient' });
  const cancelled = read((id) => {
    if (id === '10') void session.cancel();
    return false;
  });
  await expect(cancelled).rejects.toMatchObject({ failure: 'transient' });
  expect(await session.query(COUNT)).toEqual([{ n: '2000' }]);
});

test('more rows than one request takes are written in parts, all or none', async () => {
  const { session } = opened;
  const rows = Array.from({ length: 60_000 }, (_, id) => [String(id)]);
  await session.writeRows('s.t', ['id'], rows);
  expect(await session.query(COUNT)).toEqual([{ n: '60000' }]);
  const broken = [...rows.slice(0, 55_000), ['x']];
  await expect(session.writeRows('s.t', ['id'], broken)).rejects.toMatchObject({ failure: 'statement' });
  expect(await session.query(COUNT)).toEqual([{ n: '60000' }]);
});

test('columns, sizes and incarnations', async () => {
  const { session } = opened;
  await session.execute('CREATE SCHEMA shop');
  await session.execute('CREATE TABLE shop.orders (id integer)');
  await session.execute('INSERT INTO shop.orders VALUES (1), (2)');
  const orders = { kind: 'table', parts: ['shop', 'orders'] } as const;
  expect(await session.describe(orders)).toEqual([{ name: 'id', type: 'integer', native: 'NUMBER(38,0)' }]);
  expect(await session.approximateRows(orders)).toBe(2);
  expect(await session.tableNames()).toEqual([
    ['s', 't'],
    ['shop', 'orders'],
  ]);
  const made = await session.incarnation(orders);
  await session.execute('DROP TABLE shop.orders');
  expect(await session.describe(orders)).toBeUndefined();
  await session.execute('CREATE TABLE shop.orders (id integer)');
  expect(await session.incarnation(orders)).not.toBe(made);
});

describe('transactions', () => {
  const staged = `CREATE TEMPORARY TABLE staged (id ${types.integer})`;

  test('temporary tables are made before one begins, are there in it, and go with its session', async () => {
    const { session, double } = opened;
    await session.transaction(
      async (statements) => {
        expect(statements.temporaryTables).toBe(false);
        await statements.writeRows('staged', ['id'], [['1'], ['2']]);
        expect(await statements.execute('INSERT INTO s.t (id) SELECT id FROM staged')).toBe(2);
        expect(await session.query(COUNT)).toEqual([{ n: '0' }]);
      },
      {
        before: async (statements) => {
          expect(statements.temporaryTables).toBe(true);
          await statements.execute(staged);
        },
      },
    );
    expect(await session.query(COUNT)).toEqual([{ n: '2' }]);
    const order = double.standIn.arrived.map(({ sql }) => sql.split(' ')[0]);
    expect(order.indexOf('CREATE', 2)).toBeLessThan(order.indexOf('BEGIN'));
    expect(double.paths.filter((path) => path === '/session')).toHaveLength(1);
  });

  test('one is undone when its work throws', async () => {
    const { session } = opened;
    await session.execute('INSERT INTO s.t (id) VALUES (1)');
    const work = session.transaction(async (statements) => {
      expect(await statements.execute('DELETE FROM s.t WHERE id = 1')).toBe(1);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await session.query(COUNT)).toEqual([{ n: '1' }]);
  });

  test('what would commit one is refused before it is sent', async () => {
    const { session, double } = opened;
    const work = session.transaction(async (statements) => {
      await statements.execute('INSERT INTO s.t (id) VALUES (1)');
      await statements.execute(staged);
    });
    await expect(work).rejects.toMatchObject({ failure: 'statement' });
    expect(await session.query(COUNT)).toEqual([{ n: '0' }]);
    expect(double.requests.some(({ sqlText }) => sqlText === staged)).toBe(false);
  });

  test('the double itself commits one at such a statement, so that a mistake would show', async () => {
    const { session, double } = opened;
    double.standIn.know('CREATE TEMPORARY TABLE sly (id integer)', 'CREATE TEMPORARY TABLE sly (id integer)');
    const work = session.transaction(async (statements) => {
      await statements.execute('INSERT INTO s.t (id) VALUES (1)');
      // A query by its name only.
      await statements.query('CREATE TEMPORARY TABLE sly (id integer)');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await session.query(COUNT)).toEqual([{ n: '1' }]);
  });

  test('who changes rows waits for others that have done so, and sees what they did', async () => {
    const { session } = opened;
    await session.execute('INSERT INTO s.t (id) VALUES (1)');
    const order: string[] = [];
    let change = (): void => {};
    const changed = new Promise<void>((done) => {
      change = done;
    });
    const first = session.transaction(async (statements) => {
      await statements.execute('UPDATE s.t SET id = 2 WHERE id = 1');
      change();
      await new Promise((done) => setTimeout(done, 200));
      order.push('first');
    });
    await changed;
    const second = session.transaction(async (statements) => {
      expect(await statements.execute('UPDATE s.t SET id = 3 WHERE id = 2')).toBe(1);
      order.push('second');
    });
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  test('scratch makes temporary tables and begins nothing; what would last is refused', async () => {
    const { session, double } = opened;
    await session.scratch(async (statements) => {
      await statements.execute(`CREATE TEMPORARY TABLE staged AS\nSELECT id FROM s.t`);
      expect(await statements.query('SELECT * FROM staged')).toEqual([]);
      await expect(statements.execute('INSERT INTO s.t (id) VALUES (1)')).rejects.toMatchObject({
        failure: 'statement',
      });
    });
    expect(double.requests.some(({ sqlText }) => sqlText === 'BEGIN')).toBe(false);
  });
});

const isInsert = (sql: string): boolean => sql.includes('INSERT');

describe('what is asked for twice runs once', () => {
  test.each([
    ['503 before it ran', { status: 503 }],
    ['503 after it ran', { status: 503, applied: true }],
    ['429', { status: 429 }],
    ['the connection lost before it ran', { drop: true }],
    ['the connection lost after it ran', { drop: true, applied: true }],
    ['a statement that takes its time', { slow: 2 }],
    ['an expired token', { expired: true }],
  ])('%s', async (_, fault) => {
    const { session, double } = opened;
    double.faults.push({ of: isInsert, ...fault });
    expect(await session.execute('INSERT INTO s.t (id) VALUES (1)')).toBe(1);
    expect(double.faults).toEqual([]);
    expect(await session.query(COUNT)).toEqual([{ n: '1' }]);
    expect(
      new Set(double.requests.filter(({ sqlText }) => isInsert(sqlText)).map((r) => r.requestId)).size,
    ).toBe(1);
  });
});

test('an update counts the rows that it changed, and nothing else', async () => {
  const { session } = opened;
  await session.execute('INSERT INTO s.t (id) VALUES (1), (2)');
  expect(await session.execute('UPDATE s.t SET note = NULL WHERE id = 1')).toBe(1);
});

test('a statement is labelled for the log and for the bill', async () => {
  const { session, double } = opened;
  await session.labelled('segsync command=run tier=Frequent segments=a,ä').query(COUNT);
  const { sqlText, parameters } = double.requests.at(-1)!;
  expect(sqlText).toBe(`-- segsync command=run tier=Frequent segments=a,ä\n${COUNT}`);
  expect(parameters).toEqual({ QUERY_TAG: 'segsync command=run tier=Frequent segments=a,ä' });
});

test('what it would read', async () => {
  const { session } = opened;
  expect(await session.estimate('SELECT id FROM s.t')).toEqual({ amount: 3, unit: 'partitions read' });
  opened.double.faults.push({ of: (sql) => sql.startsWith('EXPLAIN'), code: '000630' });
  expect(await session.estimate('SELECT id FROM s.t')).toBeUndefined();
});

test('functions that move, among them those that somebody has made', async () => {
  const moving = await opened.session.movingFunctions(['current_date', 'upper', 'own.f', 'uuid_string']);
  expect([...moving].sort()).toEqual(['current_date', 'own.f', 'uuid_string']);
});

test('missing rights, with the statements that give them', async () => {
  const { session, double } = opened;
  const needs = {
    relations: [{ kind: 'table', parts: ['s', 't'] }] as const,
    schema: 'segsync',
    tables: ['meta', 'ledger'],
  };
  expect(await session.missingGrants(needs)).toEqual([]);
  for (const each of ['S.T', 'CREATE SCHEMA', 'CREATE TABLE']) double.refused.add(each);
  expect(await session.missingGrants(needs)).toEqual([
    {
      what: 'read s.t',
      relation: needs.relations[0],
      statements: [
        'GRANT USAGE ON DATABASE "SHOPDB" TO ROLE "SEGSYNC"',
        'GRANT USAGE ON SCHEMA "SHOPDB".s TO ROLE "SEGSYNC"',
        'GRANT SELECT ON TABLE "SHOPDB".s.t TO ROLE "SEGSYNC"',
      ],
    },
    {
      what: 'keep its state',
      statements: [
        'CREATE SCHEMA IF NOT EXISTS "SHOPDB".segsync',
        'GRANT USAGE, CREATE TABLE ON SCHEMA "SHOPDB".segsync TO ROLE "SEGSYNC"',
      ],
    },
  ]);
});

test('a cancelled statement, and one that took too long, fail for now', async () => {
  const { session, double } = opened;
  double.faults.push({ of: (sql) => sql === COUNT, slow: 10_000 });
  const work = session.query(COUNT);
  const failed = expect(work).rejects.toMatchObject({ failure: 'transient' });
  await vi.waitFor(() => expect(double.paths.some((path) => path.endsWith('/result'))).toBe(true));
  await session.cancel();
  await failed;
  double.faults.push({ of: (sql) => sql === COUNT, code: '000630' });
  await expect(session.query(COUNT)).rejects.toMatchObject({ failure: 'transient' });
});

test('errors: of the statement, without values; of credentials; of names; of an address where nobody is', async () => {
  const { session } = opened;
  await expect(session.query("SELECT CAST('secret@example.com' AS integer)")).rejects.toSatisfy(
    (error: Error & { failure?: string }) =>
      error.failure === 'statement' && !error.message.includes('secret@'),
  );
  await expect(session.query('SELECT * FROM s.nothing')).rejects.toMatchObject({ failure: 'missing' });
  const code = (of: string) => ({ diagnostics: [{ code: of }] });
  await expect(connect({ password: 'another' })).rejects.toMatchObject(code('E307'));
  await expect(connect({ warehouse: 'none' })).rejects.toSatisfy((error: Error) =>
    error.message.includes('`warehouse`'),
  );
  await expect(connect({ access_url: 'http://127.0.0.1:1' })).rejects.toMatchObject(code('E308'));
}, 60_000);

describe('ways to sign in', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const open = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const closed = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'p' } as const;
  test.each([
    ['a key pair', { private_key: open }],
    [
      'a key with a passphrase',
      { private_key: privateKey.export(closed).toString(), private_key_passphrase: 'p' },
    ],
    ['an OAuth token', { oauth_token: 'good', user: undefined }],
    ['a programmatic access token', { access_token: 'good', user: undefined }],
  ])('%s', async (_, way) => {
    const session = await connect({ password: undefined, ...way });
    expect(await session.version()).toBe('Snowflake 9.99.9');
    await session.close();
  });

  test('exactly one', () => {
    const options = optionsOf(opened.target);
    expect(snowflake.options.safeParse(options).success).toBe(true);
    expect(snowflake.options.safeParse({ ...options, oauth_token: 't' }).success).toBe(false);
    expect(snowflake.options.safeParse({ ...options, user: undefined }).success).toBe(false);
    expect(snowflake.options.safeParse({ ...options, password: undefined }).success).toBe(false);
  });
});

test('the client says nothing: no line, no file, no report', async () => {
  const out = vi.spyOn(process.stdout, 'write');
  const { session, double } = opened;
  await session.writeRows('s.t', COLUMNS, [Object.values({ ...ROW, price: '1.5' })]);
  await session.query('SELECT * FROM s.t');
  await connect({ password: 'another' }).catch(() => undefined);
  expect(out).not.toHaveBeenCalled();
  out.mockRestore();
  expect(existsSync('snowflake.log')).toBe(false);
  expect(double.paths).not.toContain('/telemetry/send');
});
