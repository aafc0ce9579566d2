/** `expect_fresh_within` and `on_stale`: what a table that is too old does to segments, syncs, plans and reports. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LITTLE_SHOP, project } from '../../src/diagnostics/pages/little-shop.ts';
import type {
  RunReport,
  SegmentResult,
  StatusReport,
  SyncResult,
  WhyReport,
} from '../../src/report/results.ts';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { engines } from '../engines.ts';
import { folderOf, segsync } from './segsync.ts';

const MIDNIGHT = "TIMESTAMP WITH TIME ZONE '2026-03-01 00:00:00+00'";
const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE SCHEMA ml',
  'CREATE TABLE shop.customers (id TEXT, vip BOOLEAN, updated_at TIMESTAMPTZ)',
  'CREATE TABLE ml.scores (id TEXT, value DOUBLE PRECISION, scored_at TIMESTAMPTZ)',
  'CREATE TABLE ml.numbered (id TEXT, value DOUBLE PRECISION, version BIGINT)',
  `INSERT INTO shop.customers SELECT CAST(n AS TEXT), TRUE, ${MIDNIGHT} FROM generate_series(1, 5) AS s (n)`,
  `INSERT INTO ml.scores SELECT CAST(n AS TEXT), 0.9, ${MIDNIGHT} FROM generate_series(1, 5) AS s (n)`,
];

const LIKELY = 'all: [{trait: vip, eq: true}, {trait: score, gte: 0.5}]';

interface Parts {
  /** Behind the trait's cursor. */
  readonly score?: string;
  /** Of `likely`, and of all others but `vips`. */
  readonly tier?: string;
  /** Lines of the segment `likely`. */
  readonly likely?: string;
  readonly more?: Readonly<Record<string, string>>;
}

const files =
  ({ score = 'expect_fresh_within: 6h', tier = 'daily', likely = '', more = {} }: Parts = {}): ProjectFiles =>
  ({ target, url }) => ({
    'segsync.yaml': `version: 1
project: fresh
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    reconcile: never
    traits:
      score: {table: ml.scores, key: id, column: value, cursor: scored_at, ${score}}
      version: {table: ml.numbered, key: id, column: value, cursor: version}
guards: {max_add: 1000%}
`,
    'segments/likely.yaml': `entity: customer\ntier: ${tier}\n${likely}\nwhere: {${LIKELY}}\nsync: [{to: hook}]\n`,
    'segments/vips.yaml':
      'entity: customer\ntier: daily\nwhere: {trait: vip, eq: true}\nsync: [{to: hook}]\n',
    'destinations/hook.yaml': `type: webhook\nurl: ${url}\nallow_private_address: true\n`,
    ...more,
  });

/** `score` no row of which is older than six hours at five o'clock, and all are at seven. */
const at = (time: string): string[] => ['--now', `2026-03-01T${time}Z`];

const STALE = { table: 'ml.scores', age_ms: 7 * 3_600_000, expected_ms: 6 * 3_600_000 };
const NONE = { add: 0, remove: 0, update: 0 };

