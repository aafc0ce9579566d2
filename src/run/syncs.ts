/** What delivery needs of a run for one sync, and how a sync that fails or is left out is reported. */
import { compileRoster } from '../compile/roster.ts';
import type { Sync } from '../config/project.ts';
import type { Delivery, Preview, Relations } from '../deliver/context.ts';
import type { Watermarks } from '../evaluate/watermark.ts';
import type { SyncResult } from '../report/results.ts';
import { entityOf } from '../segment/resolve.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';
import { sendsOn } from './destinations.ts';
import { syncLabel } from './labels.ts';
import { failureReport } from './results.ts';

const NONE = { add: 0, remove: 0, update: 0 };

export async function preview(
  context: RunContext,
  sync: Sync,
  statements: Statements,
  relations?: Relations,
): Promise<Preview> {
  const { world, project, tables, catalog, warehouse, t, options } = context;
  const entity = entityOf(project, project.segments.get(sync.segment)!.entity);
  const scope = { catalog, timezone: project.timezone, t };
  const { manifest, session } = await context.destinations.open(sync.destination);
  return {
    world,
    statements,
    tables,
    project,
    sync,
    destination: { manifest, session },
    roster: compileRoster(entity, sync, scope, warehouse.dialect),
    ...(relations ? { relations } : {}),
    now: t,
    full: options.full,
    allow: {
      removal: options.allowRemoval?.has(sync.name) ?? false,
      add: options.allowAdd?.has(sync.name) ?? false,
    },
    ...emptySource(context.watermarks.get(sync.segment)),
  };
}

/** A table that had rows and has none now holds every sync whose segment reads it. */
function emptySource(watermarks: Watermarks | undefined): Pick<Preview, 'emptySource'> {
  const emptied = Object.values(watermarks ?? {}).find((watermark) => watermark.emptied !== undefined);
  return emptied?.emptied === undefined
    ? {}
    : { emptySource: { table: emptied.emptied, since: emptied.since } };
}

export async function delivery(context: RunContext, sync: Sync): Promise<Delivery> {
  const { session, options, runId, results } = context;
  const { lane } = await context.destinations.open(sync.destination);
  const label = syncLabel(context, sync);
  return {
    ...(await preview(context, sync, session.labelled(label))),
    label,
    leases: context.leases!,
    lane,
    runId,
    signal: options.signal,
    onProgress: (delivered) => results.progress(sync.name, delivered),
  };
}

export function skippedSync(sync: Sync, skipped: string): SyncResult {
  return { sync: sync.name, planned: NONE, rejected: 0, waiting: 0, unmatchable: 0, skipped, duration_ms: 0 };
}

/** Why a sync is left alone in this run; undefined: it delivers. */
export function leftAlone(context: RunContext, sync: Sync): string | undefined {
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
