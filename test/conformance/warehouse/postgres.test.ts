/** What only PostgreSQL has: a server, roles, a network that fails. */
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { Secret } from '../../../src/config/project.ts';
import { DiagnosedError } from '../../../src/diagnostics/diagnostic.ts';
import { warehouse } from '../../../src/warehouse/postgres/index.ts';
import type { Session } from '../../../src/warehouse/warehouse.ts';
import { realWorld, type World } from '../../../src/world.ts';
import { asAdministrator, engines, type Opened } from '../../engines.ts';

const PASSWORD = 'not-the-password';
const real = realWorld();
let opened: Opened;
let sessions: Session[] = [];
let servers: Server[] = [];

beforeAll(async () => {
  opened = await engines.find((engine) => engine.name === 'postgres')!.open();
  await opened.session.execute('CREATE SCHEMA shop');
  await opened.session.execute(
    'CREATE TABLE shop.people AS SELECT g AS id, g || $$ text$$ AS note FROM generate_series(1, 5000) AS s (g)',
  );
});
afterAll(() => opened.drop());
afterEach(async () => {
  for (const session of sessions) await session.close();
  for (const server of servers) server.close();
  sessions = [];
  servers = [];
});

async function connect(
  options: Record<string, unknown>,
  access: 'read' | 'write' = 'write',
  world: World = real,
): Promise<Session> {
  const { type: _, ...rest } = options;
  const session = await warehouse.connect({
    world,
    root: '/',
    options: rest,
    access,
    label: 'segsync label '.repeat(9),
  });
  sessions.push(session);
  return session;
}

async function diagnosisOf(work: Promise<unknown>): Promise<DiagnosedError> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(DiagnosedError);
  return error;
}

const url = (change: (url: URL) => void): string => {
  const changed = new URL(String(opened.target.url));
  change(changed);
  return changed.toString();
};

test('statements that are asked side by side in a transaction run in turn, which the driver wants', async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', note);
  try {
    const session = await connect(opened.target);
    const rows = await session.transaction((transaction) =>
      Promise.all([1, 2, 3].map((n) => transaction.labelled(`${n}`).query(`SELECT ${n} AS n`))),
    );
    expect(rows.flat().map(({ n }) => n)).toEqual(['1', '2', '3']);
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', note);
  }
  expect(warnings).toEqual([]);
});

test('wrong credentials and a missing database: 77, and the password is not shown', async () => {
  const wrong = [
    url((u) => {
      u.password = PASSWORD;
    }),
    url((u) => {
      u.username = 'nobody_here';
      u.password = PASSWORD;
    }),
    url((u) => {
      u.pathname = '/no_such_database';
    }),
  ];
  for (const text of wrong) {
    const error = await diagnosisOf(connect({ url: new Secret(text, 'env DATABASE_URL') }));
    expect(error.exit).toBe(77);
    expect(error.diagnostics[0]!.code).toBe('E307');
    expect(error.message).not.toContain(PASSWORD);
  }
});

test('no server: 75', async () => {
  const error = await diagnosisOf(connect({ host: '127.0.0.1', port: 1, user: 'a', database: 'b' }));
  expect(error.exit).toBe(75);
  expect(error.diagnostics[0]!.code).toBe('E308');
});

test('options by parts connect as well', async () => {
  const parts = new URL(String(opened.target.url));
  const session = await connect({
    host: parts.hostname,
    port: Number(parts.port),
    user: parts.username,
    password: new Secret(parts.password),
    database: parts.pathname.slice(1),
    pool: 2,
    statement_timeout: 1,
  });
  expect(await session.query('SELECT count(*) AS n FROM shop.people')).toEqual([{ n: '5000' }]);
  await expect(session.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ failure: 'transient' });
});

