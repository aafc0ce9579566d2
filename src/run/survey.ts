/** Looks before anything is done: the instant, what is behind, what is due, whose it is, and so the list of steps. */
import type { Project } from '../config/project.ts';
import { diagnose, fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { isReconcileDue } from '../evaluate/reconcile-due.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import type { Instant } from '../instant.ts';
import type { RunOptions } from '../pipeline.ts';
import type { DefinitionChange } from '../report/results.ts';
import { readTexts } from '../state/definition-texts.ts';
import { adoptState, type Provenance, readForeign } from '../state/provenance.ts';
import { newestPrunedTicks } from '../state/prune.ts';
import { readReconciled } from '../state/reconciled.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { World } from '../world.ts';
import { type Basis, basisOf, movedSince } from './basis.ts';
import type { RunContext } from './context.ts';
import { Costs } from './cost.ts';
import type { DefinitionsInput } from './definitions.ts';
import type { Destinations } from './destinations.ts';
import { tickInstant } from './instant.ts';
import { leased } from './leases.ts';
import { type Opened, readTables } from './open.ts';
import { failureReport, Results } from './results.ts';
import { type Schedule, schedule } from './schedule.ts';
import { type Step, stepsOf } from './steps.ts';
import { skippedSync } from './syncs.ts';
import { untouched } from './untouched.ts';

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
  /** What this was made from; only for a plan, and for a run that is to do one. */
  readonly basis?: Basis;
}

export async function survey(input: SurveyInput): Promise<Survey> {
  const { world, project, options, opened, destinations } = input;
  const { session } = opened;
  const results = new Results(options.onEvent);
  const prepared = prepareAll(project, options.segments);
  const runId = world.random.uuid();
  const foreign = await readForeign(opened.session, opened.warehouse, opened.tables);
  const first = await look(input, prepared, results);
  const announced = { segments: first.due.segments.length, syncs: first.due.syncs.length };
  options.onEvent({ event: 'run_started', run_id: runId, ...announced });
  // Without a lease until everyone was looked at.
  const apart = options.command === 'run' && !options.full ? first.reconcile : new Set<string>();
  const { own: atOnce, apart: later } = parted(first.due, apart);
  const held = await hold(opened, atOnce, options, results);
  // What another process committed before the leases were ours is seen only now.
  const { t, states, syncRows, due } = held === atOnce ? first : await look(input, prepared, results);
  const isPlan = options.command === 'plan';
  const basis =
    isPlan || options.basis
      ? basisOf({ project, prepared, syncs: options.syncs, states, syncRows })
      : undefined;
  if (options.basis) checkBasis(options.basis, basis!, first.due, held);
  const isForeign = await heedForeign(foreign, opened, options, results);
  const own = withReconciled(both(due, held), later, apart, project);
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
    isForeign,
    results,
    costs: new Costs(),
    t,
    prepared,
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
    reconcile: first.reconcile,
    explained: options.command === 'plan',
    t,
  });
  for (const [name, error] of failed) reportUnfit(context, name, error);
  reportLeftOut(context, due, own);
  const definitions = isPlan ? await changesOf({ ...input, prepared, states, syncRows }) : undefined;
  return { context, steps, ...(basis ? { basis } : {}), ...(definitions ? { definitions } : {}) };
}

/** Imported only now: a run tells of no changes. */
async function changesOf({
  opened,
  options,
  ...input
}: SurveyInput & Pick<DefinitionsInput, 'prepared' | 'states' | 'syncRows'>): Promise<DefinitionChange[]> {
  const { definitionChanges, textNames } = await import('./definitions.ts');
  const { syncs } = options;
  const texts = await readTexts(
    opened.session,
    opened.tables,
    textNames({ prepared: input.prepared, syncs }),
  );
  return definitionChanges({ ...input, syncs, target: opened.target.name, texts });
}

/** Throws E705 when what a plan was made from has moved; what another process holds moves, and is left out. */
function checkBasis(planned: Basis, now: Basis, due: Schedule, held: Schedule): void {
  const locked = (of: 'segments' | 'syncs'): string[] => {
    const own = new Set(held[of].map(({ name }) => name));
    return due[of].map(({ name }) => name).filter((name) => !own.has(name));
  };
  const moved = movedSince(planned, now, { segments: locked('segments'), syncs: locked('syncs') });
  if (moved.length > 0)
    fail('E705', { moved: moved.slice(0, MOVED_SHOWN), more: Math.max(0, moved.length - MOVED_SHOWN) });
}

const MOVED_SHOWN = 5;

/** Whether the state was made in another warehouse, and is not taken over now: that is told. */
async function heedForeign(
  foreign: Provenance | undefined,
  { session, warehouse, tables }: Opened,
  { command, adoptState: adopt }: RunOptions,
  results: Results,
): Promise<boolean> {
  if (!foreign) return false;
  if (!adopt) {
    results.warn(diagnose('W703', { place: foreign.place }));
    return true;
  }
  if (command === 'run') await adoptState(session, warehouse, tables, foreign);
  return false;
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
  /** Segments for which it is time to look for what cursors cannot show. */
  reconcile: ReadonlySet<string>;
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
  const reconciled = await readReconciled(session, tables);
  const isWanted = ({ segment }: PreparedSegment): boolean => options.tiers?.has(segment.tier) ?? true;
  const reconcile = [...prepared.values()].filter(
    (each) => isWanted(each) && isReconcileDue(each, states.get(each.name), reconciled.get(each.name), t),
  );
  return {
    t,
    states,
    syncRows,
    reconcile: new Set(reconcile.map(({ name }) => name)),
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
  return { ...due, ...own };
}

/** What is done at once, and what belongs to segments that are reconciled first. */
function parted(due: Schedule, names: ReadonlySet<string>): { own: Schedule; apart: Schedule } {
  if (names.size === 0) return { own: due, apart: { ...due, segments: [], syncs: [] } };
  const part = (isApart: boolean): Schedule => ({
    segments: due.segments.filter(({ name }) => names.has(name) === isApart),
    syncs: due.syncs.filter(({ segment }) => names.has(segment) === isApart),
    notDue: {
      segments: due.notDue.segments.filter(({ name }) => !names.has(name)),
      syncs: due.notDue.syncs,
    },
  });
  return { own: part(false), apart: part(true) };
}

/** Reconciled segments tick, due or not. */
function withReconciled(
  own: Schedule,
  later: Schedule,
  names: ReadonlySet<string>,
  { segments }: Project,
): Schedule {
  if (names.size === 0) return own;
  return {
    segments: [...own.segments, ...[...names].map((name) => segments.get(name)!)],
    syncs: [...own.syncs, ...later.syncs],
    notDue: { ...own.notDue, segments: own.notDue.segments.filter(({ name }) => !names.has(name)) },
  };
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
