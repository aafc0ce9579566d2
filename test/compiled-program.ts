/** The program compiled together with what stands in for warehouses, for processes of its own: see `scripts/`. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = resolve(import.meta.dirname, '..');

export interface CompiledProgram {
  /** `segsync`, as Node runs it. */
  readonly cli: string;
  /** `--import` of this: adapters that have a double make their statements in two dialects. */
  readonly preload: string;
}

export async function compileProgram(): Promise<CompiledProgram> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/compile-tests.mjs')]);
  const folder = stdout.trim();
  return { cli: join(folder, 'src/cli.js'), preload: join(folder, 'test/warehouses/preload.js') };
}
