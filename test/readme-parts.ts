/** The README taken apart, so that what it says can be run and compared. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fence, fencesOf, tablesOf } from './markdown.ts';
import { REPOSITORY } from './project-copy.ts';

export { codeIn, fileOf } from './markdown.ts';

const TEXT = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

/** Every fenced block, in order. */
export function fences(): Fence[] {
  return fencesOf(TEXT);
}

/** The cells of the rows of the table whose head begins with `first`. */
export function tableOf(first: string): (readonly string[])[] {
  const table = tablesOf(TEXT).find(({ head }) => head[0] === first);
  if (table === undefined) throw new Error(`the README has no table that begins with "${first}"`);
  return [...table.rows];
}
