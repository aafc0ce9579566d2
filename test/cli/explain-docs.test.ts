/** The page on `explain` shows what the program says in the quick start, and names every part of its document. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WhyReport } from '../../src/report/results.ts';
import { copyQuickStart, type ProjectCopy, REPOSITORY } from '../project-copy.ts';
import { build } from './segsync.ts';

const page = readFileSync(join(REPOSITORY, 'docs/explain.md'), 'utf8');
const fences = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language,
  text: text!,
}));
const commands = fences
  .filter(({ language }) => language === 'sh')
  .map(({ text }) => text.trim().split(' ').slice(1));

/** The quick start's shop is as old as its first run, so that its times differ; `wide` lines would not fit a terminal. */
const timeless = (text: string): string => text.replace(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME');

let shop: ProjectCopy;
beforeAll(async () => {
  await build();
  shop = copyQuickStart();
  const { exit, stderr } = await shop.segsync(['run']);
  expect(exit, stderr).toBe(0);
});
afterAll(() => shop.remove());

it('shows what is printed, in 80 columns', async () => {
  const { stdout, stderr, exit } = await shop.segsync(commands[0]!);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  const [shown] = fences.filter(({ language }) => language === 'text');
  expect(timeless(stdout)).toBe(timeless(shown!.text));
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

it('names every field of the document', async () => {
  const { stdout, exit } = await shop.segsync(commands[1]!);
  expect(exit).toBe(0);
  const report = JSON.parse(stdout) as WhyReport;
  const below = page.slice(page.indexOf('## For programs'));
  for (const part of [report, report.condition, report.membership, report.syncs[0]!])
    for (const name of Object.keys(part)) expect(below).toContain(`\`${name}\``);
});
