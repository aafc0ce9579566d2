/** `run --after`: only what has not ticked since a table, a file or a run of dbt changed. */

import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { emptyProject, type ProjectCopy } from '../project-copy.ts';
import { SHOP, segsync } from './segsync.ts';

const DBT = {
  metadata: { generated_at: '' },
  args: { which: 'build' },
  results: [
    { unique_id: 'model.shop.orders', status: 'success' },
    { unique_id: 'test.shop.orders_not_null', status: 'pass' },
    { unique_id: 'test.shop.orders_recent', status: 'warn' },
  ],
};

let shop: ProjectCopy;
beforeEach(async () => {
  shop = emptyProject('data.duckdb');
  for (const [path, text] of Object.entries(SHOP)) await shop.write(path, text);
});
afterEach(() => shop.remove());
const path = (name: string): string => join(shop.folder, name);

interface Ran {
  readonly ticked: string[];
  readonly waiting: string[];
  readonly delivered: string[];
  readonly exit: number;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Ran> {
  const { stdout, stderr, exit } = await segsync(shop.folder, ['run', '--json', ...args]);
  const { segments, syncs } = JSON.parse(stdout) as RunReport;
  return {
    ticked: segments.filter(({ mode }) => mode !== 'skipped').map(({ segment }) => segment),
    waiting: segments.filter(({ reason }) => reason === 'not_newer').map(({ segment }) => segment),
    delivered: syncs.filter(({ delivered, error }) => delivered && !error).map(({ sync }) => sync),
    ...{ exit, stderr },
  };
}

const ALL = ['big_spenders', 'buyers', 'opted_in'];
const DONE = { ticked: ALL, waiting: [], delivered: ['buyers.files', 'opted_in.files'], exit: 0 };
const WAITS = { ticked: [], waiting: ALL, delivered: [], exit: 0 };

describe('a file', () => {
  const after = ['--all', '--after', 'file:done.flag'];

  it('is waited for, and then done once', async () => {
    expect(await run(...after)).toMatchObject(WAITS);
    await writeFile(path('done.flag'), '');
    expect(await run(...after)).toMatchObject(DONE);
    expect(await run(...after)).toMatchObject(WAITS);
    await utimes(path('done.flag'), new Date(), new Date(Date.now() + 1));
    expect(await run(...after)).toMatchObject(DONE);
  });

  it('is compared with each segment’s own last tick', async () => {
    await writeFile(path('done.flag'), '');
    await run('--all', '--select', 'buyers');
    await sleep(5);
    expect(await run('--all', '--after', 'file:done.flag')).toMatchObject({
      ticked: ['big_spenders', 'opted_in'],
      waiting: ['buyers'],
    });
  });

  it('is a condition besides the slot: what is not due stays', async () => {
    await run();
    await utimes(path('shop.sql'), new Date(), new Date(Date.now() + 1000));
    expect(await run('--after', 'file:shop.sql')).toMatchObject({ ticked: [], waiting: [] });
  });

  it('with others: all of them must be newer', async () => {
    await writeFile(path('one.flag'), '');
    const both = ['--all', '--after', 'file:one.flag', '--after', 'file:two.flag'];
    expect(await run(...both)).toMatchObject(WAITS);
    await writeFile(path('two.flag'), '');
    expect(await run(...both)).toMatchObject(DONE);
  });

  it('does not keep back what was committed and not delivered', async () => {
    await run('--all');
    await shop.write('destinations/files.yaml', 'type: file\ndirectory: shop.sql/out\n');
    await change("INSERT INTO shop.orders VALUES ('77', 10, now())");
    await utimes(path('shop.sql'), new Date(), new Date(Date.now() + 1));
    const rest = ['--all', '--after', 'file:shop.sql'];
    expect(await run(...rest)).toMatchObject({ ticked: ALL, delivered: [], exit: 1 });
    await shop.write('destinations/files.yaml', SHOP['destinations/files.yaml']!);
    const next = await run(...rest);
    expect(next).toMatchObject({ ticked: [], waiting: ALL, exit: 0 });
    expect(next.delivered).toContain('buyers.files');
    expect(await run(...rest)).toMatchObject(WAITS);
  });

  it('is waited for with --wait, and the file of the database is free meanwhile', async () => {
    await run('--all');
    const waiting = run('--all', '--wait', '20s', '--after', 'file:done.flag');
    await sleep(300);
    await shop.query('SELECT 1');
    await writeFile(path('done.flag'), '');
    expect(await waiting).toMatchObject(DONE);
  });

  it('that does not come in time ends in 75', async () => {
    expect(await run('--all', '--wait', '1s', '--after', 'file:done.flag')).toMatchObject({
      ...WAITS,
      exit: 75,
    });
  });

  it('is told of in a line', async () => {
    const { stdout } = await segsync(shop.folder, ['run', ...after]);
    expect(stdout).toContain('what `--after` names is not newer than the last tick');
    const plan = await segsync(shop.folder, ['run', '--dry-run', ...after]);
    expect(plan.exit).toBe(0);
    expect(plan.stdout).toContain('Nothing was sent');
  });
});

describe('a run of dbt', () => {
  const after = ['--all', '--after', 'dbt:target/run_results.json'];
  const write = (results: Partial<typeof DBT> = {}, later = 0): Promise<void> => {
    const metadata = { generated_at: new Date(Date.now() + later).toISOString() };
    return shop.write('target/run_results.json', JSON.stringify({ ...DBT, metadata, ...results }));
  };

  it('is news once it succeeded, by the time that it says itself', async () => {
    expect(await run(...after)).toMatchObject(WAITS);
    await write();
    expect(await run(...after)).toMatchObject({ ...DONE, stderr: expect.not.stringContaining('W61') });
    expect(await run(...after)).toMatchObject(WAITS);
    // The file is new, the run is not.
    await write({ metadata: { generated_at: '2020-01-01T00:00:00.123456Z' } });
    expect(await run(...after)).toMatchObject(WAITS);
  });

  it('is none when something failed or was skipped, which is named', async () => {
    await write({
      results: [
        { unique_id: 'model.shop.orders', status: 'error' },
        { unique_id: 'model.shop.scores', status: 'skipped' },
        { unique_id: 'model.shop.customers', status: 'success' },
      ],
    });
    const ran = await run(...after);
    expect(ran).toMatchObject(WAITS);
    expect(ran.stderr).toContain(
      'warning[W616]: `--after dbt:target/run_results.json`: not all of it succeeded: model.shop.orders (error), model.shop.scores (skipped)',
    );
    expect(await run(...after, '--wait', '1s')).toMatchObject({ exit: 75 });
  });

  it('is none when the command builds nothing', async () => {
    await write({ args: { which: 'compile' } });
    expect(await run(...after)).toMatchObject({
      ...WAITS,
      stderr: expect.stringContaining('`dbt compile` builds nothing'),
    });
  });

  it('is none while it is written', async () => {
    await shop.write('target/run_results.json', '{"metadata": {"gener');
    expect(await run(...after)).toMatchObject({ ...WAITS, stderr: expect.stringContaining('warning[W617]') });
  });
});

describe('a table', () => {
  const after = ['--all', '--after', 'shop.orders'];

  const order = (at: string): Promise<void> => change(`INSERT INTO shop.orders VALUES ('7', 10, ${at})`);

  it('is news when its greatest cursor is past what the segment’s last tick saw of it', async () => {
    expect(await run(...after)).toMatchObject(DONE);
    expect(await run(...after)).toMatchObject(WAITS);
    // Dated before the last tick, and shown only now.
    await order("TIMESTAMPTZ '2026-02-01 00:00:00+00'");
    expect(await run(...after)).toMatchObject({ ticked: ['big_spenders', 'buyers'], waiting: ['opted_in'] });
    expect(await run(...after)).toMatchObject(WAITS);
  });

  it('of which a segment reads nothing is compared with its last tick', async () => {
    await run(...after);
    await sleep(5);
    await order('now()');
    expect(await run(...after)).toMatchObject(DONE);
    expect(await run(...after)).toMatchObject(WAITS);
  });

  it('is none by a row that lies in the future', async () => {
    await run(...after);
    await order("now() + INTERVAL '1 day'");
    expect(await run(...after)).toMatchObject(WAITS);
  });
});

/** What somebody else does to the shop's tables. */
async function change(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path('data.duckdb'));
  const connection = await instance.connect();
  try {
    await connection.run(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('what cannot be meant', () => {
  it.each([
    [
      'shop.ordres',
      64,
      'error[E616]: `--after shop.ordres` is no table of this project\n  hint: did you mean `shop.orders`?',
    ],
    ['fil:done.flag', 64, 'error[E616]'],
    ['file:', 64, 'error[E616]'],
  ])('--after %s', async (text, exit, message) => {
    const ended = await segsync(shop.folder, ['run', '--after', text]);
    expect(ended.exit).toBe(exit);
    expect(ended.stderr).toContain(message);
  });

  it('a table without a cursor', async () => {
    await shop.write(
      'segsync.yaml',
      SHOP['segsync.yaml']!.replace(', cursor: ordered_at, append_only: true', ''),
    );
    const ended = await segsync(shop.folder, ['run', '--after', 'shop.orders']);
    expect(ended.stderr).toContain('cannot tell when the table changed: it has no `cursor`');
    expect(ended.exit).toBe(64);
  });
});
