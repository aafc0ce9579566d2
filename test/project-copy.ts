/** Projects in temporary folders, with the DuckDB file that a run makes there. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Ended, segsync } from './cli/segsync.ts';

export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** One value a column, as text. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface ProjectCopy {
  readonly folder: string;
  /** Runs the built program in the folder; call `build()` first. */
  segsync(args: readonly string[], environment?: Record<string, string>): Promise<Ended>;
  /** Runs another script with Node in the folder. */
  node(args: readonly string[]): Promise<Ended>;
  write(path: string, text: string): Promise<void>;
  /** Rows of a query in the project's DuckDB file, which must exist. */
  query(sql: string): Promise<TextRow[]>;
  remove(): void;
}

/** The quick start: this repository's own project in a folder of its own, without state. */
export function copyQuickStart(): ProjectCopy {
  const copy = emptyProject('.segsync/storefront.duckdb');
  for (const name of ['segsync.yaml', 'segments', 'destinations', 'examples', 'package.json']) {
    cpSync(join(REPOSITORY, name), join(copy.folder, name), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(copy.folder, 'node_modules'));
  return copy;
}

/** An empty folder; `database` is where its DuckDB file will be. */
export function emptyProject(database: string): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), 'segsync-project-'));
  return {
    folder,
    segsync: (args, environment) => segsync(folder, args, environment),
    node: (args) => runNode(folder, args),
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    query: (sql) => queryFile(join(folder, database), sql),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runNode(folder: string, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) => {
      done({ stdout, stderr, exit: error ? Number(error.code ?? 1) : 0 });
    });
  });
}

async function queryFile(path: string, sql: string): Promise<TextRow[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const reader = await connection.runAndReadAll(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql})`);
    return reader.getRowObjectsJson() as TextRow[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
