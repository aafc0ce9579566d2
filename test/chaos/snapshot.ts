/** Everything that a dry run could change, byte for byte. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { dialect } from '../../src/warehouse/duckdb/dialect.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import type { Opened } from '../engines.ts';
import type { Rig } from './rig.ts';

export interface Snapshot {
  /** Path -> SHA-256, of the project's folder and of the database's files. */
  readonly files: Readonly<Record<string, string>>;
  /** Table -> its rows in order; on PostgreSQL with the place and the transaction that each was written by. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly requests: number;
}

const world = realWorld();

/** Looks without changing anything itself: DuckDB's file is opened for reading, so that its log stays as it is. */
export async function snapshotOf({ opened, receiver }: Rig): Promise<Snapshot> {
  const files = await hashesOf(opened.folder);
  const isThere =
    opened.target.type !== 'duckdb' || Object.keys(files).some((path) => path.endsWith('.duckdb'));
  const tables = isThere ? await tablesOf(opened) : {};
  return { files, tables, requests: receiver.requests.length };
}

async function tablesOf(opened: Opened): Promise<Record<string, string[]>> {
  const session = await opened.connect({ access: 'read', world });
  try {
    const names = await session.query(
      "SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'pg_catalog')",
    );
    const tables: Record<string, string[]> = {};
    for (const { s, t } of names) tables[`${s}.${t}`] = await rowsOf(session, opened, `${s}`, `${t}`);
    if (opened.target.type === 'postgres') tables.pg_class = await catalogOf(session);
    return tables;
  } finally {
    await session.close();
  }
}

async function rowsOf(session: Session, opened: Opened, schema: string, table: string): Promise<string[]> {
  const version = opened.target.type === 'postgres' ? "r.xmin || ' ' || r.ctid || ' ' ||" : '';
  const rows = await session.query(
    `SELECT ${version} CAST(r AS TEXT) AS line FROM ${dialect.quote(schema)}.${dialect.quote(table)} AS r`,
  );
  return rows.map(({ line }) => line!).sort();
}

/** Every relation of every schema: a temporary table that was left, a sequence, an index. */
async function catalogOf(session: Session): Promise<string[]> {
  const rows = await session.query(
    `SELECT nspname || '.' || relname AS name FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid`,
  );
  return rows.map(({ name }) => name!).sort();
}

async function hashesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const hashes: Record<string, string> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    hashes[name] = entry.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : 'folder';
  }
  return hashes;
}
