/**
 * Manifests, by the real program on PostgreSQL: whoever reads only what they list never sees half a run, and nothing
 * that was delivered goes untold, wherever a process is killed and whatever the other side answers.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../chaos/rig.ts';
import { build } from '../cli/segsync.ts';
import { shelfIn } from '../conformance/destination/run-harness.ts';
import { problem, type S3Simulator, SECRET, s3File, shelfOf, startS3 } from '../destinations/s3.ts';
import { engines } from '../engines.ts';
import { type RunReader, readRuns, type Shelf } from '../run-reader.ts';
import { killBetween, STOPS, type Stop, until } from './stand-still.ts';

const postgres = engines.find(({ name }) => name === 'postgres')!;

let simulator: S3Simulator;
let rig: Rig;
let shelf: Shelf;
let audience: string;

beforeAll(build);
beforeEach(async () => {
  simulator = await startS3();
});
afterEach(async () => {
  await rig?.drop();
  await simulator.close();
});

const ENVIRONMENT = { LAKE_SECRET: SECRET };

type Kind = 'file' | 's3';

const DESTINATIONS: Record<Kind, () => string> = {
  file: () => 'type: file\ndirectory: out\nlayout: runs\n',
  s3: () => s3File(simulator, 'batch_size: 2\nconcurrency: 2\n'),
};

const SEGMENTS = {
  'segments/active.yaml': 'entity: customer\nwhere: {trait: active, eq: true}\nsync: [{to: lake}]\n',
};

async function open(kind: Kind, segments: Readonly<Record<string, string>> = SEGMENTS): Promise<void> {
  rig = await openRig(postgres, ({ target }) => ({
    'segsync.yaml': `version: 1
project: lake
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities: {customer: {table: shop.customers, key: id, cursor: updated_at}}
`,
    'destinations/lake.yaml': DESTINATIONS[kind](),
    ...segments,
  }));
  await rig.change([
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.customers (id TEXT, active BOOLEAN, vip BOOLEAN, updated_at TIMESTAMPTZ)',
    `INSERT INTO shop.customers SELECT CAST(n AS TEXT), n <= 6, n > 4, now() FROM generate_series(1, 9) AS s (n)`,
  ]);
  shelf = kind === 'file' ? shelfIn(join(rig.folder, 'out')) : shelfOf(simulator);
  audience = kind === 'file' ? 'active' : 'audiences/active';
}

const read = (): RunReader => readRuns(shelf, audience);
const members = (): string[] => [...read().members.keys()].sort();
const parts = (): string[] => shelf.list(`${audience}/parts`).sort();
const listed = (): string[] =>
  read()
    .manifests.flatMap((manifest) => manifest.parts.map(({ path }) => path))
    .sort();

async function run(exit = 0, ...args: string[]) {
  const ended = await rig.call(['run', '--all', '--json', ...args], ENVIRONMENT);
  expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
  expect(ended.stdout + ended.stderr).not.toContain(SECRET);
  return JSON.parse(ended.stdout).syncs[0];
}

const set = (ids: string, what: string) =>
  rig.change([`UPDATE shop.customers SET ${what}, updated_at = now() WHERE id IN (${ids})`]);

/** 1 and 2 leave, 7 and 8 enter. */
async function changes(): Promise<void> {
  await set("'1', '2'", 'active = FALSE');
  await set("'7', '8'", 'active = TRUE');
}
const BEFORE = ['1', '2', '3', '4', '5', '6'];
const AFTER = ['3', '4', '5', '6', '7', '8'];

const owed = async (): Promise<number> => {
  const rows = await rig.query("SELECT count(*)::text AS n FROM segsync.meta WHERE name LIKE 'part:%'");
  return Number(rows[0]!.n);
};

