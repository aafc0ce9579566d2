/** Reads where everything stands, changing nothing. */
import type { Project, Tier } from '../config/project.ts';
import type { Selection } from '../config/select.ts';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import type { FreshnessLog } from '../deliver/freshness-log.ts';
import { Promised } from '../deliver/promised.ts';
import { formatInstant, type Instant, latest } from '../instant.ts';
import type { SegmentStatus, StatusReport, SyncStatus, TierStatus } from '../report/results.ts';
import { readAwaited } from '../state/awaited.ts';
import { countRejections, type RejectionCount, readRejectionReasons } from '../state/rejection-rows.ts';
import { readRuns } from '../state/runs.ts';
import { readSegmentRows, type SegmentRow } from '../state/segment-rows.ts';
import { inSlices, type StateTables, textList } from '../state/sql.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { Session, Statements } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { sentSyncs } from './awaited.ts';
import { readDays, runOf } from './history.ts';
import { openTarget, type Patience } from './open.ts';
import { paced, usedTiers } from './pace.ts';
import { readStaleNow } from './stale-now.ts';
import { measuredLately, readMeasured } from './status-measured.ts';
import { textName } from './texts.ts';

/** Of the selected segments and syncs, each in the order of names. */
export async function readStatus(
  world: World,
  asked: Project,
  request: Selection & Patience & { readonly target: string; readonly sizes: boolean },
): Promise<StatusReport> {
  const opened = await openTarget(world, asked, request.target, 'read', request);
  const { session, tables } = opened;
  const project = paced(asked, opened.warehouse);
  try {
    const now = await session.now();
    const syncNames = wanted(project.syncs.keys(), request.syncs);
    const known: Known = {
      project,
      now,
      segments: await readSegmentRows(session, tables),
      syncs: await readSyncRows(session, tables),
      rejections: await countRejections(session, tables),
      reasons: await readRejectionReasons(session, tables),
      waiting: await countWaiting(session, tables, [...project.syncs.keys()]),
      jobs: await countJobs(session, tables),
      changed: await firstChanges(session, tables),
      awaited: await readAwaited(session, tables, awaitable(project, request.target)),
      measured: await readMeasured(session, tables, { project, syncs: syncNames, now }),
    };
    const segments = wanted(project.segments.keys(), request.segments).map((name) =>
      segmentStatus(name, known),
    );
    const syncs = syncNames.map((name) => syncStatus(name, known));
    const [last] = await readRuns(session, tables, 1);
    const stale = await readStaleNow(
      { session, tables },
      { project, names: segments.map(({ segment }) => segment), rows: known.segments, now },
    );
    const days = request.sizes ? await readSizes(session, tables, segments, project) : undefined;
    return {
      version: 1,
      now: formatInstant(now),
      ...(last ? { last_run: runOf(last) } : {}),
      segments: segments.map((each) => ({
        ...each,
        ...staleOf(stale.get(each.segment)),
        ...days?.get(each.segment),
      })),
      syncs,
      tiers: usedTiers(project, request).map((name) => tierStatus(name, asked, known, { segments, syncs })),
    };
  } finally {
    await session.close();
  }
}

function wanted(names: Iterable<string>, chosen: ReadonlySet<string>): string[] {
  return [...names].filter((name) => chosen.has(name)).sort();
}

/** What may be late without ever having been done: not what this target's runs leave to others. */
function awaitable(project: Project, target: string): string[] {
  return [
    ...[...project.segments.keys()].map((name) => textName('segment', name)),
    ...sentSyncs(project, target).map((name) => textName('sync', name)),
  ];
}

function staleOf(stale: SegmentStatus['stale']): Pick<SegmentStatus, 'stale'> {
  return stale ? { stale } : {};
}

/** Two weeks: what a change of last week looks like beside the week before. */
const DAYS = 14;

async function readSizes(
  session: Session,
  tables: StateTables,
  segments: readonly SegmentStatus[],
  { timezone }: Project,
): Promise<ReadonlyMap<string, Pick<SegmentStatus, 'sizes'>>> {
  if (segments.length === 0) return new Map();
  const members = new Map(segments.map((each) => [each.segment, each.members]));
  const days = await readDays(session, tables, members, { days: DAYS, timezone });
  return new Map([...days].map(([name, own]) => [name, { sizes: own.map((day) => day.members) }]));
}

