/** A plan as the reviewer of a pull request sees it: differences, overlap, Markdown, annotations, and a run of just that. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { emptyProject, type ProjectCopy } from '../project-copy.ts';

let shop: ProjectCopy;

beforeEach(async () => {
  shop = emptyProject('shop.duckdb');
  await shop.write('segsync.yaml', PROJECT);
  await shop.write('seed.sql', SEED);
  await shop.write('destinations/files.yaml', 'type: file\ndirectory: out\n');
  await shop.write('segments/seniors.yaml', seniors(60));
  await shop.write('segments/pros.yaml', PROS);
});
afterEach(() => shop.remove());

const PROJECT = `version: 1
project: review
default_target: dev
targets: {dev: {type: duckdb, path: shop.duckdb, init: seed.sql}}
entities: {person: {table: people, key: id}}
`;
const SEED =
  "CREATE TABLE people AS SELECT 10000 + n AS id, n AS age, if(n % 2 = 0, 'pro', 'free') AS plan FROM range(100) t (n);";
const PROS = 'entity: person\ntier: hourly\nwhere: {trait: plan, eq: pro}\n';

function seniors(age: number): string {
  return `description: ${age} and older\nentity: person\ntier: hourly\nwhere: {trait: age, gte: ${age}}\nsync: [{to: files}]\n`;
}

const CI = { CI: 'true' };

async function begun(): Promise<void> {
  expect((await shop.segsync(['run', '--all'], CI)).exit).toBe(0);
}

describe('a plan for a reviewer', () => {
  it('shows the difference of the condition, masked samples, and whom other segments have as well', async () => {
    await begun();
    await shop.write('segments/seniors.yaml', seniors(90));
    const { stdout, exit } = await shop.segsync(
      ['plan', '--verbose', '--overlap', 'pros', '-s', 'seniors'],
      CI,
    );
    expect(exit).toBe(0);
    expect(stdout).toContain(
      [
        '~ segment seniors: another condition',
        '    - description: 60 and older',
        '    + description: 90 and older',
        '      entity: person',
        '      tier: hourly',
        '      where:',
        '        trait: age',
        '    -   gte: 60',
        '    +   gte: 90',
        '',
        'segment  members          enter  exit           full',
        'seniors       40  ->  10     +0   -30  logic changed',
      ].join('\n'),
    );
    expect(stdout).toMatch(/segment +members +also in +both +share\nseniors +10 +pros +5 +50\.0%\n/);
    expect(stdout).toContain('seniors  - ••••0 ••••1 ••••2\n');
    expect(stdout).not.toMatch(/\b100[6-9]\d\b/);
  });

  it('fits a comment as Markdown, what a guard holds before all else', async () => {
    await begun();
    const guarded = 'sync: [{to: files, guards: {min_guarded_size: 1}}]';
    await shop.write('segments/seniors.yaml', seniors(90).replace('sync: [{to: files}]', guarded));
    const { stdout, exit } = await shop.segsync(['plan', '--format', 'markdown'], CI);
    expect(exit).toBe(3);
    expect(stdout.split('\n')[0]).toBe('<!-- segsync plan: review dev -->');
    expect(stdout).toMatch(
      /\*\*Needs attention\*\*\n```\nheld {8}seniors\.files: it would remove 75\.0% \(30 of 40\), the limit is 30%/,
    );
    expect(stdout).toContain('| `seniors` | 40 | 10 | +0 | -30 | everyone: logic changed |');
    expect(stdout).toContain('| `seniors.files` | 0 | 30 | 0 | held |');
    expect(stdout).toContain('1 segment without a change.');
    expect(stdout).toMatch(/```diff\n[^`]*- {3}gte: 60\n\+ {3}gte: 90\n/);
    expect(stdout.indexOf('Needs attention')).toBeLessThan(stdout.indexOf('Definitions'));
  });

  it('annotates the definitions that changed, with paths that GitHub knows', async () => {
    await begun();
    await shop.write('segments/seniors.yaml', seniors(90));
    await shop.write(
      'segments/more/adults.yaml',
      'entity: person\ntier: hourly\nwhere: {trait: age, gte: 18}\n',
    );
    const { stdout } = await shop.segsync(['plan', '--format', 'github'], {
      GITHUB_WORKSPACE: `${shop.folder}/..`,
    });
    const folder = shop.folder.split('/').at(-1);
    expect(stdout).toBe(
      `::notice file=${folder}/segments/more/adults.yaml,line=3,title=segsync plan::segment adults: new%0A0 -> 82 members (+82 -0)\n` +
        `::notice file=${folder}/segments/seniors.yaml,line=4,title=segsync plan::segment seniors: another condition%0A40 -> 10 members (+0 -30)\n`,
    );
  });

  it('refuses what it cannot do', async () => {
    const bad = async (args: readonly string[]) => {
      const { stderr, exit } = await shop.segsync(args, CI);
      expect(exit, stderr).toBe(64);
      return stderr;
    };
    expect(await bad(['plan', '--overlap', 'prs'])).toContain('did you mean `pros`?');
    expect(await bad(['plan', '--out', 'no/such/folder.json'])).toContain('there is no folder no/such');
    const twice = await shop.segsync(['plan', '--json', '--format', 'markdown'], CI);
    expect(twice).toMatchObject({ exit: 64, stdout: expect.stringContaining('E615') });
    expect(await bad(['plan', 'seniors'])).toContain('`segsync plan --select NAME`');
    expect(await bad(['plan', '--format', 'html'])).toContain('text, json, markdown, github');
    expect(await bad(['plan', '--out', 'x', '--now', '2030-01-01'])).toContain('E615');
    expect(await bad(['plan', '--out', 'seed.sql/x'])).toContain('E614');
  });
});

describe('state:modified', () => {
  const planned = async (...select: string[]): Promise<string[]> => {
    const { stdout, stderr, exit } = await shop.segsync(['plan', '--json', '--select', ...select], CI);
    expect(exit, stderr).toBe(0);
    const { segments, syncs } = JSON.parse(stdout) as RunReport;
    return [...segments.map(({ segment }) => segment), ...syncs.map(({ sync }) => sync)];
  };

  it('is everything before the first run, and nothing after it', async () => {
    expect(await planned('state:modified')).toEqual(['pros', 'seniors', 'seniors.files']);
    expect(await planned('state:new')).toEqual(['pros', 'seniors', 'seniors.files']);
    await begun();
    expect(await planned('state:modified')).toEqual([]);
    expect(await planned('state:new')).toEqual([]);
  });

  it('is what was edited, in whatever way, and what is built on it', async () => {
    await shop.write('segments/asked.yaml', 'entity: person\ntier: hourly\nquery: SELECT id FROM people\n');
    await shop.write('segments/on_it.yaml', 'entity: person\ntier: hourly\nwhere: {segment: asked}\n');
    await shop.write('segments/built.yaml', 'entity: person\ntier: hourly\nwhere: {not: {segment: pros}}\n');
    await begun();
    await shop.write(
      'segments/asked.yaml',
      'entity: person\ntier: hourly\nquery: SELECT id FROM people WHERE age > 3\n',
    );
    expect(await planned('state:modified')).toEqual(['asked']);
    expect(await planned('state:modified+')).toEqual(['asked', 'on_it']);
    await shop.write('segments/pros.yaml', PROS.replace('pro}', 'free}'));
    expect(await planned('state:modified')).toEqual(['asked', 'built', 'pros']);
    await shop.write('segments/seniors.yaml', seniors(60).replace('files}', 'files, audience: old}'));
    expect(await planned('state:modified')).toEqual(['asked', 'built', 'pros', 'seniors', 'seniors.files']);
    await shop.write('segments/seniors.yaml', `${seniors(60)}owner: growth\n`);
    expect(await planned('state:modified,seniors')).toEqual(['seniors', 'seniors.files']);
  });

  it('has the syncs of what was edited: what would be sent, and what a guard would hold', async () => {
    await begun();
    await shop.write('segments/seniors.yaml', seniors(99));
    const { syncs } = JSON.parse(
      (await shop.segsync(['plan', '--json', '-s', 'state:modified'], CI)).stdout,
    ) as RunReport;
    expect(syncs).toMatchObject([{ sync: 'seniors.files', planned: { remove: 39 } }]);
  });

  it('is refused when it is misspelt', async () => {
    const { stderr, exit } = await shop.segsync(['plan', '--select', 'state:modifed'], CI);
    expect({ exit, stderr }).toMatchObject({ exit: 64, stderr: expect.stringContaining('`state:modified`') });
  });
});

describe('a run of a plan', () => {
  it('does just what was planned', async () => {
    const planned = await shop.segsync(['plan', '--out', 'plan.json', '-s', 'seniors'], CI);
    expect(planned.stderr).toContain('segsync run --plan plan.json');
    const ran = await shop.segsync(['run', '--plan', 'plan.json', '--json'], CI);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      segments: [{ segment: 'seniors', entered: 40 }],
      syncs: [{ sync: 'seniors.files', delivered: { add: 40 } }],
    });
  });

  it('refuses when a definition or the state has moved, and does nothing', async () => {
    await shop.segsync(['plan', '--out', 'plan.json'], CI);
    await shop.write('segments/seniors.yaml', seniors(90));
    const edited = await shop.segsync(['run', '--plan', 'plan.json'], CI);
    expect(edited).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('segment seniors changed since'),
    });
    await shop.write('segments/seniors.yaml', seniors(60));
    await shop.segsync(['run', '--all', '-s', 'seniors'], CI);
    const moved = await shop.segsync(['run', '--plan', 'plan.json'], CI);
    expect(moved.exit).toBe(1);
    expect(moved.stderr).toMatch(/E705.*segment seniors, sync seniors\.files changed since/);
    expect(await shop.query('SELECT count(*) AS n FROM segsync.segments')).toEqual([{ n: '1' }]);
  });

  it('refuses when it would be sent elsewhere, or when the guards are other ones', async () => {
    await begun();
    await shop.write('segments/seniors.yaml', seniors(55));
    await shop.segsync(['plan', '--out', 'plan.json'], CI);
    await shop.write('destinations/files.yaml', 'type: file\ndirectory: elsewhere\n');
    expect(await shop.segsync(['run', '--plan', 'plan.json'], CI)).toMatchObject({ exit: 1 });
    await shop.write('destinations/files.yaml', 'type: file\ndirectory: out\n');
    await shop.write('segsync.yaml', `${PROJECT}guards: {max_add: 100%}\n`);
    expect(await shop.segsync(['run', '--plan', 'plan.json'], CI)).toMatchObject({ exit: 1 });
    await shop.write('segsync.yaml', PROJECT);
    expect(await shop.segsync(['run', '--plan', 'plan.json'], CI)).toMatchObject({ exit: 0 });
  });

  it('is not held up by a tick that changed nobody', async () => {
    await begun();
    await shop.segsync(['plan', '--out', 'plan.json'], CI);
    await begun();
    expect(await shop.segsync(['run', '--plan', 'plan.json'], CI)).toMatchObject({ exit: 0 });
  });

  it('takes its options and its target from the plan, and no other file for one', async () => {
    await shop.segsync(['plan', '--out', 'plan.json'], CI);
    const refused = async (args: readonly string[]): Promise<string> => {
      const { stderr, exit } = await shop.segsync(['run', '--plan', ...args], CI);
      expect(exit, stderr).toBe(64);
      return stderr;
    };
    expect(await refused(['plan.json', '--full'])).toContain('`--full` does not go with `--plan`');
    expect(await refused(['plan.json', '-s', 'pros'])).toContain('`--select` does not go with `--plan`');
    expect(await refused(['plan.json', '--allow-removal', 'seniors.files'])).toContain('`--allow-removal`');
    expect(await refused(['segsync.yaml'])).toContain('`segsync.yaml` is no plan');
    expect(await refused(['gone.json'])).toContain('it does not exist');
    const other = await shop.segsync(['run', '--plan', 'plan.json', '-t', 'prod'], CI);
    expect(other.stderr).toContain('the plan is for `dev`');
  });
});
