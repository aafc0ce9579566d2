/** What metrics make of events, read back by a parser of our own. */
import { describe, expect, it } from 'vitest';
import { FRESHNESS_BOUNDS_S } from '../../../src/freshness-bounds.ts';
import type { RunEvent, SegmentResult, SyncResult } from '../../../src/report/results.ts';
import { openMetrics } from '../../../src/telemetry/metrics.ts';
import { type Family, parseExposition, sampleOf } from './exposition.ts';
import { movedWorld, NOW, shop } from './fixture.ts';

const SEGMENT: SegmentResult = {
  ...{ segment: 'opted_in', mode: 'incremental', reason: 'changed_keys', members: 600 },
  ...{ entered: 20, exited: 5, affected: 40, duration_ms: 1500 },
};
const SYNC: SyncResult = {
  ...{ sync: 'opted_in.files', planned: { add: 20, remove: 5, update: 0 } },
  ...{
    delivered: { add: 20, remove: 5, update: 0 },
    rejected: 0,
    waiting: 0,
    unmatchable: 0,
    duration_ms: 10,
  },
};
const TICK: RunEvent = {
  ...{ event: 'tick_finished', entity: 'customer', segments: ['opted_in', 'buyers'], mode: 'incremental' },
  ...{ affected: 40, entered: 20, exited: 5, duration_ms: 1500 },
};
const BATCH: RunEvent = {
  ...{ event: 'batch_settled', sync: 'opted_in.files', op: 'add', delivered: 19, rejected: 1, waiting: 0 },
  freshness: {
    ...{ sum_s: 100_000 + 9 * 0.05 + 9 * 8, late: 1 },
    buckets: [
      { up_to_s: 0.1, rows: 9 },
      { up_to_s: 10, rows: 9 },
      { up_to_s: 172_800, rows: 1 },
    ],
  },
};

async function played(events: readonly RunEvent[], files = {}) {
  const world = movedWorld();
  const metrics = await openMetrics(world, await shop(files), '1.2.3');
  for (const event of events) metrics.onEvent(event);
  const read = async (): Promise<Map<string, Family>> => parseExposition((await metrics.print()).text);
  return { world, metrics, read, families: await read() };
}

const OPTED_IN = { project: 'corner_shop', segment: 'opted_in', tier: 'hourly' };
const TO_FILES = { project: 'corner_shop', sync: 'opted_in.files', destination: 'files', tier: 'hourly' };

describe('segments', () => {
  it('have members, enters, exits and affected keys that add up over ticks', async () => {
    const { families } = await played([
      { event: 'segment_evaluated', result: SEGMENT },
      {
        event: 'segment_evaluated',
        result: { ...SEGMENT, members: 601, entered: 1, exited: 0, affected: 1 },
      },
    ]);
    expect(sampleOf(families, 'segsync_segment_members', OPTED_IN)).toBe(601);
    expect(sampleOf(families, 'segsync_segment_enters_total', OPTED_IN)).toBe(21);
    expect(sampleOf(families, 'segsync_segment_exits_total', OPTED_IN)).toBe(5);
    expect(sampleOf(families, 'segsync_affected_keys_total', OPTED_IN)).toBe(41);
    expect(sampleOf(families, 'segsync_segment_last_tick_timestamp_seconds', OPTED_IN)).toBe(
      Number(NOW) / 1e6,
    );
  });

  it('that fail keep the members they had, and count by their code', async () => {
    const error = { code: 'E703', message: 'column "nobody@example.com" is missing' };
    const { families, metrics } = await played([
      { event: 'segment_evaluated', result: SEGMENT },
      { event: 'segment_evaluated', result: { ...SEGMENT, mode: 'skipped', members: 0, error } },
    ]);
    expect(sampleOf(families, 'segsync_segment_members', OPTED_IN)).toBe(600);
    expect(sampleOf(families, 'segsync_failures_total', { code: 'E703' })).toBe(1);
    expect((await metrics.print()).text).not.toContain('nobody');
  });

  it('share a tick, which counts once for each of their tiers', async () => {
    const { families } = await played([TICK]);
    for (const tier of ['hourly', 'daily']) {
      expect(sampleOf(families, 'segsync_tick_duration_seconds_count', { tier })).toBe(1);
      expect(sampleOf(families, 'segsync_tick_duration_seconds_sum', { tier })).toBe(1.5);
      expect(sampleOf(families, 'segsync_tick_duration_seconds_bucket', { tier, le: '1' })).toBe(0);
      expect(sampleOf(families, 'segsync_tick_duration_seconds_bucket', { tier, le: '2.5' })).toBe(1);
    }
    expect(sampleOf(families, 'segsync_tick_duration_seconds_count', { tier: 'realtime' })).toBeUndefined();
  });

  it('that a reload took away are shown no longer', async () => {
    const { metrics, read } = await played([{ event: 'segment_evaluated', result: SEGMENT }]);
    const { 'segments/opted_in.yaml': _, ...rest } = (await import('../../cli/segsync.ts')).SHOP;
    const project = await shop(rest);
    const segments = new Map([...project.segments].filter(([name]) => name !== 'opted_in'));
    metrics.describe({ ...project, segments }, ['hourly']);
    expect(sampleOf(await read(), 'segsync_segment_members', OPTED_IN)).toBeUndefined();
  });

  it('a tier that has no loop any more has no age that grows', async () => {
    const { metrics, read } = await played([]);
    const project = await shop((await import('../../cli/segsync.ts')).SHOP);
    const age = async (tier: string): Promise<number | undefined> =>
      sampleOf(await read(), 'segsync_tier_last_success_age_seconds', { tier });
    metrics.turned('daily', true);
    metrics.turned('hourly', true);
    expect(await age('daily')).toBeDefined();
    metrics.describe(project, ['hourly']);
    expect(await age('daily')).toBeUndefined();
    expect(await age('hourly')).toBeDefined();
    expect(sampleOf(await read(), 'segsync_tier_promise_seconds', { tier: 'daily' })).toBeUndefined();
  });
});

