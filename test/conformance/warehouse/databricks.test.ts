/** Databricks' own adapter and client over loopback: values, pages, transactions, and what goes wrong on the way. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectionOptions } from '../../../src/warehouse/databricks/client.ts';
import { warehouse as databricks, type Options, options } from '../../../src/warehouse/databricks/index.ts';
import type { Statements } from '../../../src/warehouse/warehouse.ts';
import { realWorld } from '../../../src/world.ts';
import type { Fault } from '../../warehouses/databricks.ts';
import { type DatabricksStoodIn, databricksEngine } from '../../warehouses/engines.ts';

let opened: DatabricksStoodIn;
const { layout } = databricksEngine.warehouse;
const { types } = databricksEngine.warehouse.dialect;

beforeEach(async () => {
  opened = await databricksEngine.open();
  const columns = [
    ['id', 'integer'],
    ['note', 'text'],
    ['made_at', 'instant'],
    ['price', 'decimal'],
    ['score', 'float'],
    ['flag', 'boolean'],
    ['day', 'date'],
    ['seen', 'timestamp'],
  ] as const;
  for (const sql of layout('segsync', { name: 't', columns, key: [] })) await opened.session.execute(sql);
});
afterEach(() => opened.drop());

const ROW = {
  id: '9007199254740993',
  note: `é'"\\ \n😀 \${user.name}`,
  made_at: '2026-01-01T00:00:00.123456Z',
  price: '12345678901234567890.123456789',
  score: '0.1',
  flag: 'true',
  day: '2026-12-31',
  seen: '2026-12-31T23:59:59.000001',
};
const COLUMNS = Object.keys(ROW);
const COUNT = 'SELECT count(*) AS n FROM segsync.t';
const INSERT = 'INSERT INTO segsync.t (id) VALUES (1)';

function optionsOf(target: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { type: _, ...given } = target;
  return given;
}

function connect(changes: Readonly<Record<string, unknown>>) {
  return databricks.connect({
    world: realWorld(),
    root: opened.folder,
    access: 'read',
    label: 'segsync test',
    options: { ...optionsOf(opened.target), ...changes },
  });
}

async function add(ids: readonly (string | number)[]): Promise<void> {
  await opened.session.writeRows(
    'segsync.t',
    ['id'],
    ids.map((id) => [String(id)]),
  );
}

const texts = (): string[] => opened.double.requests.map(({ statement }) => statement);

test('every value arrives and comes back as exact text, under the name that was asked for', async () => {
  const { session } = opened;
  await session.writeRows('segsync.t', COLUMNS, [COLUMNS.map(() => null), Object.values(ROW)]);
  expect(await session.query('SELECT * FROM segsync.t ORDER BY id')).toEqual([
    { ...ROW, made_at: '2026-01-01 00:00:00.123456', seen: '2026-12-31 23:59:59.000001' },
    Object.fromEntries(COLUMNS.map((column) => [column, null])),
  ]);
});

test('rows are sent as a parameter: nothing of them stands in a statement', async () => {
  await opened.session.writeRows('segsync.t', COLUMNS, [Object.values({ ...ROW, note: 'ann@example.com' })]);
  expect(texts().some((sql) => sql.includes('explode(from_json(?'))).toBe(true);
  expect(texts().join('\n')).not.toContain('ann@example.com');
});

describe('a stream', () => {
  const SQL = 'SELECT id FROM segsync.t ORDER BY id';
  const read = async (at: (id: string) => unknown = () => false, signal?: AbortSignal): Promise<string[]> => {
    const found: string[] = [];
    for await (const { id } of opened.session.stream(SQL, signal ? { signal } : {})) {
      found.push(id!);
      if (at(id!)) break;
    }
    return found;
  };
  const ids = Array.from({ length: 25 }, (_, id) => String(id));

  test('reads page after page', async () => {
    await add(ids);
    opened.double.pageRows = 10;
    expect(await read()).toEqual(ids);
    expect(opened.double.calls.filter((call) => call === 'FetchResults')).toHaveLength(2);
  });

  test('waits for a statement that takes its time', async () => {
    await add(ids);
    opened.double.faults.push({ of: (sql) => sql === SQL, slow: 3 });
    expect(await read()).toEqual(ids);
  });

  test.each([
    ['the connection lost', { drop: true }],
    ['503', { status: 503 }],
    ['an error of the server', { error: { message: 'the result is gone' } }],
  ])('ends with an error when a page is missing: %s', async (_, fault) => {
    await add(ids);
    opened.double.pageRows = 10;
    opened.double.faults.push({ of: (sql) => sql === SQL, call: 'FetchResults', ...fault });
    await expect(read()).rejects.toMatchObject({ name: 'WarehouseError' });
    expect(await read()).toEqual(ids);
  });

  test('that is left early, aborted or cancelled leaves the session as it was', async () => {
    const { session, double } = opened;
    await add(Array.from({ length: 2_000 }, (_, id) => id));
    double.pageRows = 100;
    expect(await read((id) => id === '3')).toHaveLength(4);
    const abort = new AbortController();
    const aborted = read((id) => void (id === '10' && abort.abort()), abort.signal);
    await expect(aborted).rejects.toMatchObject({ failure: 'transient' });
    const cancelled = read((id) => void (id === '10' && session.cancel()));
    await expect(cancelled).rejects.toMatchObject({ failure: 'transient' });
    expect(await session.query(COUNT)).toEqual([{ n: '2000' }]);
  });
});

test('more rows than one statement takes are written in parts, all or none', async () => {
  const { session } = opened;
  const large = (id: string): string[] => [id, 'x'.repeat(900_000)];
  const rows = ['1', '2', '3', '4', '5', '6'].map(large);
  await session.writeRows('segsync.t', ['id', 'note'], rows);
  expect(texts().filter((sql) => sql.includes('from_json'))).toHaveLength(2);
  const broken = session.writeRows('segsync.t', ['id', 'note'], [...rows, large('x')]);
  await expect(broken).rejects.toMatchObject({ failure: 'statement' });
  expect(await session.query(COUNT)).toEqual([{ n: '6' }]);
});

test('columns, sizes and incarnations', async () => {
  const { session } = opened;
  await session.execute('CREATE SCHEMA shop');
  await session.execute('CREATE TABLE shop.orders (id integer)');
  await session.execute('INSERT INTO shop.orders VALUES (1), (2)');
  const orders = { kind: 'table', parts: ['shop', 'orders'] } as const;
  expect(await session.describe(orders)).toEqual([{ name: 'id', type: 'integer', native: 'int' }]);
  expect(await session.approximateRows(orders)).toBe(2);
  expect(await session.tableNames()).toEqual([
    ['segsync', 't'],
    ['shop', 'orders'],
  ]);
  const made = await session.incarnation(orders);
  expect(made).toBeDefined();
  await session.execute('DROP TABLE shop.orders');
  expect(await session.describe(orders)).toBeUndefined();
  expect(await session.incarnation(orders)).toBeUndefined();
  await session.execute('CREATE TABLE shop.orders (id integer)');
  expect(await session.incarnation(orders)).not.toBe(made);
});

const made = `CREATE TEMPORARY TABLE made (id ${types.integer})`;
const before = (statements: Statements): Promise<unknown> => statements.execute(made);
const tables = async (): Promise<number> => {
  const { rows } = await opened.double.standIn.run(
    "SELECT 1 FROM duckdb_tables() WHERE table_name LIKE 'tmp_%'",
  );
  return rows.length;
};

describe('transactions', () => {
  test('tables are made before one begins, are read and written in it, and are gone after it', async () => {
    const { session, double } = opened;
    await session.transaction(
      async (statements) => {
        expect(statements.temporaryTables).toBe(false);
        await statements.writeRows('made', ['id'], [['1'], ['2']]);
        expect(await statements.execute('INSERT INTO segsync.t (id) SELECT id FROM made')).toBe(2);
        expect(await session.query(COUNT)).toEqual([{ n: '0' }]);
        expect(await tables()).toBe(1);
      },
      {
        before: async (statements) => {
          expect(statements.temporaryTables).toBe(true);
          await statements.execute(made);
        },
      },
    );
    expect(await session.query(COUNT)).toEqual([{ n: '2' }]);
    expect(await tables()).toBe(0);
    const order = double.standIn.arrived.map(({ sql }) => sql.split(/[ \n]/)[0]);
    expect(order.lastIndexOf('CREATE')).toBeLessThan(order.lastIndexOf('BEGIN'));
    expect(order.lastIndexOf('DROP')).toBeGreaterThan(order.lastIndexOf('COMMIT'));
  });

  test('one is undone when its work throws, and its tables are dropped', async () => {
    const { session } = opened;
    await add([1]);
    const work = session.transaction(
      async (statements) => {
        expect(await statements.execute('DELETE FROM segsync.t WHERE id = 1')).toBe(1);
        throw new Error('no');
      },
      { before: async (statements) => void (await before(statements)) },
    );
    await expect(work).rejects.toThrow('no');
    expect(await session.query(COUNT)).toEqual([{ n: '1' }]);
    expect(await tables()).toBe(0);
  });

  test('what no transaction takes is refused before it is sent; tables are described beside it', async () => {
    const { session } = opened;
    const work = session.transaction(async (statements) => {
      expect(await statements.describe({ kind: 'table', parts: ['segsync', 't'] })).toHaveLength(8);
      await statements.execute(INSERT);
      await statements.execute(made);
    });
    await expect(work).rejects.toMatchObject({ failure: 'statement' });
    expect(await session.query(COUNT)).toEqual([{ n: '0' }]);
    expect(texts().some((sql) => sql.includes('tmp_'))).toBe(false);
  });

  test('the double itself refuses it, so that a mistake would show', async () => {
    const { session, double } = opened;
    double.standIn.know('DESCRIBE segsync.t', 'SELECT 1');
    const work = session.transaction((statements) => statements.query('DESCRIBE segsync.t'));
    await expect(work).rejects.toThrow(/TRANSACTION_NOT_SUPPORTED/);
    await session.execute(`CREATE TABLE segsync.plain (id ${types.integer})`);
    const plain = session.transaction((statements) =>
      statements.execute('INSERT INTO segsync.plain (id) VALUES (1)'),
    );
    await expect(plain).rejects.toThrow(/NON_CATALOG_OWNED/);
  });

  test('within one process they take turns: none meets another, and what stands alone goes first', async () => {
    const { session } = opened;
    await add([0]);
    const grow = (): Promise<unknown> =>
      session.transaction(async (statements) => {
        await statements.execute('UPDATE segsync.t SET id = id + 1 WHERE id >= 0');
        await new Promise((done) => setTimeout(done, 20));
      });
    await Promise.all([
      grow(),
      grow(),
      session.execute('UPDATE segsync.t SET id = id + 1 WHERE id >= 0'),
      grow(),
    ]);
    expect(await session.query('SELECT id FROM segsync.t')).toEqual([{ id: '4' }]);
  });

  test('of two processes that change one table, the later to commit fails with a conflict', async () => {
    const { session } = opened;
    await add([1, 2]);
    const other = await opened.connect();
    const work = session.transaction(async (statements) => {
      expect(await statements.execute('UPDATE segsync.t SET id = 3 WHERE id = 1')).toBe(1);
      await other.execute('UPDATE segsync.t SET id = 4 WHERE id = 2');
    });
    await expect(work).rejects.toMatchObject({ failure: 'conflict' });
    const rows = await session.query('SELECT id FROM segsync.t ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['1', '4']);
  });

  test('what a killed process left is dropped by a later one', async () => {
    const { double, session } = opened;
    const seconds = realWorld().clock.now() / 1_000_000n;
    const [old, young] = [seconds - 4n * 86_400n, seconds].map((at) => `segsync.tmp_${at}_0badc0de_left`);
    for (const name of [old, young]) await double.standIn.run(`CREATE TABLE ${name} (id integer)`);
    await session.transaction(async () => {}, { before: async () => {} });
    expect(texts().filter((sql) => sql.startsWith('DROP'))).toEqual([`DROP TABLE IF EXISTS ${old}`]);
    expect(await tables()).toBe(1);
  });

  test('scratch makes temporary tables and begins nothing; what would last is refused', async () => {
    const { session } = opened;
    const from = texts().length;
    await session.scratch(async (statements) => {
      await statements.execute('CREATE TEMPORARY TABLE made AS\nSELECT id FROM segsync.t');
      expect(await statements.query('SELECT * FROM made')).toEqual([]);
      await expect(statements.execute(INSERT)).rejects.toMatchObject({ failure: 'statement' });
    });
    expect(
      texts()
        .slice(from)
        .map((sql) => sql.split('\n')[0]),
    ).toEqual(['CREATE TEMPORARY TABLE made AS', 'SELECT * FROM made']);
  });
});

describe('what is asked for twice runs once', () => {
  const isInsert = (sql: string): boolean => sql === INSERT;
  const sent = (): number => texts().filter(isInsert).length;

  test.each<[string, Omit<Fault, 'of'>]>([
    ['503', { status: 503 }],
    ['429', { status: 429, headers: { 'retry-after': '1' } }],
    ['a statement that takes its time', { slow: 2 }],
    ['503 while it is waited for', { status: 503, call: 'GetOperationStatus' }],
  ])('%s', async (_, fault) => {
    const { session, double } = opened;
    if (fault.call) double.faults.push({ of: isInsert, slow: 1 });
    double.faults.push({ of: isInsert, ...fault });
    expect(await session.execute(INSERT)).toBe(1);
    expect(double.faults).toEqual([]);
    expect(await session.query(COUNT)).toEqual([{ n: '1' }]);
    expect(sent()).toBe(1);
  });

  test('a session that has ended is opened anew', async () => {
    const { session, double } = opened;
    double.faults.push({ of: isInsert, ended: true });
    expect(await session.execute(INSERT)).toBe(1);
    expect(await session.query(COUNT)).toEqual([{ n: '1' }]);
  });

  test.each([
    ['before', false],
    ['after', true],
  ])('the connection lost %s it ran: a question is asked again, a change is not', async (_, applied) => {
    const { session, double } = opened;
    double.faults.push({ of: (sql) => sql === COUNT, drop: true, applied });
    expect(await session.query(COUNT)).toEqual([{ n: '0' }]);
    double.faults.push({ of: isInsert, drop: true, applied });
    await expect(session.execute(INSERT)).rejects.toMatchObject({ failure: 'transient' });
    expect(await session.query(COUNT)).toEqual([{ n: applied ? '1' : '0' }]);
    expect(sent()).toBe(applied ? 1 : 0);
  });

  test('a COMMIT whose answer is lost is a failure, and is not said again', async () => {
    const { session, double } = opened;
    double.faults.push({ of: (sql) => sql === 'COMMIT', drop: true, applied: true });
    const work = session.transaction((statements) => statements.execute(INSERT));
    await expect(work).rejects.toMatchObject({ failure: 'transient' });
    expect(texts().filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(await session.query(COUNT)).toEqual([{ n: '1' }]);
  });
});

test('a statement is labelled for the log and for the bill, unless tags are not wanted', async () => {
  const { session, double } = opened;
  await session.labelled('segsync command=run tier=Frequent segments=a,ä').query(COUNT);
  const { statement, tags } = double.requests.at(-1)!;
  expect(statement).toBe(`-- segsync command=run tier=Frequent segments=a,ä\n${COUNT}`);
  expect(tags).toBe('segsync_command:run,segsync_tier:Frequent,segsync_segments:a\\,ä');
  const plain = await connect({ query_tags: false });
  await plain.labelled('segsync command=run').query(COUNT);
  expect(double.requests.at(-1)!.tags).toBeUndefined();
  await plain.close();
});

test('changed rows that are not counted are a failure, never none', async () => {
  const { session, double } = opened;
  double.faults.push({ of: (sql) => sql === INSERT, uncounted: true });
  await expect(session.execute(INSERT)).rejects.toThrow(/no count/);
});

test('what it would read at most', async () => {
  const { session, double } = opened;
  double.plan = [
    '== Optimized Logical Plan ==',
    'Aggregate [count(1) AS n#1L], Statistics(sizeInBytes=16.0 B, rowCount=1)',
    '+- Join Inner, Statistics(sizeInBytes=9.9 TiB)',
    '   :- Relation shopdb.s.t[id#2L] parquet, Statistics(sizeInBytes=1.5 KiB)',
    '   +- Relation shopdb.s.u[id#3L] parquet, Statistics(sizeInBytes=2.0 MiB, rowCount=9)',
  ].join('\n');
  expect(await session.estimate(COUNT)).toEqual({ amount: 1536 + 2 * 1024 ** 2, unit: 'bytes read' });
  double.plan = '== Physical Plan ==';
  expect(await session.estimate(COUNT)).toBeUndefined();
});

test('functions that move, among them those that somebody has made', async () => {
  const moving = await opened.session.movingFunctions(['current_date', 'upper', 'own.f', 'uuid', 'ai_query']);
  expect([...moving].sort()).toEqual(['ai_query', 'current_date', 'own.f', 'uuid']);
});

test('missing rights, with the statements that give them', async () => {
  const { session, double } = opened;
  const needs = {
    relations: [{ kind: 'table', parts: ['segsync', 't'] }] as const,
    schema: 'segsync',
    tables: ['meta', 'ledger'],
  };
  expect(await session.missingGrants(needs)).toEqual([]);
  for (const each of ['segsync.t', 'CREATE SCHEMA', 'MODIFY']) double.refused.add(each);
  const read = {
    what: 'read segsync.t',
    relation: needs.relations[0],
    statements: [
      'GRANT USE CATALOG ON CATALOG shopdb TO `segsync@example.com`',
      'GRANT USE SCHEMA ON SCHEMA shopdb.segsync TO `segsync@example.com`',
      'GRANT SELECT ON TABLE shopdb.segsync.t TO `segsync@example.com`',
    ],
  };
  const give = (schema: string) =>
    `GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA shopdb.${schema} TO \`segsync@example.com\``;
  expect(await session.missingGrants(needs)).toEqual([
    read,
    { what: 'keep its state', statements: [give('segsync')] },
  ]);
  expect(await session.missingGrants({ ...needs, schema: 'other' })).toEqual([
    read,
    { what: 'keep its state', statements: ['CREATE SCHEMA IF NOT EXISTS shopdb.other', give('other')] },
  ]);
});

test('a cancelled statement, and one that took too long, fail for now', async () => {
  const { session, double } = opened;
  double.faults.push({ of: (sql) => sql === COUNT, slow: 10_000 });
  const failed = expect(session.query(COUNT)).rejects.toMatchObject({ failure: 'transient' });
  await vi.waitFor(() => expect(double.calls).toContain('GetOperationStatus'));
  await session.cancel();
  await failed;
  expect(double.calls).toContain('CancelOperation');
  const state = 'TIMEDOUT_STATE';
  double.faults.push({
    of: (sql) => sql === COUNT,
    error: { message: 'it timed out', state, sqlState: '57KD0' },
  });
  await expect(session.query(COUNT)).rejects.toMatchObject({ failure: 'transient' });
});

test.each([
  ['[INSUFFICIENT_PERMISSIONS] Insufficient privileges. SQLSTATE: 42501', 'permission'],
  ['[DELTA_CONCURRENT_APPEND] ConcurrentAppendException: Files were added.', 'conflict'],
  ['[DELTA_METADATA_CHANGED] MetadataChangedException: The metadata has been changed.', 'conflict'],
  ['[TABLE_OR_VIEW_NOT_FOUND] The table or view `a`.`b` cannot be found. SQLSTATE: 42P01', 'missing'],
  ['[RESOURCE_EXHAUSTED] Too many concurrent queries.', 'transient'],
  ['[TRANSACTION_NOT_SUPPORTED.COMMAND] Command X is not supported in a transaction.', 'statement'],
  ['[PARSE_SYNTAX_ERROR] Syntax error at or near `x`. SQLSTATE: 42601', 'statement'],
])('%s: %s', async (message, failure) => {
  opened.double.faults.push({ of: (sql) => sql === COUNT, error: { message, sqlState: '' } });
  await expect(opened.session.query(COUNT)).rejects.toMatchObject({ failure });
});

test('errors: of the statement, without values; of credentials; of names; of an address where nobody is', async () => {
  const { session, double } = opened;
  await expect(session.query("SELECT CAST('secret@example.com' AS integer)")).rejects.toSatisfy(
    (error: Error & { failure?: string }) =>
      error.failure === 'statement' && !error.message.includes('secret@'),
  );
  for (const message of [
    '[CAST_INVALID_INPUT] The value secret@example.com cannot be cast',
    '[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK violated by row with values:\n - email : secret@example.com',
    '[PARSE_SYNTAX_ERROR] Syntax error at or near x\n\n== SQL ==\nSELECT secret@example.com',
    "Something: 'secret@example.com' is wrong",
  ]) {
    double.faults.push({ of: (sql) => sql === COUNT, error: { message } });
    await expect(session.query(COUNT)).rejects.toSatisfy(
      (error: Error) => !error.message.includes('secret@'),
    );
  }
  await expect(session.query('SELECT * FROM segsync.nothing')).rejects.toMatchObject({ failure: 'missing' });
  const code = (of: string) => ({ diagnostics: [{ code: of }] });
  await expect(connect({ access_token: 'expired' })).rejects.toMatchObject(code('E307'));
  await expect(connect({ catalog: 'none' })).rejects.toMatchObject(code('E309'));
  await expect(connect({ ca: undefined })).rejects.toMatchObject(code('E309'));
  await expect(connect({ port: 1 })).rejects.toMatchObject(code('E308'));
}, 60_000);

test('where there are no transactions over several statements, it says so and does not begin', async () => {
  opened.double.plain = true;
  await expect(connect({})).rejects.toThrow(/no transactions over several statements.*SQL warehouses/);
});

describe('ways to sign in', () => {
  const given = (): Record<string, unknown> => ({ ...optionsOf(opened.target), access_token: undefined });
  const asked = (way: Record<string, unknown>) =>
    connectionOptions(options.parse({ ...given(), ...way }) as Options, 'x');
  const principal = { client_id: 'id', client_secret: 'secret' };

  test('by a token, or as a service principal of Databricks or of Microsoft Entra', () => {
    expect(asked({ access_token: 't' })).toMatchObject({ authType: 'access-token', token: 't' });
    const own = { authType: 'databricks-oauth', oauthClientId: 'id', oauthClientSecret: 'secret' };
    expect(asked(principal)).toMatchObject({ ...own, useDatabricksOAuthInAzure: true });
    const entra = asked({ ...principal, azure_tenant_id: 'tenant' });
    expect(entra).toMatchObject({ ...own, azureTenantId: 'tenant' });
    expect(entra).not.toHaveProperty('useDatabricksOAuthInAzure');
  });

  test('exactly one, at a SQL warehouse', () => {
    const isGood = (way: Record<string, unknown>): boolean =>
      options.safeParse({ ...given(), ...way }).success;
    expect(isGood({ access_token: 't' })).toBe(true);
    expect(isGood({ access_token: 't', ...principal })).toBe(false);
    expect(isGood({})).toBe(false);
    expect(isGood({ client_id: 'id' })).toBe(false);
    expect(isGood({ access_token: 't', azure_tenant_id: 'tenant' })).toBe(false);
    expect(isGood({ access_token: 't', host: 'https://a.example.com' })).toBe(false);
    expect(isGood({ access_token: 't', http_path: 'sql/protocolv1/o/1/0123-cluster' })).toBe(false);
  });
});

test('the client says nothing: no line, and no word to anybody else', async () => {
  const [out, error] = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const { session } = opened;
  await session.writeRows('segsync.t', COLUMNS, [Object.values({ ...ROW, price: '1.5' })]);
  for (let turn = 0; turn < 30; turn++) await session.query('SELECT * FROM segsync.t');
  await Promise.all(Array.from({ length: 30 }, () => session.query(COUNT)));
  await connect({ access_token: 'another' }).catch(() => undefined);
  expect(out).not.toHaveBeenCalled();
  expect(error).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
