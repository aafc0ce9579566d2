/** A damped segment on the command line: who waits, and what is said of them. */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, expect, it } from 'vitest';
import { build, folderOf, SHOP, segsync } from './segsync.ts';

beforeAll(build);

const FILES = {
  ...SHOP,
  'segments/opted_in.yaml':
    'entity: customer\ntier: realtime\nsettle: 1h\nstay_at_least: 2h\nwhere: { trait: opt_in, eq: true }\nsync: [{ to: files }]\n',
};

async function change(folder: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'data.duckdb'));
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

const opted = (key: number, is: boolean): string =>
  `UPDATE shop.customers SET opt_in = ${is}, updated_at = now() WHERE customer_id = '${key}'`;

it('explain and members tell who waits, and until when; a run sends nothing of it', {
  timeout: 240_000,
}, async () => {
  await using folder = await folderOf(FILES);
  const run = async (...args: string[]) => {
    const { stdout, exit } = await segsync(folder.path, args);
    expect(exit).toBe(0);
    return stdout;
  };
  const ran = async () => JSON.parse(await run('run', '--all', '--select', 'opted_in', '--json'));
  expect((await ran()).segments[0]).toMatchObject({ members: 600, entered: 600 });
  expect(await run('explain', 'opted_in', '1')).toContain('customer 1 is not in opted_in');
  await change(folder.path, opted(1, true), opted(2, false));

  const soon = await run('explain', 'opted_in', '1');
  expect(soon).toContain('customer 1 is not yet in opted_in\n');
  expect(soon).toContain('The next evaluation makes it wait, by `settle`.\n');

  const { segments, syncs } = await ran();
  expect(segments[0]).toMatchObject({ mode: 'incremental', members: 600, entered: 0, exited: 0 });
  expect(syncs[0]).toMatchObject({ planned: { add: 0, remove: 0, update: 0 } });

  const enters = await run('explain', 'opted_in', '1');
  expect(enters).toContain('Not a member when the segment was last evaluated');
  expect(enters.replace(/\s+/g, ' ')).toMatch(/Waits since \S+Z and enters not before \S+Z, by `settle`\./);
  const leaves = await run('explain', 'opted_in', '2');
  expect(leaves).toContain('customer 2 is still in opted_in, which does not hold any more\n');
  expect(leaves).toMatch(/Leaves not before \S+Z, by `stay_at_least`\./);

  const told = JSON.parse(await run('explain', 'opted_in', '1', '--json'));
  const { waits } = told.membership;
  expect(told).toMatchObject({ holds: true, membership: { member: false, waits: { op: 'enter' } } });
  expect(Date.parse(waits.until) - Date.parse(waits.since)).toBe(3_600_000);

  const key = (each: string, ...args: string[]) => run('members', 'opted_in', '--key', each, ...args);
  expect(await key('1')).toBe(`1 is not in opted_in: it enters not before ${waits.until}\n`);
  expect(await key('1', '--now', waits.until)).toBe('1 is in opted_in\n');
  expect(await key('2')).toMatch(/^2 is in opted_in: it leaves not before \S+Z\n$/);
  expect(await key('3')).toBe('3 is not in opted_in\n');
  expect(JSON.parse(await key('2', '--json'))).toMatchObject({ member: true, waits: { op: 'exit' } });

  const plan = JSON.parse(await run('plan', '--select', 'opted_in', '--now', waits.until, '--json'));
  expect(plan.segments[0]).toMatchObject({ entered: 1, exited: 0 });
});

it('validate warns of times that the tier makes meaningless', async () => {
  const text =
    'entity: customer\ntier: daily\nsettle: 1h\nstay_at_least: 2h\nwhere: { trait: opt_in, eq: true }\n';
  await using folder = await folderOf({ ...SHOP, 'segments/opted_in.yaml': text });
  const { stderr, exit } = await segsync(folder.path, ['validate']);
  expect(exit).toBe(0);
  expect(stderr).toContain(
    'warning[W150]: `settle: 1h` is shorter than the time between two evaluations of tier `daily`, 1d:',
  );
  expect(stderr).toContain('  --> segments/opted_in.yaml:3:9');
  expect(stderr).toContain(
    'warning[W151]: `stay_at_least: 2h` is shorter than the time between two evaluations of tier `daily`, 1d:',
  );
});
