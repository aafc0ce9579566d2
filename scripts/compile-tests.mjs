/**
 * Compiles the program and the parts of its tests that run without a test runner, so that plain Node runs them: the
 * conformance run in somebody's own warehouse, and what stands in for warehouses in processes of their own.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = resolve(import.meta.dirname, '..');
const LOCK = join(REPOSITORY, 'node_modules/.segsync-compiling');

/** Resolves to the folder with `src/` and `test/` in it. Safe to call from several processes at once. */
export async function compileTests() {
  const folder = join(REPOSITORY, 'node_modules/.segsync-compiled');
  while (!tryLock()) await sleep(100);
  try {
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', join(REPOSITORY, 'tsconfig.conformance.json')];
    const { stdout } = spawnSync(process.execPath, args, { cwd: REPOSITORY, encoding: 'utf8' });
    // Type errors are another check's business: what was emitted runs.
    if (!existsSync(join(folder, 'test'))) throw new Error(`nothing was compiled\n${stdout}`);
    // The program reads its version there, and Node what a `.js` is.
    copyFileSync(join(REPOSITORY, 'package.json'), join(folder, 'package.json'));
  } finally {
    rmdirSync(LOCK);
  }
  return folder;
}

function tryLock() {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    // Left behind by one that was killed: compiling takes seconds.
    if (existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > 120_000) rmdirSync(LOCK);
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await compileTests()}\n`);
