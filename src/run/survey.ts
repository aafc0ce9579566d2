/** Looks before anything is done: what is due, whose it is, what the tables look like, and so the list of steps. */
import type { Catalog } from '../compile/catalog.ts';
import type { Project } from '../config/project.ts';
import { diagnose, fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { HOUR, type Instant } from '../instant.ts';
import type { RunOptions } from '../pipeline.ts';
import type { DefinitionChange } from '../report/results.ts';
import { readTexts } from '../state/definition-texts.ts';
import { adoptState, type Provenance, readForeign } from '../state/provenance.ts';
import { newestPrunedTicks } from '../state/prune.ts';
import type { World } from '../world.ts';
import { type Basis, basisOf, movedSince } from './basis.ts';
import type { RunContext } from './context.ts';
import { Costs } from './cost.ts';
import type { DefinitionsInput } from './definitions.ts';
import type { Destinations } from './destinations.ts';
import { isHeld, leased } from './leases.ts';
import { isIdle, look, prepareAll } from './look.ts';
import { type Opened, readColumns, readIncarnations } from './open.ts';
import { failureReport, Results } from './results.ts';
import { type NextDue, nextDue, type Schedule } from './schedule.ts';
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
  /** Of a run that finds nothing due. */
  readonly next?: NextDue;
  /** What this was made from; only for a plan, and for a run that is to do one. */
  readonly basis?: Basis;
}

export async function survey(input: SurveyInput): Promise<Survey> {
  const { world, project, options, opened, destinations } = input;
  const { session } = opened;
  const results = new Results(options.onEvent);
  const prepared = prepareAll(project, options);
  const runId = options.kept?.lines.current(world.clock.now(), world.random).runId ?? world.random.uuid();
  const first = await look(input, prepared, results);
  // Whether the state is a copy matters only to those who work on it.
  const foreign =
    isIdle(first) && !options.adoptState && options.command === 'run' ? undefined : await foreignState(input);
  const announced = { segments: first.due.segments.length, syncs: first.due.syncs.length };
  options.onEvent({ event: 'run_started', run_id: runId, ...announced });
  // Without a lease until everyone was looked at.
  const apart = options.command === 'run' && !options.full ? first.reconcile : new Set<string>();
  const { own: atOnce, apart: later } = parted(first.due, apart);
  const held = await hold(opened, atOnce, options, results);
  // What another process committed before the leases were ours is seen only now.
  const { t, readAt, states, syncRows, due } = held === atOnce ? first : await look(input, prepared, results);
  const isPlan = options.command === 'plan';
  const basis =
    isPlan || options.basis
      ? basisOf({ project, prepared, syncs: options.syncs, states, syncRows })
      : undefined;
  if (options.basis) checkBasis(options.basis, basis!, first.due, held);
  const isForeign = await heedForeign(foreign, opened, options, results);
  const own = withReconciled(both(due, held), later, apart, project);
  const segments = own.segments.map(({ name }) => prepared.get(name)!);
  const catalog = await columnsOf(input, needed([...prepared.values()], own), t);
  const made = await readIncarnations(session, segments);
  const watermarks = new Map([...states].map(([name, state]) => [name, state.watermarks]));
  const context: RunContext = {
    ...opened,
    watermarks,
    stale: new Map(),
    world,
    project,
    options,
    runId,
    isForeign,
    results,
    costs: new Costs(),
    t,
    readAt,
    prepared,
    states,
    delivered: new Set(syncRows.keys()),
    catalog,
    made,
    destinations,
  };
  const { steps, failed } = stepsOf({
    project,
    segments,
    syncs: own.syncs,
    states,
    catalog,
    made,
    pruned: segments.length === 0 ? new Map() : await newestPrunedTicks(session, opened.tables),
    full: options.full,
    reconcile: first.reconcile,
    explained: options.command === 'plan',
    t,
  });
  for (const [name, error] of failed) reportUnfit(context, name, error);
  reportLeftOut(context, due, own);
  const definitions = isPlan ? await changesOf({ ...input, prepared, states, syncRows }) : undefined;
  const next = isIdle(first) && !isPlan ? nextDue(project, due, t) : undefined;
  return {
    context,
    steps,
    ...(next ? { next } : {}),
    ...(basis ? { basis } : {}),
    ...(definitions ? { definitions } : {}),
  };
}

