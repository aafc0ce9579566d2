/** Diagnostics of what no folder of files can show by itself: other processes, rights, clocks, signals. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../src/deliver/check.ts';
import { LITTLE_SHOP } from '../../src/diagnostics/pages/little-shop.ts';
import { parseInstant, SECOND } from '../../src/instant.ts';
import { tickInstant } from '../../src/run/instant.ts';
import { WarehouseError } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { asAdministrator, engines } from '../engines.ts';
import { codesIn } from '../printed-diagnostics.ts';
import { type Ended, segsync } from './segsync.ts';

const world = realWorld();

const files: ProjectFiles = ({ target }) => ({
  ...LITTLE_SHOP,
  'segsync.yaml': LITTLE_SHOP['segsync.yaml']!.replace(/\{ type: duckdb.*\}/, JSON.stringify(target)),
});
const SHOP = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (customer_id TEXT, email TEXT, plan TEXT, points INT, updated_at TIMESTAMPTZ)',
  'CREATE TABLE shop.orders (customer_id TEXT, total DECIMAL, status TEXT, ordered_at TIMESTAMPTZ, loaded_at TIMESTAMPTZ)',
  'CREATE TABLE shop.tickets (customer_id TEXT, status TEXT, updated_at TIMESTAMPTZ)',
];

let rig: Rig;
beforeEach(async () => {
  rig = await openRig(engines[1]!, files);
  await rig.change(SHOP);
});
afterEach(() => rig.drop());

/** But for the password, which stands in the file here. */
const told = (ended: Ended): string[] => codesIn(ended).filter((code) => code !== 'W102');

describe('another process', () => {
  const taken = "UPDATE segsync.leases SET owner = 'runner-1:4242:x', expires_at = now() + INTERVAL '1 hour'";

  it('has what a run leaves out (W702), and what `forget` needs (E506)', async () => {
    expect((await rig.call(['run'])).exit).toBe(0);
    await rig.change([taken]);
    const run = await rig.call(['run', '--all']);
    expect(run.stderr).toContain('warning[W702]: ');
    expect(run.stderr).toContain('runner-1 process 4242');
    expect(run.exit).toBe(75);
    // Cron sends what is printed, and this is no failure.
    const quiet = await rig.call(['run', '--all', '--quiet']);
    expect(quiet).toMatchObject({ exit: 75, stdout: '', stderr: '' });
    const forget = await rig.call(['forget', '7']);
    expect(told(forget)).toEqual(['E506']);
    expect(forget.exit).toBe(75);
  });
});

describe('a signal', () => {
  it.each([
    ['SIGINT', 'E622', 130],
    ['SIGTERM', 'E623', 143],
  ] as const)('%s before there is a report: %s', async (signal, code, exit) => {
    await rig.write(files, { type: 'postgres', host: '127.0.0.1', port: 1, database: 'none' });
    const ended = await segsync(
      rig.folder,
      ['run'],
      {},
      {
        onSignal(listener) {
          listener(signal);
          return () => {};
        },
      },
    );
    expect(told(ended)).toEqual(['W601', code]);
    expect(ended.exit).toBe(exit);
  });
});

describe('clocks', () => {
  it('that differ are told by `doctor` (W303)', async () => {
    const clock = { ...world.clock, now: () => world.clock.now() - 95n * SECOND };
    const { stdout } = await segsync(rig.folder, ['doctor'], {}, { clock });
    expect(stdout).toContain('warning[W303]: the clocks of target dev and of this machine are 95s apart');
  });

  it('that went back stand still, with a word (W701)', () => {
    const [clock, last] = ['2026-05-01T08:00:00Z', '2026-05-01T08:05:00Z'].map(
      (text) => parseInstant(text, 'UTC')!,
    );
    const said: string[] = [];
    const options = { clock: clock!, mayLookAhead: false, states: [{ evaluatedAt: last! }] };
    const results = {
      warn: ({ code, message }: { code: string; message: string }) => said.push(`${code} ${message}`),
    };
    expect(tickInstant(options as never, results as never)).toBe(last);
    expect(said).toEqual([
      "W701 the warehouse's clock is 5m behind the last tick; until it has caught up, time stands still",
    ]);
  });
});

describe('the warehouse', () => {
  it('that fails in a delivery is named with the sync (E455)', () => {
    const error = new WarehouseError('statement', 'no space left on device');
    expect(failureOf(error, 'buyers.files')).toMatchObject({ code: 'E455' });
  });

  it('whose role may not make the state (E504), nor read what another role made (E505)', async () => {
    const reader = await rig.opened.readOnlyTarget();
    await rig.write(files, reader);
    const refused = await rig.call(['run']);
    expect(told(refused)).toEqual(['E504']);
    expect(refused.exit).toBe(1);
    await rig.write(files);
    expect((await rig.call(['run'])).exit).toBe(0);
    await rig.write(files, reader);
    const unread = await rig.call(['status']);
    expect(told(unread)).toEqual(['E505']);
    expect(unread.exit).toBe(1);
  });

  it('that is too old is not worked with (E310)', async () => {
    const database = new URL(String(rig.opened.target.url)).pathname.slice(1);
    // The server's own answer, put in the way by a function that is found first.
    await asAdministrator(async (client) => {
      await client.query('CREATE SCHEMA old');
      await client.query(
        "CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT '110000' $$",
      );
      await client.query(`ALTER DATABASE ${database} SET search_path TO old, pg_catalog`);
    }, database);
    const ended = await rig.call(['plan']);
    expect(ended.stderr).toContain('error[E310]: PostgreSQL 11 is too old; segsync needs 14 or newer');
  });
});
