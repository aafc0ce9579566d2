/** SQLite: a file, by a driver whose prebuilt binaries come from the registry (knex's own is compiled, or downloaded). */
import { isAbsolute, join } from 'node:path';
import type { Knex } from 'knex';
import type { default as BetterSqlite, Disposable } from 'knex/lib/dialects/better-sqlite3/index.js';
import type { OpenContext } from '../destination.ts';
import { codeOf, type Dialect, driver, type Failure, type Meaning, SILENT } from './dialect.ts';

export const sqlite: Dialect = {
  async connect({ url, timeoutMs }, root) {
    const { default: Database } = await driver('libsql', () => import('libsql'));
    const { default: knexPackage } = await import('knex');
    const { default: Client } = await import('knex/lib/dialects/better-sqlite3/index.js');
    return knexPackage.knex({
      client: clientOf(Client, Database) as unknown as typeof Knex.Client,
      connection: { filename: fileOf(url, root) },
      useNullAsDefault: true,
      // A file has one writer at a time.
      pool: { min: 0, max: 1, afterCreate: patient },
      acquireConnectionTimeout: timeoutMs,
      log: SILENT,
    });
  },
  types: async () => ({ key: 'text', json: 'text' }),
  // knex makes a compound SELECT of them, which SQLite limits to 500 (`SQLITE_MAX_COMPOUND_SELECT`).
  statementRows: 500,
  failureOf(error): Failure {
    // Of what cannot be opened the driver gives no code.
    const isClosed = error instanceof Error && error.message.startsWith('ConnectionFailed(');
    const code = isClosed ? 'SQLITE_CANTOPEN' : codeOf(error);
    if (code === undefined || !/^SQLITE_[A-Z_]{2,40}$/.test(code)) return { meaning: 'later' };
    return { meaning: meaningOf(code), code };
  },
};

/** knex's client for a driver of this kind, with another one. */
function clientOf(base: typeof BetterSqlite, database: unknown): typeof BetterSqlite {
  return class extends base {
    override _driver(): unknown {
      return database;
    }
    // The driver leaves a statement that failed open, and nothing can be committed beside it: no more of this one.
    override async _query(connection: Disposable, query: unknown): Promise<unknown> {
      try {
        return await super._query(connection, query);
      } catch (error) {
        connection.__knex__disposed = error;
        throw error;
      }
    }
  };
}

/** `sqlite:data/app.db` lies in the project's folder; `sqlite:/var/app.db` where it says. */
export function fileOf(url: string, root: string): string {
  const path = url.slice('sqlite:'.length);
  return isAbsolute(path) ? path : join(root, path);
}

/** A database whose file is still to be made: it has no table, and nobody in it. */
export function isNewFile(url: string, { root, world }: Pick<OpenContext, 'root' | 'world'>): boolean {
  return url.startsWith('sqlite:') && !world.files.exists(fileOf(url, root));
}

interface Executing {
  exec(sql: string): void;
}

/**
 * Others may write at the same time. Their lock is waited for a moment only, since nothing else of the program goes on
 * meanwhile: the delivery tries again.
 */
function patient(connection: Executing, done: (error: unknown, connection: Executing) => void): void {
  connection.exec('PRAGMA busy_timeout = 250');
  done(undefined, connection);
}

/** Source: SQLite, result codes; the extended ones begin with the primary one's name. */
function meaningOf(code: string): Meaning {
  if (/^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)/.test(code)) return 'rows';
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|NOMEM|INTERRUPT|PROTOCOL|SCHEMA)/.test(code) ? 'later' : 'table';
}
