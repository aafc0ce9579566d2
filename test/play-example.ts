/** Plays an example of a diagnostic's page: its files over the little shop, its commands one after another. */

import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Played } from '../src/diagnostics/page.ts';
import { LITTLE_SHOP } from '../src/diagnostics/pages/little-shop.ts';
import { type Ended, folderOf, segsync } from './cli/segsync.ts';

/** How the last command ended, with the folder's name taken out. */
export async function play({ files = {}, commands = ['segsync validate'] }: Played): Promise<Ended> {
  await using folder = await folderOf({ ...LITTLE_SHOP, ...files });
  let ended: Ended = { stdout: '', stderr: '', exit: 0 };
  for (const command of commands) ended = await typed(folder.path, command);
  const clean = (text: string): string => text.replaceAll(`${folder.path}/`, '').replaceAll(folder.path, '.');
  return { ...ended, stdout: clean(ended.stdout), stderr: clean(ended.stderr) };
}

async function typed(folder: string, command: string): Promise<Ended> {
  const [program, ...args] = wordsOf(command);
  if (program === 'segsync') return segsync(folder, args);
  if (program !== 'duckdb') throw new Error(`an example cannot type ${program}`);
  await statement(join(folder, args[0]!), args[1]!);
  return { stdout: '', stderr: '', exit: 0 };
}

/** Words as a shell takes them, with double quotes. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}

async function statement(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}