describe.each(['file', 's3'] as const)('%s', (kind) => {
  it('tells each run whole, and nothing where nothing changed', async () => {
    await open(kind);
    await run();
    expect(members()).toEqual(BEFORE);
    expect(read().manifests).toMatchObject([
      { version: 1, previous: null, sync: 'active.lake', segment: 'active', audience: 'active', rows: 6 },
    ]);
    expect(listed()).toEqual(parts());
    expect(await owed()).toBe(0);
    const [calls, files] = [simulator.calls.length, shelf.list('')];
    expect(await run()).toMatchObject({ delivered: { add: 0, remove: 0, update: 0 } });
    expect([simulator.calls.length, shelf.list('')]).toEqual([calls, files]);
    await changes();
    await run();
    expect(members()).toEqual(AFTER);
    expect(read().manifests).toHaveLength(2);
    expect(read().manifests[1]!.parts.map(({ op }) => op)).toEqual(['remove', 'add']);
  });

  it.each(Object.keys(STOPS) as Stop[])('killed between %s, loses nothing', async (stop) => {
    await open(kind);
    await run();
    await changes();
    await killBetween(rig, stop, ENVIRONMENT);
    const isTold = stop.includes('commit');
    expect(members()).toEqual(isTold ? AFTER : BEFORE);
    await run();
    expect(members()).toEqual(AFTER);
    expect(read().manifests).toHaveLength(2);
    // What was sent again has overwritten itself.
    expect(listed()).toEqual(parts());
    expect(await owed()).toBe(0);
    const files = shelf.list('');
    await run();
    expect(shelf.list('')).toEqual(files);
  });

  it('killed with a manifest that may be there, tells it again before anything else', async () => {
    await open(kind);
    await run();
    await changes();
    await killBetween(rig, 'manifest and its commit', ENVIRONMENT);
    const told = read().manifests[1]!;
    await set("'9'", 'active = TRUE');
    await run();
    expect(members()).toEqual([...AFTER, '9']);
    expect(read().manifests).toHaveLength(3);
    expect(read().manifests[1]).toEqual(told);
  });

  it('forgets somebody for readers, too', async () => {
    await open(kind);
    await run();
    const forgotten = await rig.call(['forget', '3', '--json'], ENVIRONMENT);
    expect(forgotten.exit, forgotten.stdout + forgotten.stderr).toBe(0);
    expect(members()).toEqual(BEFORE.filter((key) => key !== '3'));
  });
});

describe('half a run', () => {
  it('is shown to nobody, and told with what the next one adds', async () => {
    await open('s3');
    await run();
    await changes();
    // One part gets through and stands in the ledger; the next is never answered.
    simulator.faults.push({ applied: true }, { held: new Promise(() => {}) });
    const running = rig.start(['run', '--all'], { environment: ENVIRONMENT });
    await until(running, async () => (await owed()) > 0);
    running.kill();
    await running.ended;
    expect(parts()).not.toEqual(listed());
    expect(members()).toEqual(BEFORE);
    await set("'9'", 'active = TRUE');
    await run();
    expect(members()).toEqual([...AFTER, '9']);
    expect(read().manifests).toHaveLength(2);
  });

  it('that was interrupted is told by the next', async () => {
    await open('s3');
    await run();
    await changes();
    simulator.faults.push(
      { applied: true },
      { reply: problem(503, 'SlowDown', '', { 'retry-after': '60' }) },
    );
    const running = rig.start(['run', '--all'], { environment: ENVIRONMENT });
    await until(running, async () => (await owed()) > 0);
    process.kill(running.id, 'SIGTERM');
    expect((await running.ended).exit).toBe(143);
    expect(members()).toEqual(BEFORE);
    await run();
    expect(members()).toEqual(AFTER);
    expect(read().manifests).toHaveLength(2);
  });

  it('is not shown by forgetting somebody', async () => {
    await open('s3');
    await run();
    await changes();
    simulator.faults.push({ applied: true }, { held: new Promise(() => {}) });
    const running = rig.start(['run', '--all'], { environment: ENVIRONMENT });
    await until(running, async () => (await owed()) > 0);
    running.kill();
    await running.ended;
    const forgotten = await rig.call(['forget', '3', '--json'], ENVIRONMENT);
    expect(JSON.parse(forgotten.stdout).left).toMatchObject([{ reason: expect.stringContaining('readers') }]);
    expect(members()).toEqual(BEFORE);
    await set("'3'", 'active = FALSE');
    await run();
    expect(members()).toEqual(AFTER.filter((key) => key !== '3'));
  });
});

