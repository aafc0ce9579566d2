import { describe, expect, it } from 'vitest';
import { loadProject } from '../../../src/config/load.ts';
import { judgeSegment } from '../../../src/segment/judge.ts';
import { judgeLateness } from '../../../src/segment/judge-lateness.ts';
import { judgeLogic } from '../../../src/segment/judge-logic.ts';
import { judgeRecency } from '../../../src/segment/judge-recency.ts';
import { judgeReferences } from '../../../src/segment/judge-references.ts';
import { REPOSITORY } from '../../project-copy.ts';
import { worldIn } from '../config/fixture.ts';
import { expectSaid, inOneLine, projectOf } from './judged.ts';

describe('what can never hold', () => {
  const never = 'segment `it` can never hold for anybody:';
  expectSaid(judgeLogic, {
    'trait: n\nin: [1, 2]': [],
    'did: viewed\ncount: { lt: 0 }': [`W202 3:8 ${never} this condition can never be true`],
    'all:\n  - { trait: n, gt: 5 }\n  - { trait: s, eq: x }\n  - { trait: n, lt: 5 }': [
      `W202 6:16 ${never} this contradicts the condition in line 4`,
    ],
    'all: [{ trait: n, gt: 5 }, { trait: n, lt: 5 }]': [
      `W202 3:39 ${never} this contradicts the condition in column 18`,
    ],
    'all:\n  - trait: n\n    gt: 5\n  - any:\n      - { trait: n, eq: 1 }\n      - { trait: n, is_null: true }':
      [`W202 6:7 ${never} this contradicts the condition in line 4`],
    'all:\n  - { trait: n, gt: 1 }\n  - { trait: n, lt: 3 }\n  - { did: viewed, count: { eq: 1 } }\n  - any:\n      - { trait: n, eq: 5 }\n      - all: [{ trait: n, eq: 2 }, { did_not: viewed }]':
      [`W202 3:3 ${never} these conditions contradict each other`],
    'not:\n  any: [{ did: viewed }, { did_not: viewed }]': [
      `W202 4:39 ${never} this or the condition in column 18 is true for each`,
    ],
  });
});

describe('what always holds', () => {
  const always = 'segment `it` always holds for everybody:';
  const hint = 'if everybody is meant, say so: `{ trait: id, is_null: false }`';
  expectSaid(judgeLogic, {
    'trait: id\nis_null: false': [],
    'did: viewed\ncount: { gte: 0 }': [`W203 3:8 ${always} this condition is always true | ${hint}`],
    'any:\n  - { trait: n, gte: 5 }\n  - not: { trait: n, gt: 5 }': [
      `W203 5:7 ${always} this or the condition in line 4 is true for each | ${hint}`,
    ],
  });
});

describe('a part that says nothing', () => {
  expectSaid(judgeLogic, {
    'any:\n  - { trait: n, gt: 5 }\n  - all: [{ trait: s, eq: a }, { trait: s, eq: b }]': [
      'W204 5:7 this condition can never be true: under `any` it adds nobody',
    ],
    'all:\n  - { trait: n, gt: 5 }\n  - { share: { of: x, below: 100% } }\n  - not: { did: viewed, count: { lt: 0 } }':
      [
        'W204 5:16 this condition is always true: under `all` it says nothing',
        'W204 6:7 this condition is always true: under `all` it says nothing',
      ],
    'not:\n  any: [{ trait: n, gt: 5 }, { share: { of: x, below: 0% } }]': [
      'W204 4:41 this condition can never be true: under `any` it adds nobody',
    ],
  });
});

describe('a window and its source’s overlap', () => {
  const late = (window: string) =>
    `\`${window}\` is shorter than the overlap of \`viewed\`, 2h: a row that shows late may have left the window before it is seen`;
  const hint =
    'widen the window to more than 2h; or shorten `overlap`, if rows of `viewed` never show so late';
  expectSaid(judgeLateness, {
    'did: viewed\nwithin: 2h': [],
    'did: viewed\nolder_than: 1m': [],
    'did: viewed\nnext: 1m': [],
    'did: viewed\nthis: day': [],
    'did: orders\nwithin: 1m': [],
    'did_not: viewed\nwithin: 30m': [`W201 4:11 ${late('within 30m')} | ${hint}`],
    'did: viewed\nbetween: { from: 90m, to: 1m }': [`W201 4:12 ${late('between 90m and 1m ago')} | ${hint}`],
    'sequence: [{ did: viewed }, { did: viewed }]\nwithin: 1h': [
      `W201 4:11 ${late('within 1h')} | ${hint}`,
      `W201 4:11 ${late('within 1h')} | ${hint}`,
    ],
  });
});

