/** Runs the program as a user would: the built one as a child process, or all of it but the process, which is quicker. */
import { execFile, spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { main } from '../../src/commands/main.ts';
import { openHttpClient } from '../../src/http-client.ts';
import { type Clock, type Output, realWorld, type World } from '../../src/world.ts';

const ROOT = resolve(import.meta.dirname, '../..');
export const CLI = join(ROOT, 'dist/cli.js');
const LOCK = join(ROOT, 'node_modules/.segsync-build');

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** Builds `dist/` unless it is newer than every source. Safe to call from several test files at once. */
export async function build(): Promise<void> {
  while (!tryLock()) await sleep(100);
  try {
    if (isStale()) {
      // Type errors are another check's business: what was emitted runs.
      spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'ignore' });
    }
  } finally {
    rmdirSync(LOCK);
  }
}

function tryLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    // Left behind by a test run that was killed: no build takes minutes.
    if (existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > 120_000) rmdirSync(LOCK);
    return false;
  }
}

function isStale(): boolean {
  if (!existsSync(CLI)) return true;
  const built = statSync(CLI).mtimeMs;
  return readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true }).some(
    (entry) =>
      entry.isFile() &&
      entry.name.endsWith('.ts') &&
      statSync(join(entry.parentPath, entry.name)).mtimeMs > built,
  );
}

const world = realWorld();

/**
 * Runs `segsync ...args` in `folder` with an environment of nothing but PATH and `env`, in this process: all that
 * `cli.ts` does after `--version`. For what a process is (signals, locks, pipes), `segsyncProcess` is the one.
 */
export async function segsync(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  otherwise: { readonly clock?: Clock; readonly onSignal?: World['process']['onSignal'] } = {},
): Promise<Ended> {
  const [stdout, stderr] = [collector(), collector()];
  const ended = new Promise<number>((resolve, reject) => {
    const process = {
      ...world.process,
      arguments: args,
      environment: { PATH: globalThis.process.env.PATH, TZ: 'UTC', ...env },
      workingFolder: folder,
      stdout: stdout.output,
      stderr: stderr.output,
      onSignal: otherwise.onSignal ?? (() => () => {}),
      exit: (code: number): never => {
        resolve(code);
        throw new Error('the process has ended');
      },
    };
    const { clock = world.clock } = otherwise;
    main({ ...world, clock, network: { ...world.network, ...openHttpClient(lookup) }, process }).then(
      resolve,
      reject,
    );
  });
  const exit = await ended;
  return { stdout: stdout.text(), stderr: stderr.text(), exit };
}

function collector(): { output: Output; text: () => string } {
  let text = '';
  return {
    output: {
      write(more) {
        text += more;
      },
      isTerminal: false,
      columns: 80,
    },
    text: () => text,
  };
}

/** Runs the built `segsync ...args` as a process. Call `build` first. */
export function segsyncProcess(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((done) => {
    const options = { cwd: folder, env: { PATH: process.env.PATH, TZ: 'UTC', ...env }, maxBuffer: 64 << 20 };
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      done({ stdout, stderr, exit: error ? Number(error.code ?? 1) : 0 });
    });
  });
}

/** A folder with these files (path -> text), removed when the test ends. */
export async function folderOf(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'segsync-cli-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A project of three segments over a small shop that DuckDB makes by itself. */
export const SHOP: Readonly<Record<string, string>> = {
  'segsync.yaml': `version: 1
project: corner_shop
default_target: dev
targets:
  dev: { type: duckdb, path: data.duckdb, init: shop.sql }
  other: { type: duckdb, path: other.duckdb, init: shop.sql }
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: updated_at
    identifiers:
      email: { trait: email, kind: email }
    sources:
      orders: { table: shop.orders, key: customer_id, time: ordered_at, cursor: ordered_at, append_only: true }
`,
  'shop.sql': `create schema shop;
create table shop.customers as
  select i::varchar as customer_id, 'c' || i || '@example.com' as email, i % 2 = 0 as opt_in,
         timestamptz '2026-01-01 00:00:00+00' as updated_at
  from range(1, 1201) t(i);
create table shop.orders as
  select i::varchar as customer_id, 10 * i as amount, timestamptz '2026-01-01 00:00:00+00' as ordered_at
  from range(1, 31) t(i);
`,
  'segments/opted_in.yaml': `entity: customer
tier: hourly
tags: [consent]
where:
  trait: opt_in
  eq: true
sync:
  - to: files
`,
  'segments/buyers.yaml': `entity: customer
tier: daily
where:
  did: orders
sync:
  - to: files
`,
  'segments/money/big_spenders.yaml': `entity: customer
tier: daily
where:
  did: orders
  sum: { of: amount, gte: 250 }
`,
  'destinations/files.yaml': `type: file
directory: out
format: ndjson
`,
};