test('a connection that drops is a transient failure, and the next statement has a new one', async () => {
  const { server, address, drop } = await relay();
  servers.push(server);
  const session = await connect({
    url: url((u) => {
      u.host = address;
    }),
  });
  const running = session.query('SELECT pg_sleep(30)');
  const streamed = (async () => {
    for await (const row of session.stream('SELECT g FROM generate_series(1, 1000000) AS s (g)')) {
      if (row.g === '5000') await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  setTimeout(drop, 300);
  const ends = await Promise.allSettled([running, streamed]);
  expect(ends.map((end) => (end.status === 'rejected' ? end.reason.failure : 'ended'))).toEqual([
    'transient',
    'transient',
  ]);
  expect(await session.query('SELECT 1 AS a')).toEqual([{ a: '1' }]);
});

test('a transaction whose connection drops fails as transient', async () => {
  const { server, address, drop } = await relay();
  servers.push(server);
  const session = await connect({
    url: url((u) => {
      u.host = address;
    }),
  });
  const work = session.transaction(async (statements) => {
    await statements.execute('CREATE TABLE never (id integer)');
    drop();
    await statements.query('SELECT 1');
  });
  await expect(work).rejects.toMatchObject({ failure: 'transient' });
  expect(await session.describe({ kind: 'table', parts: ['never'] })).toBeUndefined();
});

test('a role that may only read: no temporary tables, everything else works', async () => {
  const target = await opened.readOnlyTarget();
  for (const access of ['read', 'write'] as const) {
    const session = await connect(target, access);
    expect(session.temporaryTables).toBe(false);
    expect(await session.query('SELECT count(*) AS n FROM shop.people')).toEqual([{ n: '5000' }]);
    await session.scratch(async (statements) => {
      expect(statements.temporaryTables).toBe(false);
      let rows = 0;
      for await (const _ of statements.stream('SELECT * FROM shop.people ORDER BY id')) rows += 1;
      expect(rows).toBe(5_000);
      expect(await statements.describe({ kind: 'table', parts: ['shop', 'people'] })).toHaveLength(2);
    });
    await expect(session.execute('CREATE TABLE shop.made (id integer)')).rejects.toMatchObject({
      failure: 'permission',
    });
    await expect(session.execute('DELETE FROM shop.people')).rejects.toMatchObject({ failure: 'permission' });
    await expect(
      session.scratch((statements) => statements.execute('CREATE TEMPORARY TABLE made (id integer)')),
    ).rejects.toMatchObject({ failure: 'permission' });
  }
});

test('what a role may not read does not exist for it: tables and single columns', async () => {
  await opened.session.execute('CREATE TABLE shop.hidden (id integer, shown text)');
  const target = await opened.readOnlyTarget();
  const role = new URL(String(target.url)).username;
  await opened.session.execute(`REVOKE ALL ON shop.hidden FROM ${role}`);
  const session = await connect(target);
  expect(await session.describe({ kind: 'table', parts: ['shop', 'hidden'] })).toBeUndefined();
  expect(await session.describe({ kind: 'query', sql: 'SELECT * FROM shop.hidden' })).toBeUndefined();
  await opened.session.execute(`GRANT SELECT (shown) ON shop.hidden TO ${role}`);
  expect(await session.describe({ kind: 'table', parts: ['shop', 'hidden'] })).toMatchObject([
    { name: 'shown' },
  ]);
});

test('a role whose transactions are read-only by default', async () => {
  const role = `quiet_${Date.now()}`;
  await asAdministrator(async (client) => {
    await client.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'x'`);
    await client.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
  });
  const session = await connect({
    url: url((u) => {
      u.username = role;
      u.password = 'x';
    }),
  });
  expect(session.temporaryTables).toBe(false);
  expect(
    await session.scratch((statements) => statements.query('SELECT count(*) AS n FROM shop.people')),
  ).toEqual([{ n: '5000' }]);
  await session.close();
  await asAdministrator((client) => client.query(`DROP ROLE ${role}`));
});

test('read access by a role that may write: the server itself refuses changes, scratch work is possible', async () => {
  const session = await connect(opened.target, 'read');
  for (const change of ['DELETE FROM shop.people', 'CREATE TABLE shop.made (id integer)']) {
    await expect(session.execute(change)).rejects.toMatchObject({ failure: 'permission' });
    await expect(session.transaction((statements) => statements.execute(change))).rejects.toMatchObject({
      failure: 'permission',
    });
  }
  expect(session.temporaryTables).toBe(true);
  const rows = await session.scratch(async (statements) => {
    await statements.execute('CREATE TEMPORARY TABLE passing AS SELECT * FROM shop.people');
    await statements.execute('CREATE INDEX ON passing (id)');
    await statements.analyze('passing');
    return statements.query('SELECT count(*) AS n FROM passing');
  });
  expect(rows).toEqual([{ n: '5000' }]);
});

test('exact texts whatever the server, role or database is set to', async () => {
  const database = new URL(String(opened.target.url)).pathname.slice(1);
  const set = async (settings: Record<string, string>): Promise<void> => {
    for (const [name, value] of Object.entries(settings)) {
      await asAdministrator((client) => client.query(`ALTER DATABASE ${database} SET ${name} = ${value}`));
    }
  };
  await set({
    TimeZone: `'Asia/Kathmandu'`,
    DateStyle: `'German'`,
    extra_float_digits: '-5',
    standard_conforming_strings: 'off',
  });
  const session = await connect(opened.target);
  const rows = await session.query(
    `SELECT TIMESTAMPTZ '2026-01-01 00:00:00.000001+00' AS at, DATE '2026-01-02' AS day, 0.1::float8 + 0.2 AS sum, 'a\\b' AS text,
       ARRAY[1, 2] AS list, INTERVAL '1 day' AS span, '\\x00ff'::bytea AS bytes, current_setting('jit') AS jit,
       length(current_setting('application_name')) AS label`,
  );
  expect(rows).toEqual([
    {
      at: '2026-01-01 00:00:00.000001+00',
      day: '2026-01-02',
      sum: '0.30000000000000004',
      text: 'a\\b',
      list: '{1,2}',
      span: '1 day',
      bytes: '\\x00ff',
      jit: 'off',
      label: '63',
    },
  ]);
  await asAdministrator((client) => client.query(`ALTER DATABASE ${database} RESET ALL`));
});

test('a simulated clock replaces the server’s', async () => {
  const world: World = { ...real, clock: { simulated: true, now: () => 42n, monotonic: () => 0 } };
  expect(await (await connect(opened.target, 'write', world)).now()).toBe(42n);
});

test('cancel reaches statements though all connections are lent', async () => {
  const session = await connect({ ...opened.target, pool: 2 });
  const running = [1, 2].map(() => session.query('SELECT pg_sleep(30)'));
  const ends = Promise.allSettled(running);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await session.cancel();
  expect((await ends).map((end) => (end.status === 'rejected' ? end.reason.failure : 'ended'))).toEqual([
    'transient',
    'transient',
  ]);
});

test.each([
  [true, 0],
  [false, 1],
])('rows that are put aside (%s) keep no snapshot while they are read', async (setAside, snapshots) => {
  const session = await connect({ ...opened.target, pool: 3 });
  const held = async (): Promise<number> => {
    const [row] = await session.query(
      "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND backend_xmin IS NOT NULL",
    );
    return Number(row!.n);
  };
  const before = await held();
  let read = 0;
  for await (const _ of session.stream('SELECT id FROM shop.people ORDER BY id', { setAside })) {
    read += 1;
    if (read === 2_500) expect((await held()) - before).toBe(snapshots);
  }
  expect(read).toBe(5_000);
});

test('streams never hold all connections: who writes what it reads gets on with two', async () => {
  const session = await connect({ ...opened.target, pool: 2 });
  const copy = async (): Promise<number> => {
    let written = 0;
    for await (const { id } of session.stream('SELECT id FROM shop.people ORDER BY id')) {
      if (Number(id) % 1000 !== 0) continue;
      await session.transaction((transaction) => transaction.query('SELECT 1'));
      written++;
    }
    return written;
  };
  expect(await Promise.all([copy(), copy(), copy()])).toEqual([5, 5, 5]);
});

test('options: one way to name the server, nothing unknown', () => {
  const accepts = (options: unknown): boolean => warehouse.options.safeParse(options).success;
  expect(accepts({ url: new Secret('postgres://a') })).toBe(true);
  expect(accepts({ host: 'a', ssl: 'no-verify' })).toBe(true);
  for (const wrong of [
    {},
    { url: 'postgres://a', host: 'a' },
    { url: 'postgres://a', schema: 'x' },
    { host: 'a', pool: 1 },
  ]) {
    expect(accepts(wrong)).toBe(false);
  }
});

/** A server that hands everything on to the real one until its connections are dropped. */
async function relay(): Promise<{ server: Server; address: string; drop: () => void }> {
  const target = new URL(inject('postgresUrl'));
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    sockets.push(near, far);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    address: `127.0.0.1:${port}`,
    drop: () => {
      for (const socket of sockets.splice(0)) socket.destroy();
    },
  };
}