/** A resident process looks once: a clone begins with a process of its own. */
async function foreignState({ opened, options, world }: SurveyInput): Promise<Provenance | undefined> {
  const { kept } = options;
  const ask = () => readForeign(opened.session, opened.warehouse, opened.tables);
  if (!kept) return ask();
  if (kept.isTimeFor('place', world.clock.now(), HOUR)) kept.foreign = await ask();
  return kept.foreign;
}

async function columnsOf(
  { opened: { session, warehouse }, options: { kept } }: SurveyInput,
  segments: readonly PreparedSegment[],
  now: Instant,
): Promise<Catalog> {
  const names = segments.map(({ name }) => name);
  const known = kept?.catalogOf(names, now);
  if (known) return known;
  const catalog = await readColumns(session, warehouse.dialect, segments);
  kept?.noteCatalog(names, now, catalog);
  return catalog;
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
  if (!opened.leases || due.segments.length + due.syncs.length === 0 || isHeld(opened.leases, due))
    return due;
  const { schedule: own, locked } = await leased(opened.leases, due, options, results);
  const nothing = own.segments.length + own.syncs.length === 0;
  if (nothing && locked.segments.length + locked.syncs.length > 0) results.exit(EXIT.tryLater);
  return { ...due, ...own };
}

/** What is done at once, and what belongs to segments that are reconciled first. */
function parted(due: Schedule, names: ReadonlySet<string>): { own: Schedule; apart: Schedule } {
  if (names.size === 0) return { own: due, apart: { ...due, segments: [], syncs: [] } };
  const part = (isApart: boolean): Schedule => ({
    ...due,
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
    ...own,
    segments: [...own.segments, ...[...names].map((name) => segments.get(name)!)],
    syncs: [...own.syncs, ...later.syncs],
    notDue: { ...own.notDue, segments: own.notDue.segments.filter(({ name }) => !names.has(name)) },
  };
}

function isNothing({ segments, syncs }: Schedule): boolean {
  return segments.length + syncs.length === 0;
}

function both(due: Schedule, held: Schedule): Schedule {
  return {
    ...due,
    segments: due.segments.filter((each) => held.segments.includes(each)),
    syncs: due.syncs.filter((each) => held.syncs.includes(each)),
  };
}

function reportUnfit(context: RunContext, name: string, error: unknown): void {
  const report = failureReport(error, context.project.root);
  context.results.segment({ ...untouched(context, name, 'failed'), error: report });
}

function reportLeftOut(context: RunContext, due: Schedule, own: Schedule): void {
  const { results } = context;
  const { waiting: held, idle } = due;
  for (const { name } of held.segments) results.segment(untouched(context, name, 'not_newer'));
  for (const sync of held.syncs) results.sync(skippedSync(sync, 'not_newer'));
  for (const [sync, why] of idle) results.sync(skippedSync(sync, why));
  if (held.segments.length > 0 && isNothing(own) && context.options.waitMs > 0) results.exit(EXIT.tryLater);
  for (const { name } of due.notDue.segments) results.segment(untouched(context, name, 'not_due'));
  for (const sync of due.notDue.syncs) results.sync(skippedSync(sync, 'not_due'));
  for (const each of due.segments) {
    if (!own.segments.includes(each)) results.segment(untouched(context, each.name, 'locked'));
  }
  for (const each of due.syncs) if (!own.syncs.includes(each)) results.sync(skippedSync(each, 'locked'));
}
