/** Selectors, as docs/selecting.md has them, with the program itself. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ValidationDocument } from '../../src/report/json.ts';
import type { RunReport } from '../../src/report/results.ts';
import { wordsOf } from '../play-example.ts';
import { build, folderOf, SHOP, segsync } from './segsync.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/selecting.md'), 'utf8');
const FILES = {
  ...SHOP,
  'segments/shoppers.yaml':
    'entity: customer\ntier: daily\nwhere:\n  all: [{ segment: opted_in }, { segment: money_back }]\n',
  'segments/money_back.yaml': 'entity: customer\ntier: daily\nwhere: { not: { segment: buyers } }\n',
};

beforeAll(build);

/** The segments that a command looked at. */
async function lookedAt(verb: string, selector: string): Promise<string[]> {
  await using folder = await folderOf(FILES);
  const { stdout, stderr, exit } = await segsync(folder.path, [verb, '--json', '--select', selector]);
  expect(exit, stderr).toBe(0);
  return (JSON.parse(stdout) as RunReport).segments.map(({ segment }) => segment).sort();
}

describe.each(['plan', 'run'])('%s --select', (verb) => {
  it.each([
    ['+shoppers', ['buyers', 'money_back', 'opted_in', 'shoppers']],
    ['buyers+', ['buyers', 'money_back', 'shoppers']],
    ['+money_back+', ['buyers', 'money_back', 'shoppers']],
    ['big_*', ['big_spenders']],
    ['tag:consent,dest:files', ['opted_in']],
    ['path:segments/money', ['big_spenders']],
    ['tier:hourly', ['opted_in']],
  ])('%s', async (selector, segments) => {
    expect(await lookedAt(verb, selector)).toEqual(segments);
  });
});

describe('compile --select', () => {
  it('prints what is selected', async () => {
    await using folder = await folderOf(FILES);
    const all = await segsync(folder.path, ['compile', '--select', '+money_back']);
    expect(all.exit).toBe(0);
    expect(all.stdout).toContain('money_back');
    expect(all.stdout).toContain('buyers');
    expect(all.stdout).not.toContain('shoppers');
  });
});

describe('validate --select', () => {
  const doubtful = {
    ...FILES,
    'segments/never.yaml': 'entity: customer\nwhere: { did: orders, count: { lt: 0 } }\n',
    'segments/nothing.yaml': 'entity: customer\nwhere: { trait: nothing, eq: 1 }\n',
  };
  async function told(...args: string[]): Promise<ValidationDocument> {
    await using folder = await folderOf(doubtful);
    return JSON.parse((await segsync(folder.path, ['validate', '--json', ...args])).stdout);
  }
  const codes = ({
    errors,
    warnings = [],
  }: Partial<ValidationDocument> & Pick<ValidationDocument, 'errors'>) =>
    [...errors, ...warnings].map(({ code }) => code);

  it('judges what is selected alone', async () => {
    expect(codes(await told('--connect'))).toEqual(['E211', 'W202']);
    expect(await told('--select', 'never')).toMatchObject({ segments: 1, syncs: 0 });
    expect(codes(await told('--connect', '--select', 'never'))).toEqual(['W202']);
    expect(codes(await told('--connect', '--select', 'nothing'))).toEqual(['E211']);
    expect(codes(await told('--connect', '--exclude', 'n*'))).toEqual([]);
  });

  it('refuses what selects nothing', async () => {
    expect(codes(await told('--select', 'byers'))).toEqual(['E605']);
  });
});

describe('docs/selecting.md', () => {
  const typed = [...PAGE.matchAll(/^\$ (segsync .*)$/gm)].map(([, command]) => command!);

  it.each(typed)('%s', async (command) => {
    await using folder = await folderOf(FILES);
    const { exit, stderr } = await segsync(folder.path, wordsOf(command).slice(1));
    expect(exit, stderr).toBe(0);
  });

  it('has an example of each selector', async () => {
    const selectors = [...PAGE.matchAll(/^\| `([^`]+)` \|/gm)].map(([, selector]) => selector!);
    expect(selectors.length).toBeGreaterThan(8);
    await using folder = await folderOf(FILES);
    for (const selector of selectors) {
      const { exit, stderr } = await segsync(folder.path, ['plan', '--select', selector]);
      expect(exit, stderr).toBe(0);
    }
  });
});
