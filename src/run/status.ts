/** Reads where everything stands, changing nothing. */
import type { Project, Tier } from '../config/project.ts';
import type { Selection } from '../config/select.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { SegmentStatus, StatusReport, SyncStatus } from '../report/results.ts';
import { countRejections, type RejectionCount, readRejectionReasons } from '../state/rejection-rows.ts';
import { readRuns } from '../state/runs.ts';
import { readSegmentRows, type SegmentRow } from '../state/segment-rows.ts';
import { inSlices, type StateTables, textList } from '../state/sql.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { Session, Statements } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { readDays, runOf } from './history.ts';
import { openTarget, type Patience } from './open.ts';

/** Of the selected segments and syncs, each in the order of names. */
export async function readStatus(
  world: World,
  project: Project,
  request: Selection & Patience & { readonly target: string; readonly sizes: boolean },
): Promise<StatusReport> {
  const { session, tables } = await openTarget(world, project, request.target, 'read', request);
  try {
    const now = await session.now();
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
    };
    const wanted = (names: Iterable<string>, chosen: ReadonlySet<string>): string[] =>
      [...names].filter((name) => chosen.has(name)).sort();
    const segments = wanted(project.segments.keys(), request.segments).map((name) =>
      segmentStatus(name, known),
    );
    const [last] = await readRuns(session, tables, 1);
    const days = request.sizes ? await readSizes(session, tables, segments, project) : undefined;
    return {
      version: 1,
      now: formatInstant(now),
      ...(last ? { last_run: runOf(last) } : {}),
      segments: segments.map((each) => ({ ...each, ...days?.get(each.segment) })),
      syncs: wanted(project.syncs.keys(), request.syncs).map((name) => syncStatus(name, known)),
    };
  } finally {
    await session.close();
  }
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

function segmentStatus(name: string, { project, segments, now }: Known): SegmentStatus {
  const { tier } = project.segments.get(name)!;
  const row = segments.get(name);
  const age = ageOf(row?.evaluatedAt, now, project.tiers.get(tier)!);
  return {
    ...{ segment: name, tier, members: row?.members ?? 0 },
    ...(row?.evaluatedAt === undefined ? {} : { evaluated_at: formatInstant(row.evaluatedAt) }),
    ...age,
  };
}

function syncStatus(name: string, known: Known): SyncStatus {
  const { project, syncs, rejections, waiting, changed, now } = known;
  const { tier, segment } = project.syncs.get(name)!;
  const jobs = known.jobs.get(name);
  const row = syncs.get(name);
  const rejected = rejections.get(name);
  const isOwed = row && row.tickId === undefined && row.pausedAt === undefined;
  return {
    ...{ sync: name, tier, members: row?.members ?? 0 },
    ...(row?.deliveredAt === undefined ? {} : { delivered_at: formatInstant(row.deliveredAt) }),
    ...ageOf(isOwed ? changed.get(segment) : row?.deliveredAt, now, project.tiers.get(tier)!),
    // What was taken off on purpose breaks no promise.
    ...(row?.pausedAt === undefined ? {} : { late: false }),
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

/** What never happened breaks no promise yet. */
function ageOf(
  at: Instant | undefined,
  now: Instant,
  { freshWithin }: Tier,
): { age_ms?: number; promise_ms: number; late: boolean } {
  const promise_ms = Number(freshWithin / 1000n);
  if (at === undefined) return { promise_ms, late: false };
  return { age_ms: Number((now - at) / 1000n), promise_ms, late: now - at > freshWithin };
}
