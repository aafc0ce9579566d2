/** Every code can occur, its page shows what the program really prints, and what is said to be right is. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { CODES, type Code } from '../../src/diagnostics/codes.ts';
import { EXIT } from '../../src/diagnostics/exit.ts';
import type { Played } from '../../src/diagnostics/page.ts';
import { PAGES } from '../../src/diagnostics/pages.ts';
import { play, wordsOf } from '../play-example.ts';
import { codesIn, printedOf } from '../printed-diagnostics.ts';
import { build, type Ended, segsync } from './segsync.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ALL = Object.keys(CODES) as Code[];
const played = (side: 'wrong' | 'right') => ALL.filter((code) => !('situation' in PAGES[code][side]));

/** The files below `folder` whose text `matches`. */
function filesWith(folder: string, matches: RegExp, but: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !but.test(file))
    .filter((file) => matches.test(readFileSync(join(ROOT, folder, file), 'utf8')));
}

/** What a run would report as a failed segment is, to `validate --connect`, the project's fault. */
function exitOf(code: Code): number {
  const { severity, exit } = CODES[code];
  const { commands } = PAGES[code].wrong as Played;
  return severity === 'error' && commands?.at(-1)?.includes('--connect') ? EXIT.invalidProject : exit;
}

function recording(texts: ReadonlyMap<string, string>): string {
  const entries = [...texts].map(
    ([code, text]) =>
      `  ${code}: [\n${text
        .split('\n')
        .map((line) => `    ${JSON.stringify(line)},\n`)
        .join('')}  ],\n`,
  );
  return `${HEAD}${entries.join('')}};\n`;
}

const HEAD = `/** What the program prints for the wrong examples: recorded by test/cli/diagnostic-pages.test.ts, never by hand. */
import type { Code } from '../codes.ts';

export const PRINTED: Readonly<Partial<Record<Code, readonly string[]>>> = {
`;

beforeAll(build);

describe('a code', () => {
  it.each(ALL)('%s is given by the program', (code) => {
    expect(filesWith('src', new RegExp(`'${code}'`), /^diagnostics\//)).not.toEqual([]);
  });

  const told = ALL.filter((code) => 'situation' in PAGES[code].wrong);
  it.each(told)('%s, which an example cannot show by itself, is expected by a test', (code) => {
    expect(filesWith('test', new RegExp(`\\b${code}\\b`), /diagnostic-pages|architecture/)).not.toEqual([]);
  });
});

describe('what is wrong', () => {
  const texts = new Map<Code, string>();
  it.each(played('wrong'))('%s is told, and nothing else', async (code) => {
    const ended = await play(PAGES[code].wrong as Played);
    expect(codesIn(ended), ended.stderr).toEqual([code]);
    expect(ended.exit).toBe(exitOf(code));
    texts.set(code, printedOf(code, ended));
  });

  // `-u` writes it anew.
  it('is printed as the pages show it', async () => {
    await expect(recording(texts)).toMatchFileSnapshot(join(ROOT, 'src/diagnostics/pages/printed.ts'));
  });
});

describe('what is right', () => {
  it.each(played('right'))('%s passes', async (code) => {
    const ended: Ended = await play(PAGES[code].right as Played);
    expect(ended.exit, ended.stderr).toBe(0);
    expect(codesIn(ended)).toEqual([]);
  });
});

describe('commands on pages', () => {
  const typed = ALL.flatMap((code) => {
    const { wrong, right } = PAGES[code];
    const told = 'command' in wrong ? [wrong.command] : [];
    const ways = 'situation' in right ? right.commands : [];
    return [...told, ...ways].map((command) => [code, command] as const);
  }).filter(([, command]) => command.startsWith('segsync '));

  it.each(typed)('%s: %s is a command with options that exist', async (_, command) => {
    const [, verb, ...rest] = wordsOf(command);
    const { stdout, exit } = await segsync('/', [verb!, '--help']);
    expect(exit).toBe(0);
    for (const option of rest.filter((word) => word.startsWith('--')))
      expect(stdout).toContain(` ${option} `);
  });
});

describe('docs/diagnostics.md', () => {
  it('is up to date, and names each code once as an anchor', async () => {
    const script = join(ROOT, 'scripts/write-diagnostics.mjs');
    await promisify(execFile)(process.execPath, [script, '--check']);
    const text = readFileSync(join(ROOT, 'docs/diagnostics.md'), 'utf8');
    const anchors = [...text.matchAll(/<a id="(\w+)">/g)].map(([, id]) => id!.toUpperCase());
    expect(anchors.sort()).toEqual([...ALL].sort());
  });
});

describe('explain', () => {
  it('prints the page of a code, in upper or lower case, without a project', async () => {
    const { stdout, stderr, exit } = await segsync('/', ['explain', 'e105']);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    expect(stdout).toMatch(/^error E105: a key is not known here\nexit code 78\n/);
    expect(stdout).toContain('      hint: did you mean `owner`?\n');
    expect(await segsync('/', ['explain', 'E105'])).toEqual({ stdout, stderr, exit });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('gives the page as a document', async () => {
    const { stdout } = await segsync('/', ['explain', 'W202', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ version: 1, code: 'W202', severity: 'warning', exit: 0 },
      wrong: { files: [{ path: 'segments/buyers.yaml' }], commands: ['segsync validate'] },
      right: { commands: ['segsync validate'] },
    });
  });

  it('suggests the code that was meant', async () => {
    const { stdout, stderr, exit } = await segsync('/', ['explain', 'E1005']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 64 });
    expect(stderr).toMatch(
      /^error\[E660\]: there is no diagnostic `E1005`\n {2}hint: did you mean `E1\d\d`\?\n$/,
    );
  });

  it.each(ALL)('%s has a page without anything that a terminal would act on', async (code) => {
    const { stdout } = await segsync('/', ['explain', code]);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stdout).toContain(`[${code}]`.replace(/\[(E45[12]|E222)\]/, 'held  '));
  });
});