describe('a manifest that cannot be written', () => {
  const busy = () => ({ key: '/manifests/', fault: { reply: problem(503, 'SlowDown') } });

  it('is tried again', async () => {
    await open('s3');
    simulator.keyFaults.push(busy(), busy());
    await run();
    expect(members()).toEqual(BEFORE);
  });

  it('fails the sync with what the store says, and the next run tells it, though nothing changed', async () => {
    await open('s3');
    await run();
    await changes();
    simulator.keyFaults.push(busy(), busy(), busy(), busy());
    const failed = await run(75);
    expect(failed).toMatchObject({
      delivered: { add: 2, remove: 2, update: 0 },
      error: { code: 'E404', message: expect.stringMatching(/manifest of this run.*HTTP 503 \(SlowDown\)/) },
    });
    expect(members()).toEqual(BEFORE);
    const before = parts();
    expect(await run()).toMatchObject({ delivered: { add: 0, remove: 0, update: 0 } });
    expect(parts()).toEqual(before);
    expect(members()).toEqual(AFTER);
    expect(read().manifests).toHaveLength(2);
  });

  it('comes before what the next run tells itself', async () => {
    await open('s3');
    await run();
    await changes();
    simulator.keyFaults.push(busy(), busy(), busy(), busy());
    await run(75);
    await set("'9'", 'active = TRUE');
    await run();
    expect(members()).toEqual([...AFTER, '9']);
    expect(read().manifests.map(({ rows }) => rows)).toEqual([6, 4, 1]);
  });

  it('for lack of credentials is exit 77', async () => {
    await open('s3');
    await run();
    await changes();
    simulator.keyFaults.push({ key: '/manifests/', fault: { reply: problem(403, 'ExpiredToken') } });
    expect(await run(77)).toMatchObject({
      error: { code: 'E406', message: expect.stringContaining('manifest') },
    });
    await run();
    expect(members()).toEqual(AFTER);
  });

  it('into a folder is told by the file system’s reason', async () => {
    await open('file');
    mkdirSync(join(rig.folder, 'out/active'), { recursive: true });
    writeFileSync(join(rig.folder, 'out/active/manifests'), '');
    expect(await run(1)).toMatchObject({
      delivered: { add: 6 },
      error: { code: 'E411', message: expect.stringMatching(/manifest of this run.*a file, not a folder/) },
    });
    rmSync(join(rig.folder, 'out/active/manifests'));
    await run();
    expect(members()).toEqual(BEFORE);
  });
});

it('of two syncs that fill one audience from two processes both are told', async () => {
  const both = (name: string) =>
    `entity: customer\nwhere: {trait: ${name}, eq: true}\nsync: [{to: lake, audience: active, shared: true}]\n`;
  await open('s3', { 'segments/active.yaml': both('active'), 'segments/vip.yaml': both('vip') });
  const side = async () => {
    const runs = ['active', 'vip'].map((name) =>
      rig.run(['run', '--all', '--wait', '30s', '--select', name], { environment: ENVIRONMENT }),
    );
    for (const ended of await Promise.all(runs)) expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
  };
  await side();
  expect(members()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  await set("'1', '5'", 'active = FALSE');
  await set("'6', '9'", 'vip = FALSE');
  await side();
  expect(members()).toEqual(['2', '3', '4', '5', '6', '7', '8']);
  expect(new Set(read().manifests.map(({ sync }) => sync))).toEqual(new Set(['active.lake', 'vip.lake']));
  expect(listed()).toEqual(parts());
});
