/** Rows of a transaction that commits long after it began, and after later ones: PostgreSQL tells of it, nothing is missed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { loadProject } from '../../../src/config/load.ts';
import { runPipeline } from '../../../src/pipeline.ts';
import { realWorld } from '../../../src/world.ts';
import { engines, type Opened } from '../../engines.ts';

const engine = engines.find(({ name }) => name === 'postgres')!;
let opened: Opened;
afterEach(() => opened.drop());

test('a row with a cursor from before the overlap, committed after a tick that could not see it', async () => {
  opened = await engine.open();
  const { session, folder, target } = opened;
  await session.execute('CREATE TABLE people (id bigint, plan text, seen timestamptz)');
  await session.execute("INSERT INTO people VALUES (1, 'pro', now() - interval '1 day')");
  await mkdir(join(folder, 'segments'));
  const entities = { person: { table: 'people', key: 'id', cursor: { column: 'seen', overlap: '1s' } } };
  const project = {
    version: 1,
    project: 'late',
    default_target: 'test',
    targets: { test: target },
    entities,
  };
  await writeFile(join(folder, 'segsync.yaml'), JSON.stringify(project));
  await writeFile(
    join(folder, 'segments', 'paying.yaml'),
    'entity: person\nwhere: { trait: plan, eq: pro }\n',
  );

  const late = new pg.Client({ connectionString: urlOf(target) });
  await late.connect();
  try {
    const reader = new pg.Client({ connectionString: urlOf(target) });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT 1');
    await late.query('BEGIN');
    await late.query("INSERT INTO people VALUES (2, 'pro', now())");
    await sleep(2500);
    await session.execute("INSERT INTO people VALUES (3, 'pro', now())");
    expect(await tick(folder)).toMatchObject({ reason: 'first_tick', members: 2 });
    await sleep(2500);
    await session.execute("INSERT INTO people VALUES (4, 'pro', now())");
    expect(await tick(folder)).toMatchObject({ mode: 'incremental', entered: 1, members: 3 });
    await late.query('COMMIT');
    expect(await tick(folder)).toMatchObject({ mode: 'incremental', entered: 1, members: 4 });
    // It had only read so far; what it writes is dated by its beginning all the same.
    await reader.query("INSERT INTO people VALUES (5, 'pro', now())");
    await reader.query('COMMIT');
    await reader.end();
    expect(await tick(folder)).toMatchObject({ mode: 'incremental', entered: 1, members: 5 });
    expect(await tick(folder)).toMatchObject({ mode: 'incremental', entered: 0, members: 5 });
  } finally {
    await late.end();
  }
});

async function tick(folder: string) {
  const world = realWorld();
  const { project } = await loadProject(world, { projectDir: folder });
  const { report } = await runPipeline(world, project, {
    command: 'run',
    target: 'test',
    segments: new Set(['paying']),
    syncs: new Set(),
    all: true,
    full: false,
    waitMs: 0,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  return report.segments[0];
}

function urlOf(target: Opened['target']): string {
  return typeof target.url === 'string' ? target.url : inject('postgresUrl');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
