/**
 * Hours of a process that stays, under a clock of events: its memory is flat, what it has open does not grow, and the
 * state's tables are bounded by what is kept. `SEGSYNC_HOURS=12` for half a day.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { type Instant, parseInstant } from '../../src/instant.ts';
import { warehouse } from '../../src/warehouse/duckdb/index.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { type VirtualWorld, virtualWorld } from '../virtual-world.ts';
import { FILE_DESTINATION, type Folder, makeFolder, projectText, SEED, segmentText } from './project.ts';

const MINUTE = 60_000_000n;
const DAY = 1440n * MINUTE;
const START = parseInstant('2026-11-20T00:00:00Z', 'UTC')!;
const MINUTES = Math.max(20, Math.round(Number(process.env.SEGSYNC_HOURS ?? 0) * 60));
const SAMPLES = 10;
const VIEW_MINUTES = 5;
/** Looked at every four seconds. */
const TIERS = 'tiers:\n  realtime: { every: 32s }\n';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let folder: Folder;
// What is imported while time passes would take none of it.
beforeAll(async () => {
  const { loadDestination, loadWarehouse } = await import('../../src/adapters.ts');
  await loadWarehouse(virtualWorld(0n), 'duckdb');
  await loadDestination(virtualWorld(0n), 'file');
  await import('../../src/warehouse/duckdb/connect.ts');
  await import('../../src/run/execute.ts');
  await import('../../src/commands/watch.ts');
});
afterEach(() => folder.remove());

interface Running {
  readonly world: VirtualWorld;
  /** Somebody else who writes into the warehouse meanwhile. */
  readonly shop: Session;
  readonly stop: () => Promise<void>;
}

async function start(files: Readonly<Record<string, string>>, retain: string): Promise<Running> {
  const target = '{ type: duckdb, path: data.duckdb, init: seed.sql }';
  folder = await makeFolder({
    'segsync.yaml': `${projectText({ target, timezone: 'UTC', tiers: TIERS })}state: { retain: ${retain} }\n`,
    'seed.sql': SEED,
    'destinations/out.yaml': FILE_DESTINATION,
    ...files,
  });
  const world = virtualWorld(START, ['run', '--watch', '--quiet', '--project-dir', folder.path]);
  let exit: number | undefined;
  void main(world).then((code) => {
    exit = code;
  });
  await world.passUntil(START + MINUTE);
  const request = { world: realWorld(), root: folder.path, access: 'write', label: 'shop' } as const;
  const shop = await warehouse.connect({ ...request, options: { path: 'data.duckdb' } });
  const stop = async (): Promise<void> => {
    await shop.close();
    world.signal('SIGTERM');
    await world.passUntil(world.clock.now() + MINUTE, () => exit !== undefined);
    expect(exit).toBe(143);
  };
  return { world, shop, stop };
}

/** In and, when the window is over, out again. */
async function view(shop: Session, at: Instant, customer: number): Promise<void> {
  const when = `make_timestamptz(${at})`;
  await shop.execute(`INSERT INTO shop.events VALUES ('c${customer % 20}', 'viewed', ${when}, ${when})`);
}

test('fifteen looks a minute: memory and what is open stay as they are', {
  timeout: 60_000 * MINUTES,
}, async () => {
  const { world, shop, stop } = await start({ 'segments/now.yaml': segmentText('realtime', '45s') }, '1d');
  const measured: { readonly heap: number; readonly waiting: number; readonly handles: number }[] = [];
  for (let minute = 2; minute <= MINUTES; minute++) {
    if (minute % VIEW_MINUTES === 0) await view(shop, world.clock.now(), minute);
    await world.passUntil(START + BigInt(minute) * MINUTE);
    if (minute % Math.ceil(MINUTES / SAMPLES) !== 0) continue;
    collect();
    const handles = process.getActiveResourcesInfo().length;
    const heap = process.memoryUsage().heapUsed;
    measured.push({ heap, waiting: world.waiting, handles });
    console.log(`minute ${minute}: ${JSON.stringify(measured.at(-1))}`);
  }
  const [ticks] = await shop.query('SELECT count(*) AS n FROM segsync.ticks');
  await stop();
  // Each view is an enter and an exit, in ticks of their own; those that change nothing leave no line.
  expect(Number(ticks!.n)).toBeGreaterThan((2 * MINUTES) / VIEW_MINUTES - 3);
  const [early, late] = [measured[1]!, measured.at(-1)!];
  const told = JSON.stringify(measured);
  // What the test's own tools remember grows a little.
  expect(late.heap - early.heap, told).toBeLessThan(8 * 2 ** 20);
  expect(late.waiting, told).toBeLessThanOrEqual(early.waiting + 2);
  expect(late.handles, told).toBeLessThanOrEqual(early.handles + 2);
});

test('days of an hour each: the tables hold what is kept, and no more', { timeout: 600_000 }, async () => {
  const { world, shop, stop } = await start({ 'segments/soon.yaml': segmentText('frequent', '12m') }, '6h');
  const counts: number[] = [];
  const TABLES = ['ticks', 'changes', 'batches', 'runs', 'meta'];
  for (let day = 0n; day < 5n; day++) {
    for (let minute = 5n; minute <= 60n; minute += 5n) {
      await view(shop, world.clock.now(), Number(minute));
      await world.passUntil(START + day * DAY + minute * MINUTE);
    }
    const rows = await shop.query(
      TABLES.map((name) => `SELECT count(*) AS n FROM segsync.${name}`).join(' UNION ALL '),
    );
    counts.push(rows.reduce((sum, { n }) => sum + Number(n), 0));
    world.sleepThrough(23 * 3_600_000);
  }
  await stop();
  // A day brings so much; what is older than six hours is gone by the day after.
  expect(counts[0], String(counts)).toBeGreaterThan(30);
  for (const count of counts.slice(1)) expect(count, String(counts)).toBeLessThan(1.7 * counts[0]!);
});
