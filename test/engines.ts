/**
 * The warehouses that tests run on, each test with a database of its own:
 *
 *     for (const engine of engines) describe(engine.name, () => { ... await engine.open() ... })
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { warehouse as duckdb } from '../src/warehouse/duckdb/index.ts';
import { warehouse as postgres } from '../src/warehouse/postgres/index.ts';
import type { Session, Warehouse } from '../src/warehouse/warehouse.ts';
import { realWorld, type World } from '../src/world.ts';

const real = realWorld();

export interface Engine {
  readonly name: string;
  readonly warehouse: Warehouse;
  /** A fresh, empty database and a session that may write to it. Call `drop()` when done. */
  open(options?: OpenOptions): Promise<Opened>;
}

export interface OpenOptions {
  readonly world?: World;
  /** Where its folder is made; that of temporary files by default. */
  readonly parent?: string;
}

export interface Opened {
  readonly session: Session;
  readonly warehouse: Warehouse;
  /** What `segsync.yaml` would say below `targets: NAME:`, `type` included. */
  readonly target: Readonly<Record<string, unknown>> & { readonly type: string };
  /** A folder of this test's own, removed by `drop`. */
  readonly folder: string;
  /** Another session to the same database. DuckDB: only from this process, and only once `session` is closed. */
  connect(options?: { access?: 'read' | 'write'; world?: World }): Promise<Session>;
  /**
   * Options for a role that may read every table of today and change nothing, not even temporary ones. Call it after
   * the tables were made. DuckDB has no roles: the same target, to be opened with access `read`.
   */
  readOnlyTarget(): Promise<Opened['target']>;
  /** Closes the sessions and removes the database. */
  drop(): Promise<void>;
}

export const engines: readonly Engine[] = [
  { name: 'duckdb', warehouse: duckdb, open: openDuckdb },
  { name: 'postgres', warehouse: postgres, open: openPostgres },
];

async function openDuckdb(options: OpenOptions = {}): Promise<Opened> {
  const folder = await makeFolder(options.parent);
  const target = { type: 'duckdb', path: join(folder, 'test.duckdb') };
  const sessions = sessionsOf(duckdb, target, folder);
  return {
    session: await sessions.connect(options),
    warehouse: duckdb,
    target,
    folder,
    connect: sessions.connect,
    readOnlyTarget: async () => target,
    async drop() {
      await sessions.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openPostgres(options: OpenOptions = {}): Promise<Opened> {
  const folder = await makeFolder(options.parent);
  const database = `t_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator((client) => client.query(`CREATE DATABASE ${database} TEMPLATE template0`));
  const target = { type: 'postgres', url: urlOf({ database }) };
  const sessions = sessionsOf(postgres, target, folder);
  const roles: string[] = [];
  return {
    session: await sessions.connect(options),
    warehouse: postgres,
    target,
    folder,
    connect: sessions.connect,
    async readOnlyTarget() {
      const role = `reader_${database}`;
      if (!roles.includes(role)) {
        await asAdministrator((client) => makeReader(client, role), database);
        roles.push(role);
      }
      return { type: 'postgres', url: urlOf({ database, user: role, password: role }) };
    },
    async drop() {
      await sessions.close();
      await dropDatabase(database, roles);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `work` on the test server as its superuser, in `database` or the one that always exists. */
export async function asAdministrator<T>(
  work: (client: pg.Client) => Promise<T>,
  database?: string,
): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(database ? { database } : {}) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Removes a database that this run made, and roles that only it knew. */
export async function dropDatabase(database: string, roles: readonly string[] = []): Promise<void> {
  await asAdministrator(async (client) => {
    await client.query(`SET statement_timeout = '45s'`);
    try {
      await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      for (const role of roles) await client.query(`DROP ROLE IF EXISTS ${role}`);
    } catch (error) {
      throw new Error(`${database} could not be dropped; ${await endStuck(client)}`, { cause: error });
    }
  });
}

/**
 * Dropping a database waits for every backend of the server: one that is in the middle of a COPY, or of a result that
 * nobody reads, keeps all others from it for ever. So it is ended, and named.
 */
async function endStuck(client: pg.Client): Promise<string> {
  const { rows } = await client.query(
    `SELECT datname, application_name, wait_event, left(query, 80) AS query, pg_terminate_backend(pid) AS ended
     FROM pg_stat_activity
     WHERE state = 'active' AND wait_event IN ('ClientRead', 'ClientWrite') AND query_start < now() - interval '40 seconds'`,
  );
  return `stuck were ${JSON.stringify(rows)}`;
}

async function makeReader(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_database() AS name, quote_ident(nspname) AS schema FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'`,
  );
  await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  await client.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC`);
  for (const { name, schema } of rows) {
    await client.query(`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
    await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
    await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
  }
}

function sessionsOf(
  warehouse: Warehouse,
  target: Record<string, unknown>,
  folder: string,
): { connect: Opened['connect']; close: () => Promise<void> } {
  const open: Session[] = [];
  const { type: _, ...options } = target;
  return {
    async connect({ access = 'write', world = real } = {}) {
      const session = await warehouse.connect({
        world,
        root: folder,
        options,
        access,
        label: 'segsync test',
      });
      open.push(session);
      return session;
    },
    async close() {
      for (const session of open) await session.close();
    },
  };
}

function makeFolder(parent = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, 'segsync-test-'));
}

function urlOf(parts: { database?: string; user?: string; password?: string }): string {
  const url = new URL(inject('postgresUrl'));
  if (parts.database) url.pathname = `/${parts.database}`;
  if (parts.user) url.username = parts.user;
  if (parts.password) url.password = parts.password;
  return url.toString();
}
