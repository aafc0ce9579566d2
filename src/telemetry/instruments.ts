/** Every metric there is, with what it means. Names end in their unit; times are in seconds. */
import type { Registry } from 'prom-client';
import { FRESHNESS_BOUNDS_S } from '../freshness-bounds.ts';
import { Distribution } from './distribution.ts';
import type { Labels } from './labels.ts';
import { Levels } from './levels.ts';

type Client = typeof import('prom-client');

const SEGMENT = ['segment', 'tier'];
const SYNC = ['sync', 'destination', 'tier'];
const TICK_BOUNDS_S = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
const REQUEST_BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What names are called in the project as it stands; undefined: it has them no longer. */
export interface Naming {
  readonly segment: (name: string) => Labels | undefined;
  readonly sync: (name: string) => Labels | undefined;
  readonly tier: (name: string) => Labels | undefined;
  /** Seconds since 1970. */
  readonly now: () => number;
}

export type Instruments = ReturnType<typeof segmentInstruments> &
  ReturnType<typeof syncInstruments> &
  ReturnType<typeof loopInstruments>;

export function openInstruments(client: Client, registry: Registry, naming: Naming): Instruments {
  return {
    ...segmentInstruments(client, registry, naming),
    ...syncInstruments(client, registry, naming),
    ...loopInstruments(client, registry, naming),
  };
}

function segmentInstruments(client: Client, registry: Registry, { segment }: Naming) {
  const { counter, histogram } = makers(client, registry);
  const levels = (name: string, help: string): Levels =>
    new Levels(client, registry, { name, help, labelNames: SEGMENT, labels: segment });
  return {
    members: levels('segsync_segment_members', 'Members of each segment at its last tick'),
    tickedAt: levels('segsync_segment_last_tick_timestamp_seconds', 'When each segment last had a good tick'),
    entered: counter('segsync_segment_enters_total', 'Members that entered, by segment', SEGMENT),
    exited: counter('segsync_segment_exits_total', 'Members that left, by segment', SEGMENT),
    affected: counter(
      'segsync_affected_keys_total',
      'Keys that ticks looked at, by segment; those that share a tick share its keys',
      SEGMENT,
    ),
    ticks: histogram(
      'segsync_tick_duration_seconds',
      'How long ticks took; one that segments of several tiers share counts for each of these tiers',
      { labelNames: ['tier'], buckets: TICK_BOUNDS_S },
    ),
  };
}

function syncInstruments(client: Client, registry: Registry, { sync }: Naming) {
  const { counter, histogram } = makers(client, registry);
  const levels = (name: string, help: string): Levels =>
    new Levels(client, registry, { name, help, labelNames: SYNC, labels: sync });
  return {
    operations: counter(
      'segsync_operations_total',
      'Operations by what became of them: delivered, rejected, waiting (given up for now), or retried (counted at each further attempt)',
      [...SYNC, 'op', 'status'],
    ),
    requests: counter(
      'segsync_requests_total',
      'Requests to destinations by HTTP status; `none` where there was no answer, or no HTTP',
      [...SYNC, 'status'],
    ),
    requestTimes: histogram(
      'segsync_request_duration_seconds',
      'How long requests to destinations took until they were answered',
      { labelNames: ['destination'], buckets: REQUEST_BOUNDS_S },
    ),
    freshness: new Distribution(
      registry,
      'segsync_freshness_seconds',
      'From the cause of a change (its row, or the instant a window’s edge crossed it) to the destination’s acknowledgement',
      FRESHNESS_BOUNDS_S,
    ),
    late: counter(
      'segsync_freshness_late_total',
      'Operations acknowledged later than the tier of their sync promises',
      SYNC,
    ),
    waiting: levels('segsync_sync_waiting', 'Operations that wait for an answer, or for the next run'),
    held: levels('segsync_sync_held', '1 while a guard holds the sync, else 0'),
    deliveredAt: levels(
      'segsync_sync_last_success_timestamp_seconds',
      'When each sync was last brought up to its segment without an error',
    ),
  };
}

function loopInstruments(client: Client, registry: Registry, { tier, now }: Naming) {
  const { counter } = makers(client, registry);
  const levels = (name: string, help: string, shown?: (value: number) => number): Levels =>
    new Levels(client, registry, { name, help, labelNames: ['tier'], labels: tier, shown });
  return {
    promise: levels('segsync_tier_promise_seconds', 'How fresh each tier promises to be'),
    every: levels('segsync_tier_interval_seconds', 'How often each tier ticks'),
    turnedAt: levels('segsync_tier_last_success_timestamp_seconds', 'When each tier last had a good turn'),
    age: levels(
      'segsync_tier_last_success_age_seconds',
      'How long ago each tier last had a good turn',
      (at) => now() - at,
    ),
    turns: counter('segsync_loop_turns_total', 'Turns of each tier’s loop, by how they ended: ok or failed', [
      ...['tier', 'status'],
    ]),
    probes: counter(
      'segsync_probes_total',
      'Looks for something new before a tick, by what they found: changed or unchanged',
      ['tier', 'status'],
    ),
    wakes: counter('segsync_wakes_total', 'What woke a tier’s loop', ['tier', 'reason']),
    runs: counter('segsync_runs_total', 'Runs by how they ended', ['status']),
    failures: counter('segsync_failures_total', 'Segments, syncs and runs that failed, by diagnostic code', [
      'code',
    ]),
    warnings: counter('segsync_warnings_total', 'Warnings, by diagnostic code', ['code']),
    reloads: counter(
      'segsync_reloads_total',
      'Reloads of the project’s files: ok, or failed and the old kept',
      ['status'],
    ),
    leasesLost: counter('segsync_leases_lost_total', 'Leases that another process took from this one', []),
  };
}

function makers(client: Client, registry: Registry) {
  const registers = [registry];
  return {
    counter: (name: string, help: string, labelNames: readonly string[]) =>
      new client.Counter({ name, help, labelNames: [...labelNames], registers }),
    histogram: (name: string, help: string, shape: { labelNames: string[]; buckets: number[] }) =>
      new client.Histogram({ name, help, ...shape, registers }),
  };
}
