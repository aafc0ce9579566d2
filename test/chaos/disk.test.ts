/**
 * The disk is full: below the database, or below the files that are delivered. A run says so; once there is room again,
 * the next one sets everything right.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../brute-force/dice.ts';
import { build } from '../cli/segsync.ts';
import { shelfIn } from '../conformance/destination/run-harness.ts';
import { engines } from '../engines.ts';
import { type Line, parseLines, replay } from '../replay-files.ts';
import { readRuns } from '../run-reader.ts';
import { expectAudiences } from './audiences.ts';
import type { Ended } from './program.ts';
import { openRig, type ProjectFiles, type Rig } from './rig.ts';
import { AUDIENCES, SHOP, shopFiles, Traffic } from './shop.ts';
import { expectWhole, prepare } from './storm.ts';
import { openTinyDisk, type TinyDisk } from './tiny-disk.ts';
import { isRefused, stormFiles } from './weather.ts';

const [duckdb, postgres] = ['duckdb', 'postgres'].map((name) => engines.find((each) => each.name === name)!);

beforeAll(build);

let rig: Rig | undefined;
let disk: TinyDisk | undefined;
afterEach(async () => {
  await rig?.drop();
  disk?.close();
  [rig, disk] = [undefined, undefined];
});

/** Mounting a file system is not permitted everywhere; a limit on what a process may write is. */
const probe = openTinyDisk(1);
probe?.close();

describe.skipIf(!probe)('a disk that is full', () => {
  it('below DuckDB: nothing is lost', { timeout: 120_000 }, async () => {
    disk = openTinyDisk(48)!;
    rig = await openRig(duckdb!, stormFiles, disk.folder);
    const traffic = new Traffic(new Dice(11));
    await prepare(rig, traffic);
    const exits: (number | null)[] = [];
    for (const left of [0, 64, 256, 1024]) {
      await rig.change(traffic.next(200));
      disk.fill(left);
      const ended = await rig.run(['run', '--all']);
      disk.clear();
      exits.push(ended.exit);
      expectTold(ended);
    }
    console.log(`full disk below DuckDB: exits ${exits.join(', ')}`);
    expect(exits.filter((exit) => exit !== 0).length).toBeGreaterThan(0);
    await expectWhole(rig);
    await expectAudiences(rig, isRefused);
  });

  it('below the files that are delivered: each line is there or told to be missing', {
    timeout: 120_000,
  }, async () => {
    disk = openTinyDisk(8)!;
    rig = await openRig(postgres!, toFiles(disk.folder));
    await loadMany(rig);
    disk.fill(300);
    const failed = await rig.run(['run', '--all']);
    expect({ exit: failed.exit, told: failed.stderr.includes('the disk is full') }, failed.stderr).toEqual({
      exit: 1,
      told: true,
    });
    disk.clear();
    await expectWhole(rig);
    await expectFile(rig, join(disk.folder, 'buyers.ndjson'));
  });

  it('below whole runs: none is told before it is there', { timeout: 120_000 }, async () => {
    disk = openTinyDisk(8)!;
    rig = await openRig(postgres!, toFiles(disk.folder, 'runs'));
    await loadMany(rig);
    disk.fill(300);
    const failed = await rig.run(['run', '--all']);
    expect({ exit: failed.exit, told: failed.stderr.includes('the disk is full') }, failed.stderr).toEqual({
      exit: 1,
      told: true,
    });
    const shelf = shelfIn(disk.folder);
    expect(shelf.list('').filter((path) => path.endsWith('.tmp'))).toEqual([]);
    expect([...readRuns(shelf, 'buyers').members]).toEqual([]);
    disk.clear();
    await expectWhole(rig);
    const members = await rig.query(AUDIENCES.buyers!.sql);
    expect([...readRuns(shelf, 'buyers').members.keys()].sort()).toEqual(members.map(({ k }) => k!).sort());
  });
});

it('a file that may not grow is a full disk, too', { timeout: 120_000 }, async () => {
  rig = await openRig(postgres!, toFiles('out'));
  await loadMany(rig);
  const failed = await rig.run(['run', '--all'], { fileBlocks: 300 });
  expect({ exit: failed.exit, told: /E411.*too large/.test(failed.stderr) }, failed.stderr).toEqual({
    exit: 1,
    told: true,
  });
  await expectWhole(rig);
  await expectFile(rig, join(rig.folder, 'out', 'buyers.ndjson'));
});

/** Lines of about 200 bytes: more than fits, so that one is torn. */
async function loadMany(one: Rig): Promise<void> {
  const traffic = new Traffic(new Dice(12));
  await one.change([...SHOP, ...traffic.next(4_000)]);
}

const toFiles =
  (directory: string, layout = 'append'): ProjectFiles =>
  (places) => ({
    ...shopFiles(places),
    'destinations/hook.yaml': `type: file\ndirectory: ${directory}\nformat: ndjson\nlayout: ${layout}\n`,
  });

function expectTold({ exit, signal, stderr }: Ended): void {
  expect([0, 1, 75], `${signal} ${stderr}`).toContain(exit);
  expect(stderr).not.toMatch(/E699|^ {4}at /m);
  if (exit !== 0) expect(stderr).toMatch(/error\[E\d+\]/);
}

/** Played, the file gives the audience; of what was torn, a line is left that is no JSON. */
async function expectFile({ query }: Rig, path: string): Promise<void> {
  const lines = readFileSync(path, 'utf8').split('\n').flatMap(whole);
  const members = await query(AUDIENCES.buyers!.sql);
  expect([...replay(lines).keys()].sort()).toEqual(members.map(({ k }) => k!).sort());
}

function whole(line: string): Line[] {
  try {
    return parseLines('x.ndjson', line);
  } catch {
    return [];
  }
}
