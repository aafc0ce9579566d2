/** Change feeds of the warehouses that have them, by their own clients, over loopback. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadProject } from '../../../src/config/load.ts';
import { runPipeline } from '../../../src/pipeline.ts';
import type { SegmentResult } from '../../../src/report/results.ts';
import { checkOn } from '../../../src/run/check-target.ts';
import { realWorld } from '../../../src/world.ts';
import type { Opened } from '../../engines.ts';
import { bigqueryEngine, databricksEngine, snowflakeEngine } from '../../warehouses/engines.ts';
import type { Feeds } from '../../warehouses/feeds.ts';

vi.mock('../../../src/adapters.ts', async (importOriginal) => {
  const adapters = await importOriginal<typeof import('../../../src/adapters.ts')>();
  const { bigqueryEngine, databricksEngine, snowflakeEngine } = await import('../../warehouses/engines.ts');
  const engines = [bigqueryEngine, databricksEngine, snowflakeEngine];
  const loadWarehouse = async (_: unknown, own: string) =>
    engines.find(({ name }) => name === own)!.warehouse;
  return { ...adapters, loadWarehouse };
});

const world = realWorld();
const MINUTE = 60_000_000n;
let opened: Opened & { readonly double: { readonly feeds: Feeds } };
afterEach(() => opened.drop());

describe.each([bigqueryEngine, databricksEngine, snowflakeEngine])('on $name', (engine) => {
  beforeEach(async () => {
    opened = await engine.open();
    for (const statement of SHOP) await opened.session.execute(statement);
  });

  test('what cannot be read is told with the statement that helps; until then everyone is evaluated', async () => {
    const { feeds } = opened.double;
    feeds.tracked = (table) => !/^people$/i.test(table);
    await openShop({ cursor: true });
    const { project } = await load();
    const connected = {
      target: project.targets.get('test')!,
      warehouse: opened.warehouse,
      session: opened.session,
    };
    const problems = await checkOn(project, connected);
    expect(problems.map(({ code }) => code)).toEqual(['W304']);
    expect(problems[0]!.message).toMatch(/change feed of table shop\.people cannot be read/);
    expect(problems[0]!.hint).toMatch(/ALTER TABLE shop\.people SET/);
    expect(await tick()).toMatchObject({ mode: 'full', reason: 'first_tick', members: 2 });
    expect(await tick()).toMatchObject({ mode: 'full', reason: 'feed_lost', members: 2 });
    feeds.tracked = () => true;
    expect(await checkOn(project, connected)).toEqual([]);
    expect(await tick()).toMatchObject({ mode: 'full', reason: 'feed_lost' });
    expect(await tick()).toMatchObject({ mode: 'incremental' });
  });

  test('beyond what is kept everyone is evaluated, once', async () => {
    await openShop({ cursor: true });
    await tick();
    await tick();
    const { feeds } = opened.double;
    feeds.leap = 60n * MINUTE;
    feeds.reachesBackTo = BigInt(Date.now()) * 1_000n + 30n * MINUTE;
    await opened.session.execute("DELETE FROM shop.people WHERE id = '1'");
    expect(await tick()).toMatchObject({ mode: 'full', reason: 'feed_lost', exited: 1 });
    feeds.reachesBackTo = 0n;
    expect(await tick()).toMatchObject({ mode: 'incremental', exited: 0 });
  });

  test('a plan tells what the run after it does, and moves no mark', async () => {
    await openShop({ cursor: true });
    await tick();
    await opened.session.execute("INSERT INTO shop.visits VALUES ('3')");
    const told = { mode: 'incremental', entered: 1, exited: 0 };
    expect(await tick('plan')).toMatchObject(told);
    expect(await tick('plan')).toMatchObject(told);
    expect(await tick()).toMatchObject(told);
  });

  test('rows that were added to a table without a cursor', async () => {
    await openShop({ cursor: true });
    await tick();
    await opened.session.execute("INSERT INTO shop.visits VALUES ('3')");
    expect(await tick()).toMatchObject({ mode: 'incremental', entered: 1 });
    expect(await tick()).toMatchObject({ mode: 'incremental', entered: 0 });
  });
});

test('on bigquery, deletions and moves show when the feed does, ten minutes late', async () => {
  opened = await bigqueryEngine.open();
  for (const statement of SHOP) await opened.session.execute(statement);
  await openShop({ cursor: true });
  opened.double.feeds.leap = 20n * MINUTE;
  await tick();
  await tick();
  await opened.session.execute("DELETE FROM shop.people WHERE id = '1'");
  await opened.session.execute(
    "INSERT INTO shop.people VALUES ('9', CAST('2026-11-01 10:00:00+00' AS TIMESTAMP WITH TIME ZONE))",
  );
  expect(await tick()).toMatchObject({ mode: 'incremental', exited: 0 });
  expect(await tick()).toMatchObject({ mode: 'incremental', exited: 1 });
  expect(await tick()).toMatchObject({ mode: 'incremental', affected: 0 });
});

test('on bigquery, a segment that comes later takes no change from those that were there', async () => {
  opened = await bigqueryEngine.open();
  for (const statement of SHOP) await opened.session.execute(statement);
  await openShop({ cursor: true });
  opened.double.feeds.leap = 5n * MINUTE;
  await tick();
  await tick();
  await opened.session.execute("DELETE FROM shop.people WHERE id = '1'");
  await writeFile(join(opened.folder, 'segments', 'others.yaml'), 'entity: person\nwhere: { has: visits }\n');
  for (let turn = 0; turn < 6; turn += 1) await tick('run', ['visitors', 'others']);
  const rows = await opened.session.query('SELECT segment, members FROM segsync.segments');
  expect(rows.map(({ segment, members }) => `${segment} ${members}`).sort()).toEqual([
    'others 1',
    'visitors 1',
  ]);
});

test.each([databricksEngine, snowflakeEngine])(
  'on $name, deletions and moves show at once, without a cursor',
  async (engine) => {
    opened = await engine.open();
    for (const statement of SHOP) await opened.session.execute(statement);
    await openShop({ cursor: false });
    await tick();
    await opened.session.execute("DELETE FROM shop.people WHERE id = '1'");
    await opened.session.execute("UPDATE shop.visits SET person_id = '3' WHERE person_id = '2'");
    expect(await tick()).toMatchObject({ mode: 'incremental', entered: 1, exited: 2, affected: 3 });
  },
);

test('on snowflake, whose feed is the net difference, what came after one tick and goes after another', async () => {
  opened = await snowflakeEngine.open();
  for (const statement of SHOP) await opened.session.execute(statement);
  await openShop({ cursor: false });
  await writeFile(join(opened.folder, 'segments', 'others.yaml'), 'entity: person\nwhere: { has: visits }\n');
  await tick('run', ['visitors', 'others']);
  await opened.session.execute("INSERT INTO shop.visits VALUES ('3')");
  expect(await tick()).toMatchObject({ mode: 'incremental', entered: 1 });
  await opened.session.execute("DELETE FROM shop.visits WHERE person_id = '3'");
  // The other segment, which is asked for with it, was last evaluated before the row came.
  expect(await tick('run', ['visitors', 'others'])).toMatchObject({ mode: 'incremental' });
  const rows = await opened.session.query('SELECT segment, members FROM segsync.segments');
  expect(rows.map(({ segment, members }) => `${segment} ${members}`).sort()).toEqual([
    'others 2',
    'visitors 2',
  ]);
});

/** Three people, of whom 1 and 2 were there. */
const SHOP = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.people (id TEXT, seen TIMESTAMP WITH TIME ZONE)',
  "INSERT INTO shop.people SELECT CAST(n AS TEXT), CAST('2026-11-01 10:00:00+00' AS TIMESTAMP WITH TIME ZONE) FROM generate_series(1, 3) AS t(n)",
  'CREATE TABLE shop.visits (person_id TEXT)',
  "INSERT INTO shop.visits VALUES ('1'), ('2')",
];

