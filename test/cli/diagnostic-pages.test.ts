/** Every code can occur, its page shows what the program really prints, and what is said to be right is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CODES, type Code } from '../../src/diagnostics/codes.ts';
import { EXIT } from '../../src/diagnostics/exit.ts';
import type { Played } from '../../src/diagnostics/page.ts';
import { PAGES } from '../../src/diagnostics/pages.ts';
import { play } from '../play-example.ts';
import { codesIn, printedOf } from '../printed-diagnostics.ts';
import { build, type Ended } from './segsync.ts';

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
