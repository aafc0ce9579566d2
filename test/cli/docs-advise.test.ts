/** docs/advise.md: its commands print what it shows, numbers and the lengths of bars apart. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SegmentAdvice } from '../../src/report/results.ts';
import { firstDifference } from '../docs/alike.ts';
import { copyQuickStart, REPOSITORY } from '../project-copy.ts';
import { segsync } from './segsync.ts';

const page = readFileSync(join(REPOSITORY, 'docs/advise.md'), 'utf8');
const commands = [
  ...page.matchAll(/^```sh\nsegsync (.*)\n```\n\n```text\n([^`]*(?:`[^`]+`[^`]*)*)```$/gm),
].map(([, line, shown]) => ({ line: line!, shown: shown! }));

const copy = copyQuickStart();
// So that the shop is made once.
beforeAll(async () => {
  expect(await segsync(copy.folder, ['run', '--tier', 'daily'])).toMatchObject({ exit: 0 });
});
afterAll(() => copy.remove());

describe('docs/advise.md', () => {
  it('shows commands', () => {
    expect(commands).toHaveLength(2);
  });

  it.each(commands)('segsync $line', async ({ line, shown }) => {
    const { stdout, stderr, exit } = await segsync(copy.folder, line.split(' '));
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    expect(firstDifference(withoutSizes(shown), withoutSizes(stdout))).toBeUndefined();
  });

  it('names every reason that there is', () => {
    const table = page.slice(page.indexOf('| `code` in'));
    const codes: NonNullable<SegmentAdvice['reasons']>[number]['code'][] = [
      ...['trait', 'not_append_only', 'no_cursor', 'cursor_is_no_time', 'through'],
      ...['sql', 'query', 'query_segment'],
    ];
    expect(codes.filter((code) => !table.includes(`\`${code}\``))).toEqual([]);
  });
});

/** Bars, units of large numbers, and where lines of a sentence break are those of a day. */
function withoutSizes(text: string): string {
  return text
    .replace(/\n {2}(?=\S)(?!scaled)/g, ' ')
    .replace(/[█▏▎▍▌▋▊▉]+/g, '')
    .replace(/<(?=\d)/g, '')
    .replace(/(\d)[kMGT]\b/g, '$1');
}
