/** A run that finds nothing due: what a cron line costs in every minute of the day but a few. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../brute-force/dice.ts';
import { openRig, type Rig } from '../chaos/rig.ts';
import { SHOP, shopFiles, Traffic } from '../chaos/shop.ts';
import { engines } from '../engines.ts';
import { relayStatements, type StatementRelay } from '../statement-relay.ts';
import { build } from './segsync.ts';

describe('PostgreSQL', () => {
  let rig: Rig;
  let relay: StatementRelay;
  beforeAll(async () => {
    await build();
    rig = await openRig(engines[1]!, shopFiles);
    await rig.change([...SHOP, ...new Traffic(new Dice(5)).next(30)]);
    relay = await relayStatements(String(rig.opened.target.url));
    await rig.write(shopFiles, { type: 'postgres', url: relay.url });
    expect((await rig.call(['run'])).exit).toBe(0);
  });
  afterAll(async () => {
    await relay.close();
    await rig.drop();
  });

  /** What a run asks the server, by what the statement is about. */
  const askedBy = async (args: readonly string[]): Promise<string[]> => {
    relay.take();
    const { exit, stderr } = await rig.call([...args, '--quiet']);
    expect(exit, stderr).toBe(0);
    return relay
      .take()
      .map((statement) => ABOUT.find(([, about]) => about.test(statement))?.[0] ?? statement);
  };

  const rows = async (table: string): Promise<string> =>
    (await rig.query(`SELECT count(*) AS n FROM segsync.${table}`))[0]!.n!;

  it('asks seven things: no table of the shop, no lease, nothing written', async () => {
    const before = await Promise.all([rows('runs'), rows('ticks'), rows('leases')]);
    expect(await askedBy(['run'])).toEqual(NOTHING_DUE);
    expect(await Promise.all([rows('runs'), rows('ticks'), rows('leases')])).toEqual(before);
  });

  it('asks no more for what waits for news that are not there', async () => {
    expect(await askedBy(['run', '--all', '--after', 'file:never.flag'])).toEqual(NOTHING_DUE);
  });

  it('begins no run for a sync that is paused, or whose destination does not list the target', async () => {
    const files = shopFiles({ target: { type: 'postgres', url: relay.url }, url: rig.receiver.url });
    await rig.write(() => ({
      ...files,
      'segsync.yaml': files['segsync.yaml']!.replace(
        'targets: {',
        'targets: {other: {type: duckdb, path: other.duckdb}, ',
      ),
      'segments/buyers.yaml': 'entity: customer\nwhere: {did: orders}\nsync: [{to: hook}, {to: elsewhere}]\n',
      'destinations/elsewhere.yaml': 'type: file\ntargets: [other]\ndirectory: out\n',
    }));
    expect((await rig.call(['run'])).exit).toBe(0);
    expect((await rig.call(['pause', 'inside.hook'])).exit).toBe(0);
    await rig.change(["UPDATE segsync.syncs SET delivered_at = NULL WHERE sync = 'inside.hook'"]);
    const before = await rows('runs');
    expect(await askedBy(['run'])).toEqual(NOTHING_DUE);
    expect(await rows('runs')).toBe(before);
    const { stdout } = await rig.call(['run']);
    expect(stdout).toContain('skipped     inside.hook: it is paused');
    expect(stdout).toContain('skipped     buyers.elsewhere: its destination does not list this target');
  });
});

const ABOUT: readonly (readonly [string, RegExp])[] = [
  ['settings of the session', /^SET TimeZone/],
  ['version and rights', /server_version_num/],
  ['version of the state', /FROM segsync\.meta .*'schema_version'/],
  ['segments', /FROM segsync\.segments/],
  ['syncs', /FROM segsync\.syncs/],
  ['clock', /clock_timestamp/],
  ['reconciled', /FROM segsync\.meta .*'reconciled:'/],
];

const NOTHING_DUE = ABOUT.map(([name]) => name);
