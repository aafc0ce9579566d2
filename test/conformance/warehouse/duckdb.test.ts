/** What only DuckDB has: a file that one process holds, made by `init`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiagnosedError } from '../../../src/diagnostics/diagnostic.ts';
import { warehouse } from '../../../src/warehouse/duckdb/index.ts';
import type { Session } from '../../../src/warehouse/warehouse.ts';
import { realWorld } from '../../../src/world.ts';

const INIT = `-- a comment; with a semicolon
CREATE TABLE people (id bigint, note text);
INSERT INTO people SELECT range, 'it''s; fine' FROM range(1000);
CREATE VIEW many AS SELECT count(*) AS n FROM people;`;

const world = realWorld();
let folder: string;
let sessions: Session[];
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segsync-duckdb-'));
  sessions = [];
  children = [];
  await writeFile(join(folder, 'init.sql'), INIT);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const session of sessions) await session.close();
  await rm(folder, { recursive: true, force: true });
});

async function connect(access: 'read' | 'write', options: Record<string, unknown> = {}): Promise<Session> {
  const session = await warehouse.connect({
    world,
    root: folder,
    options: { path: 'deep/er/shop.duckdb', init: 'init.sql', ...options },
    access,
    label: 'test',
  });
  sessions.push(session);
  return session;
}

/** A process that opens a database file with the driver alone and keeps it. */
async function holder(path: string): Promise<ChildProcess> {
  const script = `const { DuckDBInstance } = require('@duckdb/node-api');
    DuckDBInstance.create(${JSON.stringify(path)}).then(async (i) => { globalThis.c = await i.connect(); console.log('open'); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}

async function failureOf(work: Promise<unknown>): Promise<DiagnosedError> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(DiagnosedError);
  return error;
}

const path = (): string => join(folder, 'deep/er/shop.duckdb');

test('a missing file is made by init, folder and all, and is kept', async () => {
  const session = await connect('write');
  expect(await session.query('SELECT n FROM many')).toEqual([{ n: '1000' }]);
  await session.execute('DELETE FROM people WHERE id >= 10');
  await session.close();
  expect(await (await connect('write')).query('SELECT n FROM many')).toEqual([{ n: '10' }]);
  expect(await readdir(join(folder, 'deep/er'))).toEqual(['shop.duckdb']);
});

test('read access to a missing file runs init in memory and leaves no trace', async () => {
  const session = await connect('read');
  expect(await session.query('SELECT n FROM many')).toEqual([{ n: '1000' }]);
  await session.close();
  expect(await readdir(folder)).toEqual(['init.sql']);
});

test('read access to a file changes nothing in it, not even by asking', async () => {
  await (await connect('write')).close();
  const before = await readFile(path());
  const session = await connect('read');
  await expect(session.execute('DELETE FROM people')).rejects.toMatchObject({
    name: 'WarehouseError',
    failure: 'permission',
  });
  await session.scratch(async (statements) => {
    await statements.execute('CREATE TEMPORARY TABLE passing AS SELECT * FROM people');
    expect(await statements.query('SELECT count(*) AS n FROM passing')).toEqual([{ n: '1000' }]);
  });
  for await (const _ of session.stream('SELECT * FROM people ORDER BY id'));
  await session.close();
  expect((await readFile(path())).equals(before)).toBe(true);
  expect(await readdir(join(folder, 'deep/er'))).toEqual(['shop.duckdb']);
});

test('a file that another process holds: try later (75), naming the process', async () => {
  await (await connect('write')).close();
  const child = await holder(path());
  for (const access of ['read', 'write'] as const) {
    const error = await failureOf(connect(access));
    expect(error.exit).toBe(75);
    expect(error.diagnostics[0]).toMatchObject({ code: 'E304' });
    expect(error.message).toContain(`PID ${child.pid}`);
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await (await connect('write')).query('SELECT n FROM many')).toEqual([{ n: '1000' }]);
});

test('two sessions of one process share the file', async () => {
  const first = await connect('write');
  const second = await connect('read');
  await first.execute('DELETE FROM people WHERE id >= 10');
  expect(await second.query('SELECT n FROM many')).toEqual([{ n: '10' }]);
  await first.close();
  expect(await second.query('SELECT n FROM many')).toEqual([{ n: '10' }]);
  await second.close();
  expect(await (await connect('write')).query('SELECT n FROM many')).toEqual([{ n: '10' }]);
});

test('many sessions at once make one database', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => connect('write')));
  await all[0]!.execute('DELETE FROM people');
  for (const session of all) expect(await session.query('SELECT n FROM many')).toEqual([{ n: '0' }]);
});

test('an init that fails leaves no database, and says which file failed without a value', async () => {
  await writeFile(join(folder, 'init.sql'), `${INIT}\nSELECT CAST('bob@example.com' AS integer);`);
  for (const access of ['write', 'read'] as const) {
    const error = await failureOf(connect(access));
    expect(error.diagnostics[0]).toMatchObject({ code: 'E306', exit: 1 });
    expect(error.message).toContain('init.sql');
    expect(error.message).not.toContain('bob');
    expect(existsSync(path())).toBe(false);
  }
  await writeFile(join(folder, 'init.sql'), INIT);
  expect(await (await connect('write')).query('SELECT n FROM many')).toEqual([{ n: '1000' }]);
  expect(await readdir(join(folder, 'deep/er'))).toEqual(['shop.duckdb']);
});

test('what a process left that was killed while it made the database is no database, and is removed', async () => {
  await mkdtemp(join(folder, 'x'));
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const half = `${path()}.new-${child.pid}`;
  await world.files.writeText(half, 'half a database');
  await world.files.writeText(`${path()}.new-1`, 'of a process that lives');
  expect(await (await connect('write')).query('SELECT n FROM many')).toEqual([{ n: '1000' }]);
  expect(await readdir(join(folder, 'deep/er'))).toEqual(['shop.duckdb', 'shop.duckdb.new-1']);
});

test('without init a missing file is an empty database', async () => {
  const session = await connect('write', { init: undefined });
  expect(await session.describe({ kind: 'table', parts: ['people'] })).toBeUndefined();
});

test('a file that is no database says so', async () => {
  await world.files.writeText(path(), 'this is not a database'.repeat(1000));
  const error = await failureOf(connect('write'));
  expect(error.diagnostics[0]).toMatchObject({ code: 'E305', exit: 1 });
});

test.each([{}, { path: ':memory:set' }])(
  'memory and threads are set, the zone is UTC whatever the process has: %j',
  async (place) => {
    const session = await connect('write', { ...place, memory_limit: '512MB', threads: 1 });
    const rows = await session.query(
      `SELECT current_setting('threads') AS threads, current_setting('memory_limit') AS memory, current_setting('TimeZone') AS zone,
      TIMESTAMPTZ '2026-01-01 00:00:00.000001+00' AS at`,
    );
    expect(rows).toEqual([
      { threads: '1', memory: '488.2 MiB', zone: 'UTC', at: '2026-01-01 00:00:00.000001+00' },
    ]);
  },
);

test('options: unknown ones and wrong ones are refused', () => {
  const accepts = (options: unknown): boolean => warehouse.options.safeParse(options).success;
  expect(accepts({ path: 'a.duckdb' })).toBe(true);
  expect(accepts({ path: 'a.duckdb', init: 'b.sql', memory_limit: '4GB', threads: 2 })).toBe(true);
  for (const wrong of [
    {},
    { path: '' },
    { path: 'a', pth: 'b' },
    { path: 'a', memory_limit: '4; x' },
    { path: 'a', threads: 0 },
  ]) {
    expect(accepts(wrong)).toBe(false);
  }
});
