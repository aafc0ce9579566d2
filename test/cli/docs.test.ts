/** What the documentation tells people to write and to type is written and typed here; its links lead somewhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../docs/alike.ts';
import { allPages, deadLinks, orphans, type Page } from '../docs/pages.ts';
import { openStage, type Stage } from '../docs/play.ts';
import { type Step, stepsOf } from '../docs/steps.ts';

/** Pages whose examples other tests play: the README's, those on building adapters, and those on one vendor each. */
const ELSEWHERE = [
  /^README\.md$/,
  /^src\//,
  /^docs\/adding-/,
  /^docs\/warehouses\//,
  /^docs\/(advise|diagnostics|first-hour|editors|explain|init|json-output|selecting|testing)\.md$/,
];

const pages = allPages();
const played = pages
  .filter(({ path }) => !ELSEWHERE.some((elsewhere) => elsewhere.test(path)))
  .map((page) => ({ ...page, steps: stepsOf(page.text) }));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const withSteps = played.filter(({ steps }) => steps.length > 0);
describe.each(withSteps.map((page) => [page.path, page.steps] as const))('%s', (_, steps) => {
  beforeAll(() => stage.reset());

  it.each(steps.map((step): [string, Step] => [titleOf(step), step]))('%s', (_, step) => stage.play(step));

  const shown = steps.flatMap((step) => (step.kind === 'conditions' ? step.conditions : []));
  if (shown.length === 0) return;
  it('has somebody in each condition', async () => {
    const members = await stage.members();
    expect(members.map(([condition]) => condition).sort()).toEqual([...shown].sort());
    expect(members.filter(([, count]) => count === 0).map(([condition]) => condition)).toEqual([]);
  });
});

describe('the pages', () => {
  it.each(pages.map((page): [string, Page] => [page.path, page]))(
    '%s: its links lead somewhere',
    (_, page) => {
      expect(deadLinks(page)).toEqual([]);
    },
  );

  it('are all found by following links', () => {
    expect(orphans(pages)).toEqual([]);
  });

  it('show something that is played, most of them', () => {
    const still = played.filter(({ steps }) => steps.length === 0).map(({ path }) => path);
    expect(still).toEqual(['docs/README.md']);
  });
});

describe('an output', () => {
  it('is alike when only numbers, times and widths differ', () => {
    expect(firstDifference('gold  581  10.7s ago', 'gold 1,204     1m 4s ago\n')).toBeUndefined();
    expect(firstDifference('a 1\n...\nc', 'a 2\nb\nc')).toBeUndefined();
  });

  it('differs by a word, by a line too many, and by one too few', () => {
    expect(firstDifference('gold 581 late', 'gold 581')).toBe('gold # late');
    expect(firstDifference('a', 'a\nb')).toBe('the end, but there is more: b');
    expect(firstDifference('a\nb', 'a')).toBe('b');
    expect(firstDifference('differ 0', 'differ 3')).toBe('differ 0');
  });
});

function titleOf(step: Step): string {
  const what = {
    write: 'file' in step ? step.file : '',
    merge: 'part of segsync.yaml',
    conditions: 'conditions',
  };
  const title =
    step.kind === 'type' ? step.command : step.kind === 'query' ? `SQL, ${step.on}` : what[step.kind];
  return `line ${step.line}: ${title}`;
}
