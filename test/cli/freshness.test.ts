/** Promises that are kept and broken: measured from the cause to the acknowledgement, by the program as it is used. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatInstant, type Instant, SECOND } from '../../src/instant.ts';
import type { HistoryReport, RunReport, StatusReport } from '../../src/report/results.ts';
import { engines, type Opened } from '../engines.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts';
import { type Ended, segsync } from './segsync.ts';

const EVENTS =
  '{ table: events, split: name, key: person, time: happened, cursor: shown, append_only: true }';
const PROJECT = (target: unknown): string => `version: 1
project: fresh
default_target: test
targets:
  test: ${JSON.stringify(target)}
tiers:
  fast: { every: 2s, fresh_within: 30s }
  slow: { every: 1h, fresh_within: 60s }
  soon: { every: 1h, fresh_within: 1s }
entities:
  person: { table: people, key: id, cursor: seen, sources: { events: ${EVENTS} } }
`;
const HOOK = (url: string): string =>
  `type: webhook\nurl: ${url}\nallow_private_address: true\nbatch_size: 1\nconcurrency: 1\n`;
const CART =
  'entity: person\ntier: fast\nwhere: { did: cart, within: 30m }\nguards: { max_remove: 100% }\nsync: [{ to: hook }]\n';

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    let hook: WebhookReceiver;
    /** The instant that a test counts from: that of its first run. */
    let start: Instant;

    beforeEach(async () => {
      opened = await engine.open();
      hook = await startWebhookReceiver();
      start = await opened.session.now();
      await change(
        'CREATE TABLE people (id bigint, seen timestamp with time zone)',
        'CREATE TABLE events (person bigint, name varchar(20), happened timestamp with time zone, shown timestamp with time zone)',
        ...[1, 2, 3, 4].map((id) => `INSERT INTO people VALUES (${id}, ${at(-9_000)})`),
      );
    });
    afterEach(async () => {
      await hook.close();
      await opened.drop();
    });

    const at = (seconds: number): string => `CAST('${instant(seconds)}' AS timestamp with time zone)`;
    const instant = (seconds: number): string => formatInstant(start + BigInt(seconds) * SECOND);

    async function change(...statements: string[]): Promise<void> {
      // One process at a time holds an embedded database.
      const session = await opened.connect();
      for (const statement of statements) await session.execute(statement);
      await session.close();
    }

    /** A row that happened, and showed, so many seconds after `start`. */
    const row = (person: number, name: string, seconds: number): Promise<void> =>
      change(`INSERT INTO events VALUES (${person}, '${name}', ${at(seconds)}, ${at(seconds)})`);

    async function project(segments: Readonly<Record<string, string>>): Promise<void> {
      await opened.session.close();
      const files = {
        'segsync.yaml': PROJECT(opened.target),
        'destinations/hook.yaml': HOOK(hook.url),
        ...Object.fromEntries(
          Object.entries(segments).map(([name, text]) => [`segments/${name}.yaml`, text]),
        ),
      };
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(opened.folder, name)), { recursive: true });
        await writeFile(join(opened.folder, name), text);
      }
    }

    const cli = (...args: string[]): Promise<Ended> => segsync(opened.folder, args);

    async function run(...args: string[]): Promise<RunReport & { stderr: string }> {
      const { stdout, stderr, exit } = await cli('run', '--json', ...args);
      expect({ exit, stderr }).toMatchObject({ exit: 0 });
      return { ...(JSON.parse(stdout) as RunReport), stderr };
    }

    async function status(): Promise<StatusReport & { exit: number }> {
      const { stdout, exit } = await cli('status', '--json');
      return { ...(JSON.parse(stdout) as StatusReport), exit };
    }

    /** What a run measured of its one sync, in whole seconds: the worst of its changes. */
    function worst({ syncs }: RunReport): number {
      return Math.round((syncs[0]?.freshness_ms?.p99 ?? Number.NaN) / 1000);
    }

    it('a promise that is kept: by the run, by status, and in the history', async () => {
      await project({ carts: CART });
      await row(4, 'cart', -60);
      const loaded = await run();
      expect(loaded.syncs[0]).toMatchObject({ delivered: { add: 1 } });
      expect(loaded.syncs[0], 'nobody knows since when a first load is owed').not.toHaveProperty('measured');
      expect(loaded.tiers).toEqual([]);
      await row(1, 'cart', -4);
      await row(2, 'cart', -3);
      const { syncs, tiers, stderr } = await run('--all');
      expect(syncs[0]).toMatchObject({
        measured: { promise_ms: 30_000, changes: 2, kept: 2, kept_share: 1 },
      });
      expect(syncs[0]!.freshness_ms!.p50).toBeGreaterThanOrEqual(3_000);
      expect(syncs[0]!.freshness_ms!.p99).toBeLessThan(30_000);
      expect(tiers).toEqual([{ tier: 'fast', ...syncs[0]!.measured, freshness_ms: syncs[0]!.freshness_ms }]);
      expect(stderr).not.toContain('W704');
      await row(3, 'cart', -2);
      expect((await cli('run', '--all')).stdout).toMatch(/p95 of promise[\s\S]*s of 30s/);
      const told = await status();
      expect(told.syncs[0]).toMatchObject({
        broken: false,
        measured: { changes: 3, kept: 3, window_ms: 3_600_000 },
      });
      expect(told.tiers).toEqual([
        {
          tier: 'fast',
          every_ms: 2_000,
          promise_ms: 30_000,
          late: 0,
          broken: false,
          measured: told.syncs[0]!.measured,
        },
      ]);
      const text = await cli('status');
      expect(text.stdout).toMatch(/^fast +3 +\S+ +\S+ +\S+ +30s +100%\n {2}carts\.hook +3 /m);
      expect(text.exit).toBe(0);
      const { runs } = JSON.parse((await cli('history', '--json')).stdout) as HistoryReport;
      expect(runs.map(({ freshness_ms: took }) => took !== undefined)).toEqual([true, true, false]);
      expect(runs[0]!.totals, 'counts only').not.toHaveProperty('freshness');
      expect((await cli('history')).stdout).toMatch(/p95\n/);
    });

    it('a promise that is broken: told once a tier, status exits with 1 until the sync is paused', async () => {
      await project({ carts: CART });
      await run();
      await row(1, 'cart', -90);
      await row(2, 'cart', -1);
      const { syncs, stderr, status: ended } = await run('--all');
      expect(ended, 'the run itself has not failed').toBe('done');
      expect(syncs[0]).toMatchObject({ measured: { changes: 2, kept: 1, kept_share: 0.5 } });
      expect(stderr.match(/W704/g)).toHaveLength(1);
      expect(stderr).toContain('tier `fast` broke its promise of 30s in this run');
      const told = await status();
      expect(told).toMatchObject({
        exit: 1,
        syncs: [{ broken: true, late: false }],
        tiers: [{ broken: true }],
      });
      const text = await cli('status');
      expect(text.exit).toBe(1);
      expect(text.stdout).toMatch(/^carts\.hook .* broken$/m);
      expect(text.stdout).toMatch(
        /^broken {6}carts\.hook: 1 of 2 changes took longer than 30s, 95 of 100 up to 1m /m,
      );
      await cli('pause', 'carts.hook');
      expect(await status()).toMatchObject({
        exit: 0,
        syncs: [{ broken: false }],
        tiers: [{ broken: false }],
      });
    });

    it('the promise of today counts, and what a sync did in another tier does not', async () => {
      await project({ carts: CART });
      await run();
      await row(1, 'cart', -60);
      await run('--all');
      expect((await status()).exit).toBe(1);
      const file = join(opened.folder, 'segsync.yaml');
      await writeFile(file, PROJECT(opened.target).replace('fresh_within: 30s', 'fresh_within: 5m'));
      expect(await status()).toMatchObject({ exit: 0, syncs: [{ measured: { changes: 1, kept: 1 } }] });
      await writeFile(file, PROJECT(opened.target));
      await writeFile(
        join(opened.folder, 'segments/carts.yaml'),
        CART.replace('tier: fast', 'tier: frequent'),
      );
      const moved = await status();
      expect(moved.exit).toBe(0);
      expect(moved.syncs[0]).not.toHaveProperty('measured');
    });

    it('a slow destination counts until it has answered', async () => {
      await project({ carts: CART.replace('tier: fast', 'tier: soon') });
      await run();
      await row(1, 'cart', 0);
      hook.always(() => ({ delayMs: 1_500 }));
      const { syncs, stderr } = await run('--all');
      expect(syncs[0]!.freshness_ms!.p50).toBeGreaterThan(1_500);
      expect(syncs[0]!.measured).toMatchObject({ changes: 1, kept: 0 });
      expect(stderr).toContain('W704');
      expect((await status()).exit).toBe(1);
    });

    it('time that a run has spent on others before counts, too', async () => {
      const first = CART.replace('entity: person', 'entity: visitor').replace('did: cart', 'did: visit');
      await project({ first, second: CART.replace('tier: fast', 'tier: slow') });
      const visitor = `  visitor: { table: people, key: id, cursor: seen, sources: { events: ${EVENTS} } }\n`;
      await writeFile(join(opened.folder, 'segsync.yaml'), PROJECT(opened.target) + visitor);
      await run('--now', instant(-20));
      for (const name of ['visit', 'cart']) await row(1, name, -6);
      hook.always(({ body }) => (body.includes('first') ? { delayMs: 3_000 } : undefined));
      const { syncs } = await run('--all', '--now', instant(-5));
      expect(syncs.map(({ sync }) => sync)).toEqual(['first.hook', 'second.hook']);
      expect(syncs[1]!.freshness_ms!.p50).toBeGreaterThan(4_000);
    });

    it('a removal by time alone is owed from the edge; an --all that finds nothing measures nothing', async () => {
      await project({ carts: CART });
      await row(1, 'cart', -1_800 - 10);
      await run('--now', instant(-20));
      expect(hook.audiences.get('carts')?.has('1')).toBe(true);
      const after = await run('--all', '--now', instant(-4));
      expect(after.syncs[0]).toMatchObject({ delivered: { remove: 1 }, measured: { changes: 1, kept: 1 } });
      expect(after.syncs[0]!.freshness_ms!.p50).toBeGreaterThanOrEqual(6_000);
      expect(after.syncs[0]!.freshness_ms!.p50).toBeLessThan(9_000);
      expect((await run('--all')).tiers).toEqual([]);
    });

    it('of several ticks the first cause that is not answered counts', async () => {
      await project({ carts: CART.replace('sync: [{ to: hook }]', 'sync: [{ to: hook, tier: slow }]') });
      await row(1, 'cart', -1_800 - 40);
      await run('--now', instant(-50));
      // Gone at -40, back by a row of -20: in the end its fields are what they were, but 2 entered at -30.
      await row(2, 'cart', -30);
      await run('--tier', 'fast', '--all', '--now', instant(-25));
      await row(2, 'cart', -15);
      await change(`UPDATE people SET seen = ${at(-12)} WHERE id = 2`);
      await run('--tier', 'fast', '--all', '--now', instant(-10));
      const { syncs } = await run('--all', '--now', instant(-5));
      expect(syncs[0]).toMatchObject({ delivered: { add: 1, remove: 1 }, measured: { changes: 2 } });
      expect(syncs[0]!.freshness_ms!.p50, '2 entered at -30').toBeGreaterThanOrEqual(25_000);
      expect(syncs[0]!.freshness_ms!.p50).toBeLessThan(33_000);
      expect(worst({ syncs } as unknown as RunReport), '1 left at -40').toBeGreaterThanOrEqual(35);
    });

    it('what is sent again counts from its cause, with and without an answer in between', async () => {
      await project({ carts: CART });
      await run('--now', instant(-50));
      await row(1, 'cart', -40);
      hook.always(() => ({ status: 503 }));
      const { stdout } = await cli('run', '--all', '--json', '--now', instant(-30));
      const asked = JSON.parse(stdout) as RunReport;
      expect(asked.syncs[0]).toMatchObject({ waiting: 1 });
      expect(asked.syncs[0]).not.toHaveProperty('measured');
      hook.always(undefined);
      const answered = await run('--all', '--now', instant(-10));
      expect(answered.syncs[0]).toMatchObject({ delivered: { add: 1 }, measured: { changes: 1, kept: 0 } });
      expect(worst(answered)).toBeGreaterThanOrEqual(30);
      expect(worst(answered)).toBeLessThan(39);
    });

    it('a pass over everyone, an edited definition and --full measure nothing', async () => {
      await project({ carts: CART });
      await row(1, 'cart', -2_000);
      await run();
      await writeFile(join(opened.folder, 'segments/carts.yaml'), CART.replace('30m', '40m'));
      const edited = await run('--all');
      expect(edited.syncs[0]).toMatchObject({ delivered: { add: 1 } });
      expect(edited.tiers).toEqual([]);
      // Shown long before the last tick: only a pass over everyone finds it.
      await change(`INSERT INTO events VALUES (2, 'cart', ${at(-1_000)}, ${at(-1_000)})`);
      const full = await run('--full');
      expect(full.syncs[0]).toMatchObject({ delivered: { add: 1 } });
      expect(full.tiers).toEqual([]);
      expect((await status()).exit).toBe(0);
    });

    it('what was never done is late once runs have known of it for longer than its promise', async () => {
      const new_ = CART.replace('tier: fast', 'tier: soon');
      await project({ carts: CART, new_ });
      expect(await status(), 'nothing has run').toMatchObject({ exit: 0 });
      await run('--tier', 'fast');
      const fresh = await status();
      expect(fresh.segments.map(({ segment, awaited_ms }) => [segment, awaited_ms !== undefined])).toEqual([
        ['carts', false],
        ['new_', true],
      ]);
      await sleep(1_100);
      // A later run does not put it off.
      await run('--tier', 'fast', '--all');
      const late = await status();
      expect(late.exit).toBe(1);
      expect(late.segments.map((each) => each.late)).toEqual([false, true]);
      expect(late.syncs.map((each) => each.late)).toEqual([false, true]);
      expect(late.tiers.map(({ tier, late: n }) => [tier, n])).toEqual([
        ['fast', 0],
        ['soon', 2],
      ]);
      expect((await cli('status')).stdout).toMatch(/^new_ .* never .* late$/m);
      await run('--all');
      for (const each of (await status()).segments) expect(each).not.toHaveProperty('awaited_ms');
      const session = await opened.connect();
      expect(await session.query("SELECT name FROM segsync.meta WHERE name LIKE 'awaited:%'")).toEqual([]);
      await session.close();
    });

    it('a sync that this target does not send is not awaited, one that is held is late and says so', async () => {
      await project({
        carts: CART.replace(
          'guards: { max_remove: 100% }',
          'guards: { max_remove: 10%, min_guarded_size: 0 }',
        ).replace('tier: fast', 'tier: soon'),
      });
      await writeFile(join(opened.folder, 'destinations/away.yaml'), `${HOOK(hook.url)}targets: [other]\n`);
      await writeFile(
        join(opened.folder, 'segsync.yaml'),
        PROJECT(opened.target).replace('tiers:', `  other: ${JSON.stringify(opened.target)}\ntiers:`),
      );
      await writeFile(
        join(opened.folder, 'segments/away.yaml'),
        CART.replace('to: hook', 'to: away').replace('tier: fast', 'tier: soon'),
      );
      await row(1, 'cart', -1_800 - 10);
      await run('--now', instant(-20));
      expect((await cli('run', '--all')).exit).toBe(3);
      await sleep(1_100);
      const told = await status();
      const of = (name: string) => told.syncs.find(({ sync }) => sync === name)!;
      expect(of('away.away')).toMatchObject({ late: false });
      expect(of('carts.hook')).toMatchObject({ late: true });
      expect(of('carts.hook').held_reason).toBeDefined();
      expect((await cli('status')).stdout).toMatch(/^carts\.hook .* held, late$/m);
      expect(told.exit).toBe(1);
    });
  });
}