describe.each(engines)('$name', (engine) => {
  let rig: Rig;
  afterEach(() => rig?.drop());

  async function open(parts?: Parts): Promise<void> {
    rig = await openRig(engine, files(parts));
    await rig.change(TABLES);
  }

  interface Ran extends RunReport {
    /** Lines of stderr that tell of stale tables. */
    readonly warned: string[];
    segment(name: string): SegmentResult;
    sync(name: string): SyncResult;
  }

  async function call(exit: number, ...args: string[]): Promise<Ran> {
    const ended = await rig.call([...args, '--json']);
    expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
    const report = JSON.parse(ended.stdout) as RunReport;
    return {
      ...report,
      warned: ended.stderr.split('\n').filter((line) => line.includes('W221')),
      segment: (name) => report.segments.find(({ segment }) => segment === name)!,
      sync: (name) => report.syncs.find(({ sync }) => sync === name)!,
    };
  }
  const run = (exit: number, time: string, ...args: string[]): Promise<Ran> =>
    call(exit, 'run', '--all', ...at(time), ...args);
  const vip = (time: string, is: boolean, ...ids: number[]): Promise<void> =>
    rig.change([
      `UPDATE shop.customers SET vip = ${is}, updated_at = TIMESTAMP WITH TIME ZONE '2026-03-01 ${time}+00' WHERE id IN (${ids.map((id) => `'${id}'`).join(', ')})`,
    ]);
  const score = (instant: string): Promise<void> =>
    rig.change([`UPDATE ml.scores SET scored_at = ${instant} WHERE id = '1'`]);
  const members = (audience = 'likely'): string =>
    [...(rig.receiver.audiences.get(audience)?.keys() ?? [])].sort().join('');
  const heldReason = async (): Promise<string | null | undefined> =>
    (await rig.query("SELECT held_reason FROM segsync.syncs WHERE sync = 'likely.hook'"))[0]?.held_reason;

  it('warns by default, though nothing arrived and nobody is affected: once a table, naming the segments', async () => {
    await open({ more: { 'segments/other.yaml': 'entity: customer\nwhere: {trait: score, lt: 0.5}\n' } });
    const first = await run(0, '05:00:00');
    expect(first.segments.map(({ stale }) => stale)).toEqual([undefined, undefined, undefined]);
    expect((await run(0, '06:00:00')).segment('likely').stale).toBeUndefined();
    const events = join(rig.folder, 'events.ndjson');
    const ran = await run(0, '07:00:00', '--events', events);
    expect(ran.segment('likely')).toMatchObject({
      ...{ affected: 0, reason: 'nothing_changed', members: 5 },
      stale: [{ ...STALE, on_stale: 'warn' }],
    });
    expect(ran.segment('vips').stale).toBeUndefined();
    expect(ran.warned).toEqual([
      'warning[W221]: ml.scores is 7h 00m old, and is expected to be fresh within 6h; it is read by likely, other',
    ]);
    const told = (await readFile(events, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"on_stale":"warn"'));
    expect(told).toHaveLength(2);
    await score("TIMESTAMP WITH TIME ZONE '2026-03-01 06:59:00+00'");
    const again = await run(0, '07:00:01');
    expect(again.warned).toEqual([]);
    expect(again.segment('likely').stale).toBeUndefined();
  });

  it('holds the syncs of a segment that is evaluated as always, and then sends the net difference', async () => {
    await open({ score: 'expect_fresh_within: 6h, on_stale: hold' });
    await run(0, '05:00:00');
    expect([members(), members('vips')]).toEqual(['12345', '12345']);
    await vip('06:30:00', false, 4, 5);
    const held = await run(3, '07:00:00');
    expect(held.status).toBe('held');
    expect(held.segment('likely')).toMatchObject({ members: 3, exited: 2, stale: [{ on_stale: 'hold' }] });
    expect(held.sync('likely.hook')).toMatchObject({
      planned: { ...NONE, remove: 2 },
      delivered: NONE,
      held: { guard: 'stale_source', figure: 'ml.scores is 7h 00m old', limit: '6h' },
    });
    // The other segment of the tick does not read it.
    expect([members(), members('vips')]).toEqual(['12345', '123']);
    expect(held.warned).toEqual([]);
    const reason =
      'sync likely.hook is held: ml.scores shows nothing newer than 2026-03-01T00:00:00.000000Z, and is expected to be fresh within 6h';
    expect(await heldReason()).toBe(reason);
    await vip('07:30:00', true, 4);
    // No way around it but the YAML; and the reason stays as it is.
    await run(3, '08:00:00', '--allow-removal', 'likely.hook', '--allow-add', 'likely.hook');
    expect([members(), await heldReason()]).toEqual(['12345', reason]);
    await score("TIMESTAMP WITH TIME ZONE '2026-03-01 08:30:00+00'");
    const ended = await run(0, '09:00:00');
    expect(ended.sync('likely.hook')).toMatchObject({ delivered: { ...NONE, remove: 1 } });
    expect([members(), await heldReason()]).toEqual(['1234', null]);
  });

  it('holds a first load, and a sync that has nothing to send: it is not up to date either', async () => {
    await open({ score: 'expect_fresh_within: 6h, on_stale: hold' });
    const first = await run(3, '07:00:00');
    expect(first.sync('likely.hook')).toMatchObject({ planned: { ...NONE, add: 5 }, delivered: NONE });
    expect(members()).toBe('');
    await score("TIMESTAMP WITH TIME ZONE '2026-03-01 07:30:00+00'");
    await run(0, '08:00:00');
    expect(members()).toBe('12345');
    const idle = await run(3, '20:00:00');
    expect(idle.sync('likely.hook')).toMatchObject({ planned: NONE, held: { guard: 'stale_source' } });
    expect((await rig.call(['run', '--all', ...at('20:00:01')])).stdout).toContain(
      'held        likely.hook: ml.scores is 12h 30m old, expected to be fresh within 6h\n',
    );
    // A sync that is due though its segment does not tick knows it from the last tick.
    await rig.change([`UPDATE segsync.syncs SET delivered_at = ${MIDNIGHT}`]);
    const due = await call(3, 'run', ...at('20:00:02'));
    expect(due.segment('likely').reason).toBe('not_due');
    expect(due.sync('likely.hook').held).toMatchObject({ guard: 'stale_source' });
  });

  it('fails before anything is committed; the others of the tick go on, together', async () => {
    await open({
      score: 'expect_fresh_within: 6h, on_stale: fail',
      more: { 'segments/everybody.yaml': 'entity: customer\nwhere: {trait: id, is_null: false}\n' },
    });
    await run(0, '05:00:00');
    await vip('06:30:00', false, 5);
    const ran = await run(1, '07:00:00');
    expect(ran.segment('likely')).toMatchObject({
      ...{ mode: 'skipped', reason: 'failed', members: 5, stale: [{ ...STALE, on_stale: 'fail' }] },
      error: {
        code: 'E221',
        message: expect.stringMatching(
          /^ml\.scores is 7h 00m old, and is expected to be fresh within 6h; nothing of this segment is evaluated \(segsync\.yaml:\d+:\d+\); /,
        ),
      },
    });
    expect(ran.sync('likely.hook').skipped).toBe('segment_failed');
    expect(ran.sync('vips.hook').delivered).toEqual({ ...NONE, remove: 1 });
    expect([members(), members('vips')]).toEqual(['12345', '1234']);
    const [tick] = await rig.query('SELECT segments FROM segsync.ticks ORDER BY tick_id DESC LIMIT 1');
    expect(JSON.parse(tick!.segments!)).toEqual(['everybody', 'vips']);
    const rows = await rig.query(
      "SELECT segment FROM segsync.segments WHERE evaluated_at > TIMESTAMP WITH TIME ZONE '2026-03-01 06:00:00+00' ORDER BY segment",
    );
    expect(rows.map(({ segment }) => segment)).toEqual(['everybody', 'vips']);
    await score("TIMESTAMP WITH TIME ZONE '2026-03-01 07:30:00+00'");
    await run(0, '08:00:00');
    expect(members()).toBe('1234');
  });

  it('follows what the segment says instead, and takes a table without a row for stale', async () => {
    await open({ score: 'expect_fresh_within: 6h, on_stale: fail', likely: 'on_stale: warn' });
    await run(0, '05:00:00');
    expect((await run(0, '07:00:00')).segment('likely').stale).toEqual([{ ...STALE, on_stale: 'warn' }]);
    await rig.write(files({ likely: 'on_stale: fail' }));
    await run(1, '07:00:01');
    await rig.write(files({ likely: 'on_stale: hold' }));
    await rig.change(['DELETE FROM ml.scores']);
    const { table, expected_ms } = STALE;
    const ran = await run(3, '07:00:02');
    expect(ran.segment('likely').stale).toEqual([{ table, expected_ms, on_stale: 'hold' }]);
    expect(await heldReason()).toContain('ml.scores shows no row at all');
  });

  it('binds those that refer to a segment, send a value of the table, or leave its members out', async () => {
    const hook = 'type: webhook\nurl: URL\nallow_private_address: true\n';
    const more = (url: string) => ({
      'segments/referring.yaml': 'entity: customer\nwhere: {not: {segment: likely}}\n',
      'segments/sending.yaml':
        'entity: customer\nwhere: {trait: vip, eq: true}\nsync: [{to: hook, fields: {score: score}}]\n',
      'segments/kept.yaml': 'entity: customer\nwhere: {trait: vip, eq: true}\nsync: [{to: careful}]\n',
      'destinations/careful.yaml': `${hook.replace('URL', url)}exclude: likely\n`,
    });
    rig = await openRig(engine, (places) =>
      files({ score: 'expect_fresh_within: 6h, on_stale: hold', more: more(places.url) })(places),
    );
    await rig.change(TABLES);
    const ran = await run(3, '07:00:00');
    const stale = ran.segments.filter((each) => each.stale).map(({ segment }) => segment);
    expect(stale).toEqual(['likely', 'referring', 'sending']);
    const held = ran.syncs.filter((each) => each.held).map(({ sync }) => sync);
    expect(held).toEqual(['kept.careful', 'likely.hook', 'sending.hook']);
    // It has no sync that would say so.
    expect(ran.warned).toEqual([expect.stringMatching(/it is read by referring$/)]);
  });

  it('is judged by a plan without state, by a role that may only read', async () => {
    await open({ score: 'expect_fresh_within: 6h, on_stale: hold' });
    const reader = await rig.opened.readOnlyTarget();
    await rig.write(files({ score: 'expect_fresh_within: 6h, on_stale: hold' }), reader);
    const plan = await call(3, 'plan', ...at('07:00:00'));
    expect(plan.segment('likely')).toMatchObject({ entered: 5, stale: [{ ...STALE, on_stale: 'hold' }] });
    expect(plan.sync('likely.hook')).toMatchObject({
      planned: { ...NONE, add: 5 },
      held: { guard: 'stale_source' },
    });
    const { stdout } = await rig.call(['plan', ...at('07:00:00')]);
    expect(stdout).toContain('stale       likely: ml.scores is 7h 00m old, expected to be fresh within 6h\n');
    await rig.write(files({ score: 'expect_fresh_within: 6h, on_stale: fail' }), reader);
    const failing = await call(1, 'plan', ...at('07:00:00'));
    expect(failing.segment('likely').error?.code).toBe('E221');
    expect(failing.segment('vips').entered).toBe(5);
    expect(members()).toBe('');
  });

  it('is told by a plan and by explain where a tier promises more', async () => {
    await open({ score: 'expect_fresh_within: 26h', tier: 'hourly' });
    await vip('06:59:00', true, 1);
    const plan = await call(0, 'plan', ...at('07:00:00'));
    const slow = {
      table: 'ml.scores',
      age_ms: STALE.age_ms,
      expected_ms: 26 * 3_600_000,
      promise_ms: 7_200_000,
    };
    expect(plan.segment('likely').slow).toEqual(slow);
    expect(plan.segment('vips').slow).toBeUndefined();
    expect((await rig.call(['plan', ...at('07:00:00')])).stdout).toContain(
      'slow        likely: ml.scores is 7h 00m old, and may be 26h old; its tier promises 2h\n',
    );
    const asked = ['explain', 'likely', '3', '--at', '2026-03-01T07:00:00Z'];
    expect((await rig.call(asked)).stdout).toContain(
      'score = 0.9\n         ml.scores as of 7h 00m ago (may be 26h old, tier promises 2h)\n',
    );
    const why = JSON.parse((await rig.call([...asked, '--json'])).stdout) as WhyReport;
    expect(why.condition.of?.map(({ as_of }) => as_of)).toEqual([
      undefined,
      [{ ...slow, newest: '2026-03-01T00:00:00.000000Z' }],
    ]);
  });

  it('without a contract, the newest row’s age is told where it is more than the tier promises', async () => {
    await open({ score: 'duplicates: latest', tier: 'hourly' });
    await vip('06:59:00', true, 1);
    const { slow } = (await call(0, 'plan', ...at('07:00:00'))).segment('likely');
    expect(slow).toEqual({ table: 'ml.scores', age_ms: STALE.age_ms, promise_ms: 7_200_000 });
    expect((await call(0, 'plan', ...at('02:00:00'))).segment('likely').slow).toBeUndefined();
    expect((await rig.call(['explain', 'likely', '3', '--at', '2026-03-01T07:00:00Z'])).stdout).toContain(
      'ml.scores as of 7h 00m ago (tier promises 2h)\n',
    );
  });

  it('is a broken promise to `status`, which looks at the table as it is now', async () => {
    await open();
    const status = async (exit: number): Promise<StatusReport> => {
      const { stdout, stderr, exit: given } = await rig.call(['status', '--json']);
      expect(given, stdout + stderr).toBe(exit);
      return JSON.parse(stdout) as StatusReport;
    };
    await call(0, 'run', '--all');
    const { segments } = await status(1);
    expect(segments).toMatchObject([
      {
        segment: 'likely',
        late: false,
        stale: [{ table: 'ml.scores', expected_ms: 21_600_000, on_stale: 'warn' }],
      },
      { segment: 'vips', late: false },
    ]);
    expect(segments[1]!.stale).toBeUndefined();
    const { stdout } = await rig.call(['status']);
    expect(stdout).toMatch(/^likely .* 26h +stale$/m);
    expect(stdout).toMatch(
      /^stale {7}likely: ml\.scores is \d+d \d\dh old, expected to be fresh within 6h$/m,
    );
    await score('now()');
    expect((await status(0)).segments[0]!.stale).toBeUndefined();
  });

  it('cannot be kept by a number: an error of `validate --connect`, and of the segment that reads it', async () => {
    await open({ more: { 'segments/numbered.yaml': 'entity: customer\nwhere: {trait: version, gte: 1}\n' } });
    const bound: ProjectFiles = (places) => {
      const all = files({
        more: { 'segments/numbered.yaml': 'entity: customer\nwhere: {trait: version, gte: 1}\n' },
      })(places);
      const text = all['segsync.yaml']!.replace(
        'cursor: version}',
        'cursor: version, expect_fresh_within: 6h}',
      );
      return { ...all, 'segsync.yaml': text };
    };
    await rig.write(bound);
    const checked = await rig.call(['validate', '--connect']);
    expect(checked.exit).toBe(78);
    expect(checked.stderr).toContain(
      'error[E157]: how old ml.numbered is cannot be told: its cursor `version`',
    );
    const ran = await run(78, '05:00:00');
    expect(ran.segment('numbered').error?.code).toBe('E157');
    expect(ran.segment('likely').members).toBe(5);
  });
});

it('does not count in tests beside segments: rows that were made up are as old as they are', async () => {
  await using folder = await folderOf({
    ...LITTLE_SHOP,
    ...project('cursor: loaded_at', 'cursor: loaded_at, expect_fresh_within: 1h, on_stale: fail'),
    'segments/buyers.yaml': `entity: customer
where:
  did: orders
tests:
  - name: an old order counts
    at: 2026-01-31T10:00:00Z
    given:
      customer: [{ customer_id: ada }, { customer_id: bob }]
      orders: [{ customer_id: ada, ordered_at: 2026-01-01T00:00:00Z, loaded_at: 2026-01-01T00:00:00Z }]
    expect: { members: [ada] }
`,
  });
  const ended = await segsync(folder.path, ['test']);
  expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
});