interface Known {
  readonly project: Project;
  readonly now: Instant;
  readonly segments: ReadonlyMap<string, SegmentRow>;
  readonly syncs: ReadonlyMap<string, SyncRow>;
  readonly rejections: ReadonlyMap<string, RejectionCount>;
  readonly reasons: Awaited<ReturnType<typeof readRejectionReasons>>;
  /** Rows in doubt, by sync. */
  readonly waiting: ReadonlyMap<string, number>;
  /** Jobs of other sides that have not ended, by sync. */
  readonly jobs: ReadonlyMap<string, Jobs>;
  /** By segment: its oldest change that is kept. */
  readonly changed: ReadonlyMap<string, Instant>;
  /** By `segment:x` and `sync:x.y`: since when what was never done is awaited. */
  readonly awaited: ReadonlyMap<string, Instant>;
  readonly measured: FreshnessLog;
}

/** For syncs that never got anything through: since when they owe it. */
async function firstChanges(statements: Statements, tables: StateTables): Promise<Map<string, Instant>> {
  const first = tables.dialect.functions.micros_of('min(evaluated_at)');
  const rows = await statements.query(
    `SELECT segment, ${first} AS first_at FROM ${tables.from('changes')} AS changes` +
      ` WHERE segment IN (SELECT segment FROM ${tables.from('syncs')} AS syncs WHERE tick_id IS NULL)` +
      ' GROUP BY segment ORDER BY segment',
  );
  return new Map(rows.flatMap(({ segment, first_at: at }) => (at ? [[segment!, BigInt(at)] as const] : [])));
}

async function countWaiting(
  statements: Statements,
  tables: StateTables,
  syncs: readonly string[],
): Promise<Map<string, number>> {
  if (syncs.length === 0) return new Map();
  const rows = await statements.query(
    `SELECT sync, count(*) AS waiting FROM ${tables.from('ledger')} AS ledger` +
      ` WHERE sync IN ${textList(tables.dialect, syncs)}${inSlices(tables, syncs)}` +
      " AND state = 'sending' GROUP BY sync ORDER BY sync",
  );
  return new Map(rows.map((row) => [row.sync!, Number(row.waiting)]));
}

interface Jobs {
  readonly open: number;
  /** When the oldest was handed over. */
  readonly since: Instant;
}

async function countJobs(statements: Statements, tables: StateTables): Promise<Map<string, Jobs>> {
  const since = tables.dialect.functions.micros_of('min(sent_at)');
  const rows = await statements.query(
    `SELECT sync, count(*) AS jobs, ${since} AS since FROM ${tables.from('batches')} AS batches` +
      " WHERE status = 'waiting' AND job_ref IS NOT NULL GROUP BY sync ORDER BY sync",
  );
  return new Map(rows.map((row) => [row.sync!, { open: Number(row.jobs), since: BigInt(row.since!) }]));
}

const REASONS = 3;

function segmentStatus(name: string, { project, segments, awaited, now }: Known): SegmentStatus {
  const { tier } = project.segments.get(name)!;
  const row = segments.get(name);
  const since = { at: row?.evaluatedAt, awaited: awaited.get(textName('segment', name)) };
  return {
    ...{ segment: name, tier, members: row?.members ?? 0 },
    ...(row?.evaluatedAt === undefined ? {} : { evaluated_at: formatInstant(row.evaluatedAt) }),
    ...ageOf(since, now, project.tiers.get(tier)!),
  };
}

