/**
 * Every command, good and bad: what is typed, the exit code, stdout and stderr, as recorded in
 * `test/golden/expected/cli`. `npx vitest run test/cli/golden.test.ts -u` records them anew; read the difference.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CASES, type Typed } from '../golden/cli/cases.ts';
import { alike, transcript } from '../golden/cli/transcript.ts';
import { build, CLI, folderOf, SHOP, segsync } from './segsync.ts';

const EXPECTED = join(import.meta.dirname, '../golden/expected/cli');

async function write(folder: string, { files = {} }: Typed): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

describe('not on a terminal', () => {
  it.each(Object.entries(CASES))('%s', { timeout: 120_000 }, async (command, cases) => {
    await using folder = await folderOf(SHOP);
    const texts: string[] = [];
    for (const typed of cases) {
      await write(folder.path, typed);
      const ended = await segsync(folder.path, typed.args, typed.environment);
      const isColoured = typed.environment?.FORCE_COLOR === '1' && !typed.args.includes('--no-color');
      if (!isColoured) expect(ended.stdout + ended.stderr).not.toContain('\u001b');
      if (!typed.silent) texts.push(transcript(typed, ended, folder.path));
    }
    await expect(texts.join('\n')).toMatchFileSnapshot(join(EXPECTED, `${command}.txt`));
  });
});

/** On a terminal of so many columns, made by `script` (of util-linux, which Debian's base has). */
function onTerminal(folder: string, columns: number, line: string, environment = {}): Promise<string> {
  const command = `stty cols ${columns} rows 50; ${process.execPath} ${CLI} ${line}`;
  return new Promise((done) => {
    const env = { PATH: process.env.PATH, TZ: 'UTC', TERM: 'xterm-256color', ...environment };
    const child = execFile('script', ['-qec', command, '/dev/null'], { cwd: folder, env }, (_, stdout) =>
      done(stdout),
    );
    child.stdin?.end();
  });
}

/** What is on the screen once all is printed: a line that is drawn again stands in the place of the one before. */
function screenOf(output: string): string {
  return output
    .split('\r\n')
    .map((line) => line.split('\r').at(-1)!)
    .join('\n');
}

const hasScript = await new Promise<boolean>((done) => {
  execFile('script', ['-qec', 'stty cols 80', '/dev/null'], (error) => done(!error)).stdin?.end();
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const COLOUR = /\u001b\[[0-9;?]*[A-Za-z]/g;

const PAINT = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`);

/** Where a system has no \`script\`, nobody makes a terminal: the cases above are all there is. */
describe.runIf(hasScript)('on a terminal', () => {
  beforeAll(build);

  it.each([80, 200])(
    'of %d columns, lines fit, colours are there, progress is drawn over',
    async (columns) => {
      await using folder = await folderOf(SHOP);
      const texts: string[] = [];
      for (const line of [
        'plan --select buyers',
        'run',
        'status',
        'history',
        'validate --select nobody',
        'explain e110',
      ]) {
        const output = await onTerminal(folder.path, columns, line);
        expect(output, line).toMatch(COLOUR);
        const screen = screenOf(output).replace(COLOUR, '');
        // Tables and progress; a sentence may go on in the next line.
        const lines = screen.split('\n').filter((shown) => /\S {2,}\S/.test(shown));
        for (const shown of lines) expect(shown.length, shown).toBeLessThanOrEqual(columns);
        texts.push(`$ segsync ${line}\n${alike(screen, folder.path)}\n`);
      }
      await expect(texts.join('\n')).toMatchFileSnapshot(join(EXPECTED, `terminal-${columns}.txt`));
    },
  );

  it('has no colours where they are not wanted', async () => {
    await using folder = await folderOf(SHOP);
    for (const [line, environment] of [
      ['plan --no-color', {}],
      ['plan', { NO_COLOR: '1' }],
      ['plan', { TERM: 'dumb' }],
    ] as const) {
      expect(await onTerminal(folder.path, 80, line, environment), line).not.toMatch(PAINT);
    }
  });
});
