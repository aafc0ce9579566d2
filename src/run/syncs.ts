/** What delivery needs of a run for one sync, and how a sync that fails or is left out is reported. */
import { compileRoster } from '../compile/roster.ts';
import type { Sync } from '../config/project.ts';
import { type Behind, readBehind } from '../deliver/behind.ts';
import type { Delivery, Preview, Relations } from '../deliver/context.ts';
import type { Losses } from '../deliver/losses.ts';
import { latest } from '../instant.ts';
import type { SyncResult } from '../report/results.ts';
import { entityOf } from '../segment/resolve.ts';
import type { JointCommits } from '../state/joint.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';
import { sendsOn } from './destinations.ts';
import { runLabel, syncLabel } from './labels.ts';
import { failureReport } from './results.ts';
import { staleSource } from './stale.ts';

const NONE = { add: 0, remove: 0, update: 0 };

export async function preview(
  context: RunContext,
  sync: Sync,
  statements: Statements,
  { behind, relations }: { behind: Behind; relations?: Relations | undefined },
): Promise<Preview> {
  const { world, project, tables, catalog, warehouse, t, options } = context;
  const entity = entityOf(project, project.segments.get(sync.segment)!.entity);
  const allowed = behind.allowed.get(sync.name);
  const scope = { catalog, timezone: project.timezone, t };
  const { manifest, session } = await context.destinations.open(sync.destination);
  return {
    world,
    statements,
    tables,
    project,
    sync,
    destination: { manifest, session },
    sends: sendsOn(project.destinations.get(sync.destination)!, context.target.name),
    roster: compileRoster(entity, sync, scope, warehouse.dialect),
    behind,
    ...(relations ? { relations } : {}),
    // What is delivered stands behind no tick that it delivers.
    now: latest([t, context.results.tickedAt.get(sync.segment) ?? t])!,
    full: options.full,
    allow: {
      removal: options.allowRemoval?.has(sync.name) || allowed?.removal || false,
      add: options.allowAdd?.has(sync.name) || allowed?.add || false,
    },
    ...(emptySource(context, sync.segment) ?? emptyExclusion(context, sync)),
    ...staleSource(context, sync),
  };
}

/** A table that had rows and has none now holds every sync whose segment reads it. */
function emptySource(
  { watermarks }: RunContext,
  segment: string,
): Required<Pick<Preview, 'emptySource'>> | undefined {
  const known = Object.values(watermarks.get(segment) ?? {});
  const emptied = known.find((watermark) => watermark.emptied !== undefined);
  if (emptied?.emptied === undefined) return undefined;
  return { emptySource: { table: emptied.emptied, since: emptied.since } };
}

/** A list of whom to keep out that is suddenly empty would let everyone in. */
function emptyExclusion(context: RunContext, { exclude }: Sync): Pick<Preview, 'emptySource'> {
  const empty = exclude === undefined ? undefined : emptySource(context, exclude);
  return empty ? { emptySource: { ...empty.emptySource, excludes: true } } : {};
}

export async function delivery(
  context: RunContext,
  sync: Sync,
  { behind, joint }: { behind: Behind; joint?: JointCommits | undefined },
): Promise<Delivery> {
  const { session, options, runId, results, project, readAt } = context;
  const { lane } = await context.destinations.open(sync.destination);
  const label = syncLabel(context, sync);
  return {
    ...(await preview(context, sync, session.labelled(label), { behind })),
    label,
    leases: context.leases!,
    joint,
    lane,
    ...{ runId, readAt, yields: options.yields ?? false },
    promised: results.freshness.of(sync.name, project.tiers.get(sync.tier)!),
    signal: options.signal,
    onLoss: (members) => options.kept?.losses.note(sync.name, members),
    onProgress: (delivered) => results.progress(sync.name, delivered),
    onEvent: (event) => results.event({ ...event, sync: sync.name }),
  };
}

export function skippedSync(sync: Sync, skipped: string): SyncResult {
  return { sync: sync.name, planned: NONE, rejected: 0, waiting: 0, unmatchable: 0, skipped, duration_ms: 0 };
}

/** Those of `syncs` that may deliver, with what lies behind them; the others are reported. */
export async function readyToDeliver(
  context: RunContext,
  syncs: readonly Sync[],
  statements: Statements,
  relations?: Relations,
): Promise<{ ready: readonly Sync[]; behind: Behind } | undefined> {
  const { results, tables, t, options, world } = context;
  const reasons = new Map(syncs.map((sync) => [sync, leftAlone(context, sync)]));
  for (const [sync, why] of reasons) if (why !== undefined) results.sync(skippedSync(sync, why));
  const ready = syncs.filter((sync) => reasons.get(sync) === undefined);
  if (ready.length === 0) return undefined;
  const labelled = statements.labelled(runLabel(context));
  const { kept } = options;
  const losses = kept && ((read: () => Promise<Losses>) => kept.losses.of(ready, t, read));
  try {
    const readAt = world.clock.monotonic();
    return {
      ready,
      behind: await readBehind(labelled, tables, ready, { relations, now: t, readAt, losses }),
    };
  } catch (error) {
    for (const sync of ready) reportSyncFailure(context, sync, error, 0);
    return undefined;
  }
}

/** Why a sync is left alone in this run; undefined: it delivers. */
function leftAlone(context: RunContext, sync: Sync): string | undefined {
  if (context.isForeign) return 'foreign_state';
  if (context.results.failedSegments.has(sync.segment)) return 'segment_failed';
  const sends = sendsOn(context.project.destinations.get(sync.destination)!, context.target.name);
  return sends || context.options.command === 'plan' ? undefined : 'target';
}

export function reportSyncFailure(context: RunContext, sync: Sync, error: unknown, durationMs: number): void {
  const report = failureReport(error, context.project.root);
  context.results.sync({
    sync: sync.name,
    planned: NONE,
    rejected: 0,
    waiting: 0,
    unmatchable: 0,
    duration_ms: Math.round(durationMs),
    error: report,
  });
}
