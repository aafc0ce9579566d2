/** docs/testing.md: its test files pass, its commands print what it shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { copyQuickStart, REPOSITORY } from '../project-copy.ts';
import { segsync } from './segsync.ts';

const page = readFileSync(join(REPOSITORY, 'docs/testing.md'), 'utf8');
const files = [...page.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)].map(([, path, text]) => ({
  path: path!,
  text: text!,
}));
const commands = [...page.matchAll(/^\$ segsync (.*)\n([^`]*)```$/gm)].map(([, line, shown]) => ({
  line: line!,
  shown: shown!,
}));

const copy = copyQuickStart();
afterAll(() => copy.remove());

describe('docs/testing.md', () => {
  it('shows files and commands', () => {
    expect(files).toHaveLength(2);
    expect(commands).toHaveLength(2);
  });

  it.each(files)('$path passes', async ({ path, text }) => {
    await copy.write(path, text);
    const segment = /^segment: (\w+)$/m.exec(text)![1]!;
    const ended = await segsync(copy.folder, ['test', '--select', segment]);
    expect(ended).toEqual({ stdout: '1 test, 0 failed.\n', stderr: '', exit: 0 });
  });

  it.each(commands)('segsync $line', { timeout: 60_000 }, async ({ line, shown }) => {
    expect(await segsync(copy.folder, line.split(' '))).toEqual({ stdout: shown, stderr: '', exit: 0 });
  });
});
