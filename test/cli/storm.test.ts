/** A storm of wrong files: each is told at its place, in moments, and never as a defect of the program. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ValidationDocument } from '../../src/report/json.ts';
import { type Mutation, mutationsOf } from '../storm/mutations.ts';
import { VALID } from '../storm/valid.ts';
import { folderOf, segsync } from './segsync.ts';

/** Milliseconds beyond which somebody would think that it hangs; a validation takes some ten. */
const HANGS = 10_000;

async function tell(file: string, mutations: readonly Mutation[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const mutation of mutations) {
    await using folder = await folderOf({ ...VALID, [file]: mutation.text });
    const began = performance.now();
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate', '--json']);
    const problem = problemOf(file, mutation, { stdout, stderr, exit, ms: performance.now() - began });
    if (problem) wrong.push(`${mutation.what}: ${problem}`);
  }
  return wrong;
}

function problemOf(
  file: string,
  { lines }: Mutation,
  { stdout, stderr, exit, ms }: { stdout: string; stderr: string; exit: number; ms: number },
): string | undefined {
  if (ms > HANGS) return `it took ${ms} ms`;
  if (/E699| {4}at |node:internal/.test(stdout + stderr)) return `a defect: ${stderr}`;
  if (exit !== 78) return `exit ${exit}`;
  const { errors } = JSON.parse(stdout) as ValidationDocument;
  const own = errors.filter((error) => error.file === file);
  if (own.length === 0) return `told of other files: ${JSON.stringify(errors)}`;
  if (lines && !own.some(({ line }) => lines.includes(line!)))
    return `told at lines ${own.map(({ line, code }) => `${line} (${code})`)}, not ${lines}`;
  return undefined;
}

describe('a storm of wrong files', () => {
  it('begins from a valid project', async () => {
    await using folder = await folderOf(VALID);
    expect(await segsync(folder.path, ['validate', '--json'])).toMatchObject({ exit: 0, stderr: '' });
  });

  // Of the long files every second one by default; `SEGSYNC_STORM=all` has them all.
  const isTaken = (all: readonly unknown[], index: number): boolean =>
    process.env.SEGSYNC_STORM === 'all' || all.length < 200 || index % 2 === 0;
  const storms = Object.entries(VALID).map(([file, text]) => ({
    file,
    mutations: mutationsOf(text).filter((_, index, all) => isTaken(all, index)),
  }));

  it('has many of them', () => {
    expect(storms.flatMap(({ mutations }) => mutations).length).toBeGreaterThan(450);
  });

  it.each(storms)(
    '$file',
    async ({ file, mutations }) => {
      expect(await tell(file, mutations)).toEqual([]);
    },
    240_000,
  );

  const bytes = (text: string, encoding: BufferEncoding = 'latin1'): Buffer => Buffer.from(text, encoding);
  const deep = (n: number): string => `${'['.repeat(n)}${']'.repeat(n)}`;
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghij'].map((name, i, all) => `${name}: &${name} [${Array(9).fill(`*${all[i - 1] ?? 'a'}`)}]`).join('\n')}\n`;
  const OTHER = VALID['segments/other.yaml']!;

  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['a comment', '# nothing here\n'],
    ['a text', 'hello\n'],
    ['a list', '- entity: customer\n'],
    ['two documents', `${OTHER}---\n${OTHER}`],
    ['a document that ends and goes on', `${OTHER}...\nmore: 1\n`],
    ['NUL bytes', `${OTHER}\0\0`],
    ['a picture', bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01')],
    ['Latin-1', bytes('description: caf\xe9\nentity: customer\nwhere: {trait: a, eq: 1}\n')],
    ['UTF-16', bytes(`\ufeff${OTHER}`, 'utf16le')],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
    ['two megabytes', `${OTHER}# ${'x'.repeat(2_000_000)}\n`],
    ['a key of 100,000 letters', `${'k'.repeat(100_000)}: 1\n`],
    ['a number of 100,000 digits', `${OTHER}  lt: ${'9'.repeat(100_000)}\n`],
    ['10,000 keys that nobody knows', Array.from({ length: 10_000 }, (_, n) => `k${n}: ${n}\n`).join('')],
    ['lists 100,000 deep', `where: ${deep(100_000)}\n`],
    ['lists 400 deep', `entity: customer\nwhere: ${deep(400)}\n`],
    [
      'conditions 5,000 deep',
      `entity: customer\nwhere: ${'{not: '.repeat(5_000)}{trait: age, eq: 1}${'}'.repeat(5_000)}\n`,
    ],
    ['aliases of aliases of aliases', bomb],
    ['an alias of itself', 'entity: customer\nwhere: &w { not: *w }\n'],
    ['a merge of itself', 'entity: customer\nwhere: &w\n  <<: *w\n  trait: age\n  eq: 1\n'],
    ['a key that is a map', 'entity: customer\n? {a: 1}\n: 2\nwhere: {trait: age, eq: 1}\n'],
    ['a name for the prototype', `${OTHER}__proto__: { tier: daily }\nconstructor: 1\n`],
  ])('of which one is %s', async (_, content) => {
    await using folder = await folderOf(VALID);
    await writeFile(join(folder.path, 'segments/other.yaml'), content);
    const began = performance.now();
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate', '--json']);
    expect(performance.now() - began).toBeLessThan(HANGS);
    expect(stderr).toBe('');
    expect(exit, stdout.slice(0, 500)).toBe(78);
    const { errors } = JSON.parse(stdout) as ValidationDocument;
    expect(errors[0], stdout.slice(0, 500)).toMatchObject({
      file: 'segments/other.yaml',
      line: expect.any(Number),
    });
    expect(errors.length).toBeLessThan(20_000);
    const shown = await segsync(folder.path, ['validate']);
    expect(shown.stderr).not.toMatch(/E699| {4}at /);
    // Whatever stands in a line: what is shown of it can be read.
    expect(Math.max(...shown.stderr.split('\n').map((line) => line.length))).toBeLessThan(1_000);
  });
});
