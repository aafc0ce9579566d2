/** Two runs at once: one works, the other says whose it is and exits 75, or waits; nobody waits for the dead. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { Dice } from '../brute-force/dice.ts';
import { expectAudiences } from '../chaos/audiences.ts';
import type { Ended, Running } from '../chaos/program.ts';
import { openRig, type Rig } from '../chaos/rig.ts';
import { SHOP, shopFiles, Traffic } from '../chaos/shop.ts';
import { engines } from '../engines.ts';
import { build } from './segsync.ts';

const LEASE_MS = 30_000;

beforeAll(build);

for (const engine of engines) {
  describe(engine.name, () => {
    let rig: Rig;
    let traffic: Traffic;
    beforeEach(async () => {
      traffic = new Traffic(new Dice(5));
      rig = await openRig(engine, shopFiles);
      await rig.change([...SHOP, ...traffic.next(30)]);
    });
    afterEach(() => rig.drop());

    it('leaves the work to the first and names it', async () => {
      const first = await startSlow(rig, ['run', '--all']);
      const second = await rig.run(['run', '--all']);
      expect(second.exit, second.stderr).toBe(75);
      expect(second.stderr).toMatch(new RegExp(`(PID|process) ${first.id}\\b`));
      expect(second.stderr).not.toMatch(/E699| {4}at /);
      expect(first.isOver()).toBe(false);
      await finish(rig, first);
      await expectAudiences(rig);
    });

    it('gives up when it has waited as long as it was told', async () => {
      const first = await startSlow(rig, ['run', '--all']);
      const second = await rig.run(['run', '--all', '--wait', '1s']);
      expect(second.exit, second.stderr).toBe(75);
      expect(second.ms).toBeGreaterThan(1_000);
      expect(second.ms).toBeLessThan(LEASE_MS);
      await finish(rig, first);
    });

    it('waits with --wait, then does what there is to do', async () => {
      const first = await startSlow(rig, ['run', '--all', '--select', 'inside']);
      const waiting = rig.start(['run', '--all', '--json', '--wait', '60s']);
      await sleep(1_500);
      expect(waiting.isOver()).toBe(false);
      await finish(rig, first);
      const report = reportOf(await waiting.ended);
      expect(report.segments.map(({ segment, reason }) => ({ segment, reason }))).toEqual([
        { segment: 'buyers', reason: 'first_tick' },
        expect.objectContaining({ segment: 'inside' }),
      ]);
      await expectAudiences(rig);
      await expectCounted(rig, report);
    });

    it('goes on at once after a run that was killed', async () => {
      const first = await startSlow(rig, ['run', '--all']);
      first.kill();
      expect((await first.ended).signal).toBe('SIGKILL');
      const [lease] = await rig.query(
        'SELECT count(*) AS n FROM segsync.leases WHERE owner IS NOT NULL AND expires_at > now()',
      );
      expect(Number(lease!.n)).toBeGreaterThan(0);
      rig.receiver.always(undefined);
      const next = await rig.run(['run', '--all']);
      expect(next.exit, next.stderr).toBe(0);
      expect(next.ms).toBeLessThan(LEASE_MS / 2);
      await expectAudiences(rig);
    });
  });
}

describe('on PostgreSQL, where several processes can work at once', () => {
  let rig: Rig;
  let traffic: Traffic;
  beforeEach(async () => {
    traffic = new Traffic(new Dice(6));
    rig = await openRig(engines[1]!, shopFiles);
    await rig.change([...SHOP, ...traffic.next(30)]);
  });
  afterEach(() => rig.drop());

  it('does what is free and leaves out what is not', async () => {
    const first = await startSlow(rig, ['run', '--all', '--select', 'inside']);
    const second = rig.start(['run', '--all', '--json']);
    const running = second.ended;
    // Its own requests are answered; those of the first still wait.
    rig.receiver.always(undefined);
    const { exit, stdout, stderr } = await running;
    expect(exit, stderr).toBe(0);
    const report = JSON.parse(stdout) as RunReport;
    const of = (name: string) => report.segments.find(({ segment }) => segment === name);
    expect(of('buyers')).toMatchObject({ mode: 'full', reason: 'first_tick' });
    expect(of('inside')).toMatchObject({ mode: 'skipped', reason: 'locked' });
    expect(report.syncs.filter(({ skipped }) => skipped === 'locked')).toHaveLength(2);
    expect(first.isOver()).toBe(false);
    expect((await first.ended).exit).toBe(0);
    await expectAudiences(rig);
  });

  it('sees, after waiting, what the other has done and what has happened since', async () => {
    const first = await startSlow(rig, ['run', '--all']);
    await rig.change(traffic.next(25));
    const waiting = rig.start(['run', '--all', '--json', '--wait', '60s']);
    await sleep(1_500);
    expect(waiting.isOver()).toBe(false);
    await finish(rig, first);
    const report = reportOf(await waiting.ended);
    expect(report.segments.find(({ segment }) => segment === 'inside')).toMatchObject({
      reason: 'changed_keys',
      entered: 25,
    });
    await expectAudiences(rig);
    await expectCounted(rig, report);
    const [clock] = await rig.query(
      'SELECT count(*) AS n FROM segsync.segments WHERE evaluated_at < (SELECT max(evaluated_at) FROM segsync.ticks)',
    );
    expect(clock!.n, 'segments whose time went back').toBe('0');
  });

  it('sends each change once when many runs start at the same moment', async () => {
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => rig.run(['run', '--all', '--wait', '60s'])),
    );
    expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 0, 0]);
    await expectAudiences(rig);
    const keys = rig.receiver.requests.flatMap(({ body }) => {
      const { data } = JSON.parse(body) as { data: { sync: string; changes: { op: string; key: string }[] } };
      return data.changes.map(({ op, key }) => `${data.sync} ${op} ${key}`);
    });
    expect(keys).toHaveLength(new Set(keys).size);
  });
});

/** A run that is in the middle of its delivery, kept busy by a receiver that takes its time. */
async function startSlow(rig: Rig, args: readonly string[]): Promise<Running> {
  let arrived = 0;
  rig.receiver.always(() => {
    arrived += 1;
    return { delayMs: 4_000 };
  });
  const running = rig.start(args);
  while (arrived === 0) {
    if (running.isOver()) throw new Error(`the run ended early: ${(await running.ended).stderr}`);
    await sleep(10);
  }
  return running;
}

/** From here on the receiver answers at once. */
async function finish(rig: Rig, running: Running): Promise<void> {
  rig.receiver.always(undefined);
  const { exit, stderr } = await running.ended;
  expect(exit, stderr).toBe(0);
}

/** The report and the table `segments` count whom `membership` holds. */
async function expectCounted(rig: Rig, report: RunReport): Promise<void> {
  const rows = await rig.query(
    'SELECT segment, members, (SELECT count(*) FROM segsync.membership AS m WHERE m.segment = s.segment) AS counted FROM segsync.segments AS s',
  );
  for (const { segment, members, counted } of rows) {
    expect(members, segment!).toBe(counted);
    expect(report.segments.find((each) => each.segment === segment)?.members, segment!).toBe(Number(counted));
  }
}

function reportOf({ exit, stdout, stderr }: Ended): RunReport {
  expect(exit, stderr + stdout).toBe(0);
  return JSON.parse(stdout) as RunReport;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
