/** Days of a process that stays, under a clock of events: what ran when equals tables written by hand. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { type Instant, parseInstant } from '../../src/instant.ts';
import { type VirtualWorld, virtualWorld } from '../virtual-world.ts';
import { FILE_DESTINATION, type Folder, makeFolder, projectText, SEED, segmentText } from './project.ts';

const at = (text: string): Instant => parseInstant(text, 'UTC')!;

// What is imported while time passes would take none of it.
beforeAll(async () => {
  const { loadDestination, loadWarehouse } = await import('../../src/adapters.ts');
  const world = virtualWorld(0n);
  await loadWarehouse(world, 'duckdb');
  await loadDestination(world, 'file');
  await import('../../src/warehouse/duckdb/connect.ts');
  await import('../../src/run/execute.ts');
  await import('../../src/commands/watch.ts');
});

let folder: Folder;
afterEach(() => folder.remove());

const TIERS = `tiers:
  odd: { every: 90m, at: "00:30" }
  weekly: { every: 7d, at: "08:00" }
`;

function files(): Record<string, string> {
  return {
    'segsync.yaml': projectText({
      target: '{ type: duckdb, path: data.duckdb, init: seed.sql }',
      tiers: TIERS,
    }),
    'seed.sql': SEED,
    'destinations/out.yaml': FILE_DESTINATION,
    'segments/quarters.yaml': segmentText('frequent', '10m'),
    'segments/hours.yaml': segmentText('hourly', '1h'),
    'segments/odd_hours.yaml': segmentText('odd', '2h'),
    'segments/days.yaml': segmentText('daily', '1d'),
    'segments/weeks.yaml': segmentText('weekly', '7d'),
  };
}

/** A process from `start`, until it is stopped. */
class Process {
  readonly world: VirtualWorld;
  readonly #exit: Promise<number>;

  private constructor(start: string) {
    const events = join(folder.path, 'events.ndjson');
    this.world = virtualWorld(at(start), [
      'run',
      '--watch',
      '--project-dir',
      folder.path,
      '--events',
      events,
    ]);
    this.#exit = main(this.world);
  }

  /** Time begins to pass once it watches: what it is made of is read from disk first. */
  static async start(start: string): Promise<Process> {
    const process = new Process(start);
    while (!process.world.written.stderr.includes('Watching'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    return process;
  }

  until(instant: string): Promise<void> {
    return this.world.passUntil(at(instant));
  }

  async stop(): Promise<void> {
    this.world.signal('SIGTERM');
    let exit: number | undefined;
    void this.#exit.then((code) => {
      exit = code;
    });
    await this.world.passUntil(this.world.clock.now() + 60_000_000n, () => exit !== undefined);
    expect(exit).toBe(143);
  }
}

/** When each segment was evaluated, to the second. */
async function evaluated(): Promise<Map<string, string[]>> {
  const lines = (await readFile(join(folder.path, 'events.ndjson'), 'utf8')).trim().split('\n');
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const { at: when, event, result } = JSON.parse(line);
    if (event !== 'segment_evaluated' || result.mode === 'skipped') continue;
    found.set(result.segment, [...(found.get(result.segment) ?? []), when.slice(5, 19)]);
  }
  return found;
}

/** Times of one day, as a person writes them. */
function on(day: string, times: string): string[] {
  return times
    .trim()
    .split(/\s+/)
    .map((time) => `${day}T${time}${time.length === 5 ? ':00' : ''}`);
}

test('the day that has 25 hours, a restart and a machine that slept', { timeout: 300_000 }, async () => {
  folder = await makeFolder(files());
  // Berlin goes from +02:00 to +01:00 at 01:00Z on 25 October 2026.
  const first = await Process.start('2026-10-25T00:20:00Z');
  await first.until('2026-10-25T05:10:00Z');
  await first.stop();
  const second = await Process.start('2026-10-25T08:12:20Z');
  await second.until('2026-10-25T09:10:00Z');
  // Three hours and a half in a bag, and then the night.
  second.world.sleepThrough(3.5 * 3_600_000);
  await second.until('2026-10-25T13:10:00Z');
  second.world.sleepThrough(15.5 * 3_600_000);
  await second.until('2026-10-26T05:35:00Z');
  await second.stop();
  const found = await evaluated();
  expect(found.get('hours')).toEqual([
    ...on('10-25', '00:20 01:00 02:00 03:00 04:00 05:00'),
    // Three were missed, and are done once; so are the three that the machine slept through, and the night's.
    ...on('10-25', '08:12:20 09:00 12:40 13:00'),
    ...on('10-26', '04:40 05:00'),
  ]);
  expect(found.get('odd_hours')).toEqual([
    // 00:30 in Berlin was 22:30Z, and every hour and a half of elapsed time; anew at 00:30 of the next day, 23:30Z.
    ...on('10-25', '00:20 01:30 03:00 04:30'),
    ...on('10-25', '08:12:20 09:00 12:40'),
    ...on('10-26', '04:40 05:30'),
  ]);
  // 06:00 in Berlin: 04:00Z before that night, 05:00Z after it.
  expect(found.get('days')).toEqual([...on('10-25', '00:20 05:00'), ...on('10-26', '05:00')]);
  // Weeks are counted from 1 January 1970, a Thursday.
  expect(found.get('weeks')).toEqual(on('10-25', '00:20'));
  const quarters = found.get('quarters')!;
  expect(quarters.filter((each) => each < '10-25T01:20')).toEqual(
    on('10-25', '00:20 00:25 00:30 00:35 00:40 00:45 00:50 00:55 01:00 01:05 01:10 01:15'),
  );
  expect(quarters.filter((each) => each > '10-25T04:59' && each < '10-25T12:50')).toEqual([
    ...on('10-25', '05:00 05:05 05:10'),
    ...on('10-25', '08:12:20 08:15 08:20 08:25 08:30 08:35 08:40 08:45 08:50 08:55 09:00 09:05 09:10'),
    ...on('10-25', '12:40 12:45'),
  ]);
});
