/** Projects in temporary folders, and the built program run over them as a user would. */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(REPOSITORY, 'dist/cli.js');

/** One value a column, as the warehouse's exact text. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProjectCopy {
  readonly folder: string;
  /** Runs `segsync` in the folder, with `CI` set so that no `.env` is read. */
  segsync(args: readonly string[], environment?: Record<string, string>): Promise<Finished>;
  /** Runs another script with Node in the folder. */
  node(args: readonly string[]): Promise<Finished>;
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
    segsync: (args, environment) => runNode(folder, [PROGRAM, ...args], environment),
    node: (args) => runNode(folder, args),
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    query: (sql) => queryFile(join(folder, database), sql),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Builds `dist/` unless it is newer than every source file. Call it before the first `segsync`. */
export function ensureBuilt(): void {
  if (existsSync(PROGRAM) && statSync(PROGRAM).mtimeMs >= newestChange(join(REPOSITORY, 'src'))) return;
  execFileSync(
    process.execPath,
    [join(REPOSITORY, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: REPOSITORY,
    },
  );
}

function newestChange(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(...times);
}

function runNode(
  folder: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { GITHUB_ACTIONS: _, ...inherited } = process.env;
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...inherited, CI: 'true', NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, ...output }));
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
