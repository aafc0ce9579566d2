/** Looks before anything is done: the instant, what is behind, what is due, whose it is, and so the list of steps. */
import type { Project } from '../config/project.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import type { Instant } from '../instant.ts';
import type { RunOptions } from '../pipeline.ts';
import type { DefinitionChange, SegmentResult } from '../report/results.ts';
import { newestPrunedTicks } from '../state/prune.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { World } from '../world.ts';
import type { RunContext } from './context.ts';
import { definitionChanges } from './definitions.ts';
import type { Destinations } from './destinations.ts';
import { tickInstant } from './instant.ts';
import { leased } from './leases.ts';
import { type Opened, readTables } from './open.ts';
import { failureReport, Results } from './results.ts';
import { type Schedule, schedule } from './schedule.ts';
import { type Step, stepsOf } from './steps.ts';
import { skippedSync } from './syncs.ts';

export interface SurveyInput {
  readonly world: World;
  readonly project: Project;
  readonly options: RunOptions;
  readonly opened: Opened;
  readonly destinations: Destinations;
}

export interface Survey {
  readonly context: RunContext;
  readonly steps: readonly Step[];
  /** Only for a plan. */
  readonly definitions?: readonly DefinitionChange[];
}

export async function survey(input: SurveyInput): Promise<Survey> {
  const { world, project, options, opened, destinations } = input;
  const { session } = opened;
  const results = new Results(options.onEvent);
  const prepared = prepareAll(project, options.segments);
  const runId = world.random.uuid();
  const first = await look(input, prepared, results);
  const announced = { segments: first.due.segments.length, syncs: first.due.syncs.length };
  options.onEvent({ event: 'run_started', run_id: runId, ...announced });
  const held = await hold(opened, first.due, options, results);
  // What another process committed before the leases were ours is seen only now.
  const { t, states, syncRows, due } = held === first.due ? first : await look(input, prepared, results);
  const own = both(due, held);
  const { catalog, made } = await readTables(
    session,
    opened.warehouse.dialect,
    needed([...prepared.values()], own),
  );
  const watermarks = new Map([...states].map(([name, state]) => [name, state.watermarks]));
  const context: RunContext = {
    ...opened,
    watermarks,
    world,
    project,
    options,
    runId,
    results,
    t,
    states,
    catalog,
    made,
    destinations,
  };
  const segments = own.segments.map(({ name }) => prepared.get(name)!);
  const { steps, failed } = stepsOf({
    project,
    segments,
    syncs: own.syncs,
    states,
    catalog,
    made,
    pruned: await newestPrunedTicks(session, opened.tables),
    full: options.full,
    t,
  });
  for (const [name, error] of failed) reportUnfit(context, name, error);
  reportLeftOut(context, due, own);
  const definitions =
    options.command === 'plan'
      ? await definitionChanges({
          ...{ project, prepared, states, syncRows, destinations },
          ...{ syncs: options.syncs, target: opened.target.name },
        })
      : undefined;
  return { context, steps, ...(definitions ? { definitions } : {}) };
}

/** What is behind each segment and sync, the instant, and so what is due. */
async function look(
  { project, options, opened }: SurveyInput,
  prepared: ReadonlyMap<string, PreparedSegment>,
  results: Results,
): Promise<{
  t: Instant;
  states: RunContext['states'];
  syncRows: ReadonlyMap<string, SyncRow>;
  due: Schedule;
}> {
  const { session, tables } = opened;
  const states = await readSegmentStates(session, tables);
  const syncRows = await readSyncRows(session, tables);
  const t = tickInstant(
    {
      clock: await session.now(),
      ...(options.now === undefined ? {} : { asked: options.now }),
      mayLookAhead: options.command === 'plan',
      states: [...prepared.keys()].flatMap((name) => states.get(name) ?? []),
    },
    results,
  );
  return {
    t,
    states,
    syncRows,
    due: schedule({ project, options, t, states, deliveredAt: deliveredAt(syncRows) }),
  };
}

function prepareAll(project: Project, names: ReadonlySet<string>): Map<string, PreparedSegment> {
  const segments = [...project.segments.values()].filter((segment) => names.has(segment.name));
  return new Map(segments.map((segment) => [segment.name, prepareSegment(project, segment)]));
}

/** A run that has nothing to do looks at no table. */
function needed(prepared: readonly PreparedSegment[], own: Schedule): PreparedSegment[] {
  const names = new Set([
    ...own.segments.map(({ name }) => name),
    ...own.syncs.map(({ segment }) => segment),
  ]);
  return prepared.filter(({ name }) => names.has(name));
}

/** The part of a schedule that this process may do; a plan takes no leases. */
async function hold(opened: Opened, due: Schedule, options: RunOptions, results: Results): Promise<Schedule> {
  if (!opened.leases || due.segments.length + due.syncs.length === 0) return due;
  const { schedule: own, locked } = await leased(opened.leases, due, options, results);
  const nothing = own.segments.length + own.syncs.length === 0;
  if (nothing && locked.segments.length + locked.syncs.length > 0) results.exit(EXIT.tryLater);
  return own;
}

function both(due: Schedule, held: Schedule): Schedule {
  return {
    ...due,
    segments: due.segments.filter((each) => held.segments.includes(each)),
    syncs: due.syncs.filter((each) => held.syncs.includes(each)),
  };
}

function deliveredAt(rows: ReadonlyMap<string, SyncRow>): Map<string, bigint> {
  return new Map(
    [...rows].flatMap(([name, { deliveredAt: at }]) => (at === undefined ? [] : [[name, at] as const])),
  );
}

function reportUnfit(context: RunContext, name: string, error: unknown): void {
  const report = failureReport(error, context.project.root);
  context.results.segment({ ...untouched(context, name, 'failed'), error: report });
}

function reportLeftOut(context: RunContext, due: Schedule, own: Schedule): void {
  const { results } = context;
  for (const { name } of due.notDue.segments) results.segment(untouched(context, name, 'not_due'));
  for (const sync of due.notDue.syncs) results.sync(skippedSync(sync, 'not_due'));
  for (const each of due.segments) {
    if (!own.segments.includes(each)) results.segment(untouched(context, each.name, 'locked'));
  }
  for (const each of due.syncs) if (!own.syncs.includes(each)) results.sync(skippedSync(each, 'locked'));
}

function untouched(context: RunContext, segment: string, reason: string): SegmentResult {
  const members = context.states.get(segment)?.members ?? 0;
  return { segment, mode: 'skipped', reason, members, entered: 0, exited: 0, affected: 0, duration_ms: 0 };
}
