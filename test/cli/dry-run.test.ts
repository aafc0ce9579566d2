/** A dry run changes nothing: not in the warehouse, not at a destination, not in a file; and tells what a run then does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { Dice } from '../brute-force/dice.ts';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { SHOP, shopFiles, Traffic } from '../chaos/shop.ts';
import { snapshotOf } from '../chaos/snapshot.ts';
import { asAdministrator, engines } from '../engines.ts';
import { build, type Ended } from './segsync.ts';

const files: ProjectFiles = (places) => ({
  ...shopFiles(places),
  'destinations/files.yaml': 'type: file\ndirectory: out\n',
  'segments/filed.yaml':
    'entity: customer\nwhere: {trait: status, ne: gone}\nsync: [{to: files, match: [email]}]\n',
});

/** `members` shows the last tick's; everything else looks at what is there now. */
const COMMANDS: readonly (readonly string[])[] = [
  ['plan'],
  ['plan', '--due'],
  ['plan', '--full', '--json'],
  ['run', '--dry-run', '--all'],
  ['run', '--dry-run'],
  ['compile'],
  ['compile', 'inside', '--full', '--json'],
  ['members', 'inside', '--format', 'csv'],
  ['members', 'inside', '--key', '2001'],
  ['explain', 'inside', '2001'],
  ['explain', 'inside', '2001', '--at', '2026-01-01', '--json'],
  ['validate'],
  ['validate', '--connect'],
];

/** For the states and roles that differ little. The first prints a plan. */
const FEW = [
  ['plan', '--json'],
  ['run', '--dry-run', '--all'],
  ['compile'],
  ['members', 'inside', '--key', '2001'],
  ['explain', 'inside', '2001'],
];

beforeAll(build);

for (const engine of engines) {
  describe(engine.name, () => {
    let rig: Rig;
    const traffic = new Traffic(new Dice(7));
    beforeAll(async () => {
      rig = await openRig(engine, files);
      await rig.change([...SHOP, ...traffic.next(30)]);
    });
    afterAll(() => rig.drop());

    it('changes nothing before the first run, and foretells it', async () => {
      // As processes, all at once: those that only read must not be in one another's way either.
      await expectUnchanged(rig, COMMANDS, (command) => rig.run(command) as Promise<Ended>);
      await expectForetold(rig);
      expect(existsSync(join(rig.folder, 'out', 'filed.ndjson'))).toBe(true);
    });

    it('changes nothing while changes wait, and foretells them', async () => {
      await rig.change([...traffic.next(20), ...traffic.next(10)]);
      await expectUnchanged(rig, [...FEW, ['plan', '--full'], ['members', 'inside']]);
      const { segments, syncs } = await expectForetold(rig);
      expect(segments.find(({ segment }) => segment === 'inside')!.entered).toBeGreaterThan(10);
      expect(syncs.find(({ sync }) => sync === 'inside.hook')!.planned).toMatchObject({
        add: expect.any(Number),
        remove: expect.any(Number),
        update: expect.any(Number),
      });
    });

    it('changes nothing after a run that was killed, and foretells how that is set right', async () => {
      await rig.change(traffic.next(60));
      await killMidway(rig);
      // DuckDB has left what it had not yet put into the file in a log beside it.
      const names = Object.keys((await snapshotOf(rig)).files);
      expect(names.some((name) => name.endsWith('.wal'))).toBe(engine.name === 'duckdb');
      await expectUnchanged(rig, FEW);
      await expectForetold(rig);
      await expectUnchanged(rig, [['plan', '--detailed-exitcode']]);
    });
  });
}

describe('a DuckDB target without its file', () => {
  it('is made in memory by its init, and foretold', async () => {
    const [duckdb] = engines;
    const rig = await openRig(duckdb!, (places) => ({
      ...files({ ...places, target: { type: 'duckdb', path: 'data/corner.duckdb', init: 'shop.sql' } }),
      'shop.sql': [...SHOP, ...new Traffic(new Dice(3)).next(12)].join(';\n'),
    }));
    try {
      await expectUnchanged(rig, FEW);
      expect(existsSync(join(rig.folder, 'data'))).toBe(false);
      await expectForetold(rig);
    } finally {
      await rig.drop();
    }
  });
});