describe('syncs', () => {
  it('count operations by what became of them, what took no request included', async () => {
    const { families } = await played([
      {
        ...{ event: 'request_ended', sync: 'opted_in.files', op: 'add', rows: 20, attempt: 1, retried: 20 },
        ...{ http_status: 503, duration_ms: 30 },
      },
      {
        ...{ event: 'request_ended', sync: 'opted_in.files', op: 'add', rows: 20, attempt: 2, retried: 0 },
        ...{ http_status: 200, duration_ms: 30 },
      },
      BATCH,
      { event: 'sync_finished', result: { ...SYNC, rejected: 1, waiting: 3 } },
    ]);
    const operations = (op: string, status: string): number | undefined =>
      sampleOf(families, 'segsync_operations_total', { ...TO_FILES, op, status });
    expect(operations('add', 'delivered')).toBe(20);
    expect(operations('remove', 'delivered')).toBe(5);
    expect(operations('add', 'rejected')).toBe(1);
    expect(operations('add', 'retried')).toBe(20);
    expect(operations('update', 'delivered')).toBeUndefined();
    expect(sampleOf(families, 'segsync_requests_total', { ...TO_FILES, status: '503' })).toBe(1);
    expect(sampleOf(families, 'segsync_requests_total', { ...TO_FILES, status: '200' })).toBe(1);
    expect(sampleOf(families, 'segsync_request_duration_seconds_count', { destination: 'files' })).toBe(2);
    expect(sampleOf(families, 'segsync_sync_waiting', TO_FILES)).toBe(3);
    expect(sampleOf(families, 'segsync_sync_held', TO_FILES)).toBe(0);
  });

  it('have a histogram of freshness, cumulative, with the promises among its bounds', async () => {
    const { families } = await played([BATCH, BATCH]);
    const family = families.get('segsync_freshness_seconds')!;
    const buckets = family.samples.filter(({ name }) => name.endsWith('_bucket'));
    expect(buckets.map(({ labels }) => Number(labels.le!.replace('+Inf', 'Infinity')))).toEqual([
      ...FRESHNESS_BOUNDS_S,
      Number.POSITIVE_INFINITY,
    ]);
    const counts = buckets.map(({ value }) => value);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    for (const promise of [10, 15 * 60, 2 * 3600, 26 * 3600]) expect(FRESHNESS_BOUNDS_S).toContain(promise);
    expect(sampleOf(families, 'segsync_freshness_seconds_bucket', { ...TO_FILES, le: '5' })).toBe(18);
    expect(sampleOf(families, 'segsync_freshness_seconds_bucket', { ...TO_FILES, le: '10' })).toBe(36);
    expect(sampleOf(families, 'segsync_freshness_seconds_bucket', { ...TO_FILES, le: '+Inf' })).toBe(38);
    expect(sampleOf(families, 'segsync_freshness_seconds_count', TO_FILES)).toBe(38);
    expect(sampleOf(families, 'segsync_freshness_seconds_sum', TO_FILES)).toBeCloseTo(200_144.9);
    expect(sampleOf(families, 'segsync_freshness_late_total', TO_FILES)).toBe(2);
  });

  it('are held until they are not; being skipped changes nothing', async () => {
    const held = { guard: 'max_remove', figure: '50%', limit: '30%' } as const;
    const { world, metrics, read, families } = await played([
      { event: 'sync_finished', result: SYNC },
      { event: 'sync_finished', result: { ...SYNC, held } },
      { event: 'sync_finished', result: { ...SYNC, skipped: 'not_due' } },
    ]);
    expect(sampleOf(families, 'segsync_sync_held', TO_FILES)).toBe(1);
    world.pass(5000);
    metrics.onEvent({ event: 'sync_finished', result: SYNC });
    const later = await read();
    expect(sampleOf(later, 'segsync_sync_held', TO_FILES)).toBe(0);
    expect(sampleOf(later, 'segsync_sync_last_success_timestamp_seconds', TO_FILES)).toBe(
      Number(NOW) / 1e6 + 5,
    );
  });
});