async function openShop({ cursor }: { readonly cursor: boolean }): Promise<void> {
  await mkdir(join(opened.folder, 'segments'));
  // Visits change hands in one test only, where all is told whatever is promised.
  const visits = { table: 'shop.visits', key: 'person_id', change_feed: true, append_only: true };
  const people = {
    table: 'shop.people',
    key: 'id',
    change_feed: true,
    ...(cursor ? { cursor: { column: 'seen', overlap: '0s' } } : {}),
  };
  const project = {
    version: 1,
    project: 'feed',
    default_target: 'test',
    targets: { test: opened.target },
    entities: { person: { ...people, sources: { visits } } },
  };
  await writeFile(join(opened.folder, 'segsync.yaml'), JSON.stringify(project));
  await writeFile(
    join(opened.folder, 'segments', 'visitors.yaml'),
    'entity: person\nwhere: { has: visits }\n',
  );
}

function load() {
  return loadProject(world, { projectDir: opened.folder });
}

async function tick(
  command: 'run' | 'plan' = 'run',
  segments: readonly string[] = ['visitors'],
): Promise<SegmentResult> {
  const { project } = await load();
  const { report } = await runPipeline(world, project, {
    command,
    target: 'test',
    segments: new Set(segments),
    syncs: new Set(),
    all: true,
    full: false,
    waitMs: 0,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  expect(report.segments[0]?.error).toBeUndefined();
  return report.segments[0]!;
}
