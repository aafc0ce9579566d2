/** What is behind each segment and sync at a run's instant, and so what is due. */
import type { Project, Segment, Sync } from '../config/project.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { isReconcileDue } from '../evaluate/reconcile-due.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import type { Instant } from '../instant.ts';
import type { RunOptions } from '../pipeline.ts';
import { readReconciled } from '../state/reconciled.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { RunContext } from './context.ts';
import { sendsOn } from './destinations.ts';
import { heldBack, waiting } from './held-back.ts';
import { tickInstant } from './instant.ts';
import { readNews } from './news.ts';
import type { Opened } from './open.ts';
import type { Results } from './results.ts';
import { type Schedule, schedule } from './schedule.ts';
import type { SurveyInput } from './survey.ts';

export interface Looked {
  readonly t: Instant;
  readonly readAt: number;
  readonly states: RunContext['states'];
  readonly syncRows: ReadonlyMap<string, SyncRow>;
  readonly due: Schedule;
  /** Segments for which it is time to look for what cursors cannot show. */
  readonly reconcile: ReadonlySet<string>;
}

/** True when nothing is due: such a run looks at no table, takes no lease and writes nothing. */
export function isIdle({ due, reconcile }: Pick<Looked, 'due' | 'reconcile'>): boolean {
  return due.segments.length + due.syncs.length + reconcile.size === 0;
}

/** What is behind each segment and sync, the instant, and so what is due. */
export async function look(
  { world, project, options, opened }: Omit<SurveyInput, 'destinations'>,
  prepared: ReadonlyMap<string, PreparedSegment>,
  results: Results,
): Promise<Looked> {
  const { session, tables } = opened;
  const stored = await readSegmentStates(session, tables);
  const states = options.kept?.newest(stored) ?? stored;
  const syncRows = await readSyncRows(session, tables);
  const clock = await session.now();
  const readAt = world.clock.monotonic();
  const machine = world.clock.now();
  const t = tickInstant(
    {
      clock,
      ...(options.now === undefined ? {} : { asked: options.now }),
      mayLookAhead: options.command === 'plan',
      states: [...prepared.keys()].flatMap((name) => states.get(name) ?? []),
    },
    results,
  );
  const reconciled = options.deliverOnly ? new Map<string, never>() : await readReconciled(session, tables);
  const isWanted = ({ segment }: PreparedSegment): boolean =>
    !options.deliverOnly && (options.tiers?.has(segment.tier) ?? true);
  const reconcile = [...prepared.values()].filter(
    (each) => isWanted(each) && isReconcileDue(each, states.get(each.name), reconciled.get(each.name), t),
  );
  const idle = options.command === 'run' ? idleSyncs(project, opened, syncRows) : new Map();
  const looked: Looked = {
    ...{ t, readAt, states, syncRows },
    reconcile: new Set(reconcile.map(({ name }) => name)),
    due: schedule({ project, options, t, states, deliveredAt: deliveredAt(syncRows), idle }),
  };
  if (!options.after || isIdle(looked)) return looked;
  const { timezone } = project;
  const isNews = await readNews(options.after, { ...{ world, opened, timezone, clock, machine, results } });
  const waits = waiting({ prepared, states, isNews });
  return {
    ...looked,
    reconcile: new Set([...looked.reconcile].filter((name) => !waits(name))),
    due: heldBack(looked.due, { states, syncRows, waits }),
  };
}

/** Syncs that would not deliver, due or not, by why: no run is begun for them. */
function idleSyncs(
  { syncs, destinations }: Project,
  { target }: Opened,
  rows: ReadonlyMap<string, SyncRow>,
): ReadonlyMap<string, string> {
  const why = ({ name, destination }: Sync): string | undefined => {
    if (!sendsOn(destinations.get(destination)!, target.name)) return 'target';
    return rows.get(name)?.pausedAt === undefined ? undefined : 'paused';
  };
  return new Map(
    [...syncs.values()].flatMap((sync) => {
      const reason = why(sync);
      return reason === undefined ? [] : [[sync.name, reason] as const];
    }),
  );
}

/** By name. A resident process has most of them from the run before. */
export function prepareAll(
  project: Project,
  { segments: names, kept }: Pick<RunOptions, 'segments' | 'kept'>,
): Map<string, PreparedSegment> {
  const segments = [...project.segments.values()].filter((segment) => names.has(segment.name));
  const prepare = kept ? kept.prepare(project) : (segment: Segment) => prepareSegment(project, segment);
  return new Map(segments.map((segment) => [segment.name, prepare(segment)]));
}

function deliveredAt(rows: ReadonlyMap<string, SyncRow>): Map<string, bigint> {
  return new Map(
    [...rows].flatMap(([name, { deliveredAt: at }]) => (at === undefined ? [] : [[name, at] as const])),
  );
}