describe('loops', () => {
  it('count turns, probes and wake-ups; the age of the last good turn grows', async () => {
    const { world, metrics, read } = await played([]);
    metrics.woke('hourly', 'notify');
    metrics.probed('hourly', true);
    metrics.probed('hourly', false);
    metrics.turned('hourly', true);
    world.pass(90_000);
    metrics.turned('hourly', false);
    metrics.reloaded(true);
    metrics.reloaded(false);
    metrics.leaseLost();
    const families = await read();
    expect(sampleOf(families, 'segsync_wakes_total', { tier: 'hourly', reason: 'notify' })).toBe(1);
    expect(sampleOf(families, 'segsync_probes_total', { tier: 'hourly', status: 'changed' })).toBe(1);
    expect(sampleOf(families, 'segsync_loop_turns_total', { tier: 'hourly', status: 'failed' })).toBe(1);
    expect(sampleOf(families, 'segsync_tier_last_success_age_seconds', { tier: 'hourly' })).toBeCloseTo(
      90,
      3,
    );
    expect(sampleOf(families, 'segsync_reloads_total', { status: 'failed' })).toBe(1);
    expect(sampleOf(families, 'segsync_leases_lost_total')).toBe(1);
    expect(sampleOf(families, 'segsync_tier_promise_seconds', { tier: 'realtime' })).toBe(10);
    expect(sampleOf(families, 'segsync_tier_promise_seconds', { tier: 'daily' })).toBe(26 * 3600);
  });
});

describe('the text', () => {
  it('has help and type for each family, seconds and bytes as units, and the process', async () => {
    const { families, metrics } = await played([TICK, BATCH, { event: 'sync_finished', result: SYNC }]);
    const { type } = await metrics.print();
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const [name, { help, type }] of families) {
      expect(help, name).toBeTruthy();
      expect(type, name).toMatch(/^(counter|gauge|histogram|summary)$/);
      expect(name).not.toMatch(/_ms$|milliseconds/);
    }
    expect(sampleOf(families, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds'])
      expect(sampleOf(families, name), name).toBeGreaterThanOrEqual(0);
    expect(sampleOf(families, 'segsync_build_info', { version: '1.2.3' })).toBe(1);
  });

  it('labels with names of the project only', async () => {
    const { families } = await played([
      { event: 'segment_evaluated', result: SEGMENT },
      ...[TICK, BATCH],
      { event: 'run_finished', run_id: 'r', status: 'done', duration_ms: 1 },
      { event: 'warning', code: 'W702', message: 'x' },
    ]);
    const ours = [...families].filter(([name]) => name.startsWith('segsync_'));
    const labels = new Set(
      ours.flatMap(([, { samples }]) => samples.flatMap((each) => Object.keys(each.labels))),
    );
    const allowed = [
      'project',
      'tier',
      'segment',
      'sync',
      'destination',
      'op',
      'status',
      'code',
      'le',
      'version',
    ];
    expect([...labels].filter((label) => !allowed.includes(label))).toEqual([]);
  });

  it('escapes quotes, backslashes and line ends in values', async () => {
    const odd = 'a "quoted" \\ name\nof two lines';
    const { metrics, read } = await played([]);
    metrics.woke('hourly', odd);
    expect(sampleOf(await read(), 'segsync_wakes_total', { reason: odd })).toBe(1);
  });
});