describe('`older_than` on rows', () => {
  const said = (place: string, name: string, more = '') =>
    `W206 ${place} this is true for whoever did \`${name}\` 30d ago or earlier, also for those who did it again since` +
    ` | if their last time is meant, write \`all: [{ did: ${name} }, { did_not: ${name}, within: 30d }]\`${more}; if any time is, say \`count: { gte: 1 }\` beside it`;
  expectSaid(judgeRecency, {
    'did: viewed\nolder_than: 30d': [said('3:8', 'viewed')],
    'did: viewed\nwhere: { price: 5 }\nolder_than: 30d': [said('3:8', 'viewed', ', each with its `where:`')],
    'all:\n  - { did: viewed, older_than: 30d }\n  - { did_not: carted, within: 30d }': [
      said('4:14', 'viewed'),
    ],
    'any:\n  - { did: viewed, older_than: 30d }\n  - { did_not: viewed, within: 30d }': [
      said('4:14', 'viewed'),
    ],
    'did: viewed\nolder_than: 30d\ncount: { gte: 1 }': [],
    'did: viewed\nolder_than: 30d\ncount: { gte: 3 }': [],
    'did_not: viewed\nolder_than: 30d': [],
    'did: viewed\nwithin: 30d': [],
    'trait: t\nolder_than: 30d': [],
    'all:\n  - { did: viewed, older_than: 30d }\n  - { did_not: viewed, within: 30d }': [],
    'all:\n  - { did_not: viewed, within: 30d }\n  - any: [{ did: viewed, older_than: 30d }, { did: carted }]':
      [],
  });
});

describe('a reference to a `query:` segment', () => {
  const SEGMENTS = {
    uploaded: 'entity: customer\ntier: daily\nquery: SELECT id FROM uploads\n',
    between: 'entity: customer\ntier: daily\nwhere: { segment: uploaded }\n',
    slow: 'entity: customer\ntier: daily\nwhere: { segment: between }\n',
    fast: 'entity: customer\ntier: frequent\nwhere:\n  all:\n    - { trait: n, gt: 1 }\n    - not: { segment: between }\n',
  };
  it('must not be of a slower tier than the segment, however it is reached', async () => {
    const project = await projectOf(SEGMENTS);
    const said = [...project.segments.values()].flatMap((segment) => judgeReferences(project, segment));
    expect(said.map(inOneLine)).toEqual([
      'W205 6:23 `fast` ticks in tier `frequent`, but the `query:` segment `uploaded` that it refers to only in tier `daily`: it counts as it was at its own last tick | give `uploaded` the tier `frequent`, or `fast` a slower one',
    ]);
  });
});

describe('good segments', () => {
  it('are passed over in silence: those of the quick start', async () => {
    const { project } = await loadProject(worldIn(REPOSITORY), {});
    const said = [...project.segments.values()].flatMap((segment) => judgeSegment(project, segment));
    expect(project.segments.size).toBe(8);
    expect(said).toEqual([]);
  });
});

describe('conditions that are much work', () => {
  it('are given up on at once', async () => {
    const names = Array.from({ length: 14 }, (_, index) => `c${index}`);
    const choices = names.map((name) => {
      const others = names.map((other) => `{ trait: ${name}, gt: { trait: ${other}x } }`).join(', ');
      return `  - any: [${others}]`;
    });
    const last = `  - { trait: ${names[0]}, is_null: true }`;
    const project = await projectOf({ it: `all:\n${choices.join('\n')}\n${last}` });
    const before = performance.now();
    judgeLogic(project, project.segments.get('it')!);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