describe('PostgreSQL roles that may only read', () => {
  /** What each may do beyond reading, or is told not to do; all are members of the role `reader`. */
  const GRANTS: Readonly<Record<string, (role: string, database: string) => string>> = {
    plain: () => '',
    temporary: (role, database) => `GRANT TEMPORARY ON DATABASE ${database} TO ${role}`,
    read_only: (role) => `ALTER ROLE ${role} SET default_transaction_read_only = on`,
    both: (role, database) =>
      `GRANT TEMPORARY ON DATABASE ${database} TO ${role}; ALTER ROLE ${role} SET default_transaction_read_only = on`,
  };
  const traffic = new Traffic(new Dice(11));
  let rig: Rig;
  let reader: URL;
  let database: string;
  const roleOf = (name: string): string => `${reader.username}_${name}`;

  beforeAll(async () => {
    rig = await openRig(engines[1]!, files);
    await rig.change([...SHOP, ...traffic.next(20)]);
    reader = new URL(String((await rig.opened.readOnlyTarget()).url));
    database = reader.pathname.slice(1);
    await asAdministrator(async (client) => {
      for (const [name, grant] of Object.entries(GRANTS)) {
        const role = roleOf(name);
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}' IN ROLE ${reader.username}`);
        await client.query(grant(role, database));
      }
    }, database);
  });
  afterAll(async () => {
    await rig.drop();
    await asAdministrator(async (client) => {
      for (const name of Object.keys(GRANTS)) await client.query(`DROP ROLE IF EXISTS ${roleOf(name)}`);
    });
  });

  /** The same plan whoever asks, and the one that comes true. */
  const expectPlans = async (): Promise<void> => {
    const plans: unknown[] = [];
    for (const name of Object.keys(GRANTS)) {
      const url = new URL(reader);
      url.username = url.password = roleOf(name);
      await rig.write(files, { type: 'postgres', url: url.toString() });
      const [plan] = await expectUnchanged(rig, FEW);
      plans.push(figuresOf(JSON.parse(plan!) as RunReport));
    }
    await rig.write(files);
    const foretold = figuresOf(await expectForetold(rig));
    expect(plans).toEqual(plans.map(() => foretold));
  };

  it('plan before the first run', expectPlans);

  it('plan once there is state', async () => {
    await rig.change(traffic.next(15));
    const grants = `GRANT USAGE ON SCHEMA segsync TO ${reader.username}; GRANT SELECT ON ALL TABLES IN SCHEMA segsync TO ${reader.username}`;
    await asAdministrator((client) => client.query(grants), database);
    await expectPlans();
  });

  it('cannot run', async () => {
    const url = new URL(reader);
    url.username = url.password = roleOf('temporary');
    await rig.write(files, { type: 'postgres', url: url.toString() });
    const { exit, stderr } = await rig.call(['run', '--all']);
    expect(exit, stderr).toBe(1);
    expect(stderr).toMatch(/permission denied/);
  });
});

/** Commands, and the way they are run. Resolves to what they print. */
async function expectUnchanged(
  rig: Rig,
  commands: readonly (readonly string[])[],
  run: (command: readonly string[]) => Promise<Ended> = rig.call,
): Promise<string[]> {
  const before = await snapshotOf(rig);
  const ended = await Promise.all(commands.map((command) => run(command)));
  for (const [index, { exit, stdout, stderr }] of ended.entries()) {
    const what = `${commands[index]!.join(' ')}\n${stderr}`;
    expect(exit, what).toBe(0);
    expect(stderr, what).not.toMatch(/error|defect/);
    if (commands[index]![0] !== 'members') expect(stdout, what).not.toBe('');
  }
  expect(await snapshotOf(rig)).toEqual(before);
  return ended.map(({ stdout }) => stdout);
}

/** The plan's figures are those of the run that follows. */
async function expectForetold(rig: Rig): Promise<RunReport> {
  const planned = reportOf(await rig.call(['plan', '--json']));
  const before = rig.receiver.requests.length;
  const done = reportOf(await rig.call(['run', '--all', '--json']));
  expect(figuresOf(done)).toEqual(figuresOf(planned));
  for (const { sync, planned: intended, delivered } of done.syncs) expect(delivered, sync).toEqual(intended);

  const hooked = planned.syncs.filter(({ sync }) => !sync.startsWith('filed'));
  const requests = hooked.reduce((sum, sync) => sum + sync.requests!, 0);
  // An update may take two steps, and second steps leave as the first ones are answered: not always in full batches.
  const updates = hooked.reduce((sum, sync) => sum + sync.planned.update, 0);
  const sent = rig.receiver.requests.length - before;
  expect(sent).toBeGreaterThanOrEqual(requests);
  expect(sent).toBeLessThanOrEqual(requests + updates);
  expect(requests).toBeGreaterThan(0);
  return planned;
}

function figuresOf({ status, segments, syncs }: RunReport): unknown {
  return {
    status,
    // What it costs only a plan asks.
    segments: segments.map(({ duration_ms, cost, ...figures }) => figures),
    // A run reports them as they end.
    syncs: syncs
      .map(({ sync, planned, unmatchable, held }) => ({ sync, planned, unmatchable, held }))
      .sort((a, b) => (a.sync < b.sync ? -1 : 1)),
  };
}

function reportOf({
  exit,
  stdout,
  stderr,
}: {
  exit: number | null;
  stdout: string;
  stderr: string;
}): RunReport {
  expect(exit, stderr + stdout).toBe(0);
  return JSON.parse(stdout) as RunReport;
}

async function killMidway(rig: Rig): Promise<void> {
  rig.receiver.always(() => ({ delayMs: 100, drop: 'after' }));
  const before = rig.receiver.requests.length;
  const running = rig.start(['run', '--all']);
  while (!running.isOver() && rig.receiver.requests.length < before + 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  running.kill();
  const { signal } = await running.ended;
  expect(signal).toBe('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 300));
  rig.receiver.always(undefined);
}