function syncStatus(name: string, known: Known): SyncStatus {
  const { project, syncs, rejections, waiting, changed, now } = known;
  const { tier: tierName, segment } = project.syncs.get(name)!;
  const tier = project.tiers.get(tierName)!;
  const jobs = known.jobs.get(name);
  const row = syncs.get(name);
  const rejected = rejections.get(name);
  const isPaused = row?.pausedAt !== undefined;
  const isOwed = row && row.tickId === undefined && !isPaused;
  const owed = isOwed ? changed.get(segment) : undefined;
  const awaited = isPaused ? undefined : known.awaited.get(textName('sync', name));
  const since =
    isOwed && row.deliveredAt === undefined
      ? { at: undefined, awaited: owed ?? awaited }
      : { at: isOwed ? owed : upToDateAt(name, known), awaited };
  const promised = known.measured.of(name, tier);
  const measured = measuredLately(promised, tier);
  return {
    ...{ sync: name, tier: tierName, members: row?.members ?? 0 },
    ...(row?.deliveredAt === undefined ? {} : { delivered_at: formatInstant(row.deliveredAt) }),
    ...ageOf(since, now, tier),
    // What was taken off on purpose breaks no promise.
    ...(isPaused ? { late: false } : {}),
    ...(measured ? { measured } : {}),
    broken: !isPaused && promised.isBroken,
    rejected: rejected?.rows ?? 0,
    rejected_removals: rejected?.removals ?? 0,
    ...(rejected ? { rejections: (known.reasons.get(name) ?? []).slice(0, REASONS) } : {}),
    waiting: waiting.get(name) ?? 0,
    ...(jobs ? { jobs: jobs.open, oldest_job_ms: Number((now - jobs.since) / 1000n) } : {}),
    ...(row?.heldReason === undefined ? {} : { held_reason: row.heldReason }),
    ...(row?.pausedAt === undefined ? {} : { paused_at: formatInstant(row.pausedAt) }),
    ...(row?.pausedReason === undefined ? {} : { paused_reason: row.pausedReason }),
  };
}

/**
 * When all there was to deliver had been: a sync that has its segment's last tick is as new as that tick, though a sync
 * with nothing to send notes that it looked once a minute only.
 */
function upToDateAt(name: string, { project, syncs, segments, waiting }: Known): Instant | undefined {
  const sync = project.syncs.get(name)!;
  const row = syncs.get(name);
  if (row?.deliveredAt === undefined) return undefined;
  const segment = segments.get(sync.segment);
  const hasAll =
    row.tickId !== undefined &&
    row.tickId === segment?.tickId &&
    row.fingerprint === syncFingerprint(project, sync) &&
    row.heldReason === undefined &&
    sync.exclude === undefined &&
    !waiting.has(name);
  return hasAll ? latest([row.deliveredAt, segment.evaluatedAt ?? 0n]) : row.deliveredAt;
}

/** What never happened is as old as the run that first ended without it; where none has, it breaks no promise yet. */
function ageOf(
  { at, awaited }: { readonly at: Instant | undefined; readonly awaited: Instant | undefined },
  now: Instant,
  { freshWithin }: Tier,
): { age_ms?: number; awaited_ms?: number; promise_ms: number; late: boolean } {
  const since = at ?? awaited;
  const promise_ms = Number(freshWithin / 1000n);
  if (since === undefined) return { promise_ms, late: false };
  const age = Number((now - since) / 1000n);
  return {
    ...(at === undefined ? { awaited_ms: age } : { age_ms: age }),
    promise_ms,
    late: now - since > freshWithin,
  };
}

/** What is paused breaks no promise, whatever it did before. */
function tierStatus(
  name: string,
  asked: Project,
  { project, measured }: Known,
  { segments, syncs }: { segments: readonly SegmentStatus[]; syncs: readonly SyncStatus[] },
): TierStatus {
  const tier = project.tiers.get(name)!;
  const pool = new Promised(Number(tier.freshWithin / 1000n));
  const own = syncs.filter((each) => each.tier === name && each.paused_at === undefined);
  for (const { sync } of own) pool.merge(measured.of(sync, tier));
  const lately = measuredLately(pool, tier);
  const { every } = asked.tiers.get(name)!;
  return {
    tier: name,
    every_ms: Number(tier.every / 1000n),
    ...(every === tier.every ? {} : { asked_every_ms: Number(every / 1000n) }),
    promise_ms: pool.promiseMs,
    late: [...segments, ...syncs].filter((each) => each.tier === name && each.late).length,
    ...(lately ? { measured: lately } : {}),
    broken: pool.isBroken,
  };
}
