/** What a plan says of definitions that changed since the last run, over a real warehouse and real files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadProject } from '../../../src/config/load.ts';
import { runPipeline } from '../../../src/pipeline.ts';
import { colors } from '../../../src/report/colors.ts';
import { planText } from '../../../src/report/plan.ts';
import type { RunReport } from '../../../src/report/results.ts';
import { realWorld } from '../../../src/world.ts';
import { engines, type Opened } from '../../engines.ts';

const world = realWorld();
const duckdb = engines.find(({ name }) => name === 'duckdb')!;
let opened: Opened;

beforeEach(async () => {
  opened = await duckdb.open();
  const { session, folder, target } = opened;
  await session.execute(
    "CREATE TABLE people AS SELECT * FROM (VALUES (1, 'pro'), (2, 'pro')) AS t (id, plan)",
  );
  await session.close();
  for (const name of ['segments', 'destinations']) await mkdir(join(folder, name));
  await write('segsync.yaml', {
    version: 1,
    project: 'definitions',
    default_target: 'test',
    targets: { test: target, elsewhere: target },
    entities: { person: { table: 'people', key: 'id' } },
  });
  await write('destinations/files.yaml', { type: 'file', directory: 'out' });
  await write('segments/paying.yaml', PAYING);
});
afterEach(() => opened.drop());

const NOTE = `\${env:PLAN_NOTE:-nothing}`;

const PAYING = {
  entity: 'person',
  tier: 'hourly',
  where: { trait: 'plan', eq: 'pro' },
  sync: [{ to: 'files' }],
};

test('another audience is new; what is left behind is kept', async () => {
  await pipeline('run');
  expect((await pipeline('plan')).definition_changes).toEqual([]);
  await write('segments/paying.yaml', { ...PAYING, sync: [{ to: 'files', audience: 'payers' }] });
  const report = await pipeline('plan');
  expect(report.definition_changes).toMatchObject([
    { kind: 'sync', name: 'paying.files', change: 'removed' },
    { kind: 'sync', name: 'paying.files', change: 'new' },
  ]);
  const text = planText(report, colors(false));
  expect(text).toContain('- sync paying.files: removed; audience out/paying.ndjson (2 members) is kept\n');
  expect(text).toContain('+ sync paying.files: new, audience out/payers.ndjson\n');
});

test('another tier is called so', async () => {
  await pipeline('run');
  await write('segments/paying.yaml', { ...PAYING, tier: 'daily' });
  const report = await pipeline('plan');
  expect(report.definition_changes).toMatchObject([{ name: 'paying', change: 'metadata' }]);
  expect(planText(report, colors(false))).toContain(
    'another tier: hourly -> daily: nothing to evaluate or send\n',
  );
});

test('another condition is shown line by line, in one form whatever it was written like', async () => {
  await write('segments/paying.yaml', { ...PAYING, where: { all: [PAYING.where, { trait: 'id', gte: 1 }] } });
  await pipeline('run');
  const text = '# paying\nwhere:\n  all: [{trait: plan, eq: "pro"}, {trait: id, gte: 2}]\n';
  const rest = 'entity: person\ntier: hourly\nsync: [{to: files}]\n';
  await writeFile(join(opened.folder, 'segments/paying.yaml'), rest + text);
  const [change, ...others] = (await pipeline('plan')).definition_changes!;
  expect(others).toEqual([]);
  expect(change).toEqual({
    ...{ kind: 'segment', name: 'paying', change: 'logic', file: 'segments/paying.yaml', line: 6 },
    diff: ['        eq: pro', '      - trait: id', '-       gte: 1', '+       gte: 2'],
  });
  const shown = planText(await pipeline('plan'), colors(false));
  expect(shown).toContain('    -       gte: 1\n    +       gte: 2\n');
});

test('another owner is metadata; noted by the next run, it is no change any more', async () => {
  await pipeline('run');
  await write('segments/paying.yaml', { ...PAYING, owner: 'growth' });
  expect((await pipeline('plan')).definition_changes).toMatchObject([
    { name: 'paying', change: 'metadata', diff: ['+ owner: growth', '  entity: person', '  tier: hourly'] },
  ]);
  await pipeline('run');
  expect((await pipeline('plan')).definition_changes).toEqual([]);
});

test('a condition that changed through another segment says so', async () => {
  await write('segments/pros.yaml', { entity: 'person', tier: 'hourly', where: PAYING.where });
  await write('segments/paying.yaml', { ...PAYING, where: { segment: 'pros' } });
  await pipeline('run');
  await write('segments/pros.yaml', {
    entity: 'person',
    tier: 'hourly',
    where: { trait: 'plan', ne: 'pro' },
  });
  expect((await pipeline('plan')).definition_changes).toMatchObject([
    { name: 'paying', change: 'logic', detail: expect.stringMatching(/^by a segment it refers to/) },
    { name: 'pros', change: 'logic', diff: expect.arrayContaining(['-   eq: pro', '+   ne: pro']) },
  ]);
});

test('another mapping is shown line by line, with what the destination’s defaults bring', async () => {
  await pipeline('run');
  const defaults = { consent: { trait: 'plan', in: ['pro', 'team'] } };
  await write('destinations/files.yaml', { type: 'file', directory: 'out', defaults });
  await write('segments/paying.yaml', {
    ...PAYING,
    sync: [{ to: 'files', fields: { plan: 'plan', n: { value: NOTE } } }],
  });
  const [change] = (await pipeline('plan')).definition_changes!;
  expect(change).toMatchObject({ kind: 'sync', name: 'paying.files', change: 'mapping' });
  expect(change!.diff!.join('\n')).toMatch(
    /\+ fields:\n\+ {3}plan: plan\n\+ {3}n:\n\+ {5}value: \$\{env:PLAN_NOTE:-nothing\}\n\+ defaults of files:\n\+ {3}consent:/,
  );
  expect(change!.diff).toContain('+       - team');
  await pipeline('run');
  // What came out of the environment is not kept.
  const session = await opened.connect({ world });
  const kept = await session.query(
    "SELECT value FROM segsync.meta WHERE name = 'definition:sync:paying.files'",
  );
  await session.close();
  expect(kept[0]!.value).toContain(NOTE);
});

test('a sync whose destination does not list the target is planned, marked, and held by no guard', async () => {
  await write('destinations/files.yaml', { type: 'file', directory: 'out', targets: ['elsewhere'] });
  const report = await pipeline('plan');
  expect(report.syncs).toMatchObject([{ skipped: 'target', planned: { add: 2, remove: 0, update: 0 } }]);
  const text = planText(report, colors(false));
  expect(text).toMatch(/paying\.files +2 +0 +0 +not sent\n/);
  expect(text).toContain('0 operations in 0 requests to 0 syncs.');
});

/** JSON is YAML. */
function write(path: string, content: unknown): Promise<void> {
  return writeFile(join(opened.folder, path), JSON.stringify(content));
}

async function pipeline(command: 'run' | 'plan'): Promise<RunReport> {
  const { project } = await loadProject(world, { projectDir: opened.folder });
  const { report } = await runPipeline(world, project, {
    command,
    target: 'test',
    segments: new Set(project.segments.keys()),
    syncs: new Set(project.syncs.keys()),
    all: true,
    full: false,
    waitMs: 0,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  return report;
}
