/**
 * Read this first: a run, step by step, with no logic of its own.
 *
 * 1. open the warehouse and the state in it (a plan opens both for reading only);
 * 2. read the tick's instant `T`, and what each segment and sync has behind it;
 * 3. choose what is due, and take a lease for each of them;
 * 4. make the list of steps: a tick for each group of segments, then the syncs of those segments; last, where it is
 *    time, the same after a look at everyone (reconcile);
 * 5. interpret the steps: `run` executes them, `plan` explains the same ones;
 * 6. write down how it ended, give the leases back, close.
 */
import type { Project } from './config/project.ts';
import type { ExitCode } from './diagnostics/exit.ts';
import { formatInstant, type Instant } from './instant.ts';
import type { RunEvent, RunReport } from './report/results.ts';
import type { Awaited } from './run/after.ts';
import { awaitNews } from './run/await-news.ts';
import type { Basis } from './run/basis.ts';
import type { RunContext } from './run/context.ts';
import { type Destinations, openDestinations } from './run/destinations.ts';
import type { Kept } from './run/kept.ts';
import { type Opened, openTarget } from './run/open.ts';
import { paced, tooFast } from './run/pace.ts';
import { tierResults } from './run/promises.ts';
import { begin, conclude } from './run/record.ts';
import { warnOfStale } from './run/stale.ts';
import type { Handlers, Step } from './run/steps.ts';
import { type Survey, survey } from './run/survey.ts';
import type { World } from './world.ts';

export interface RunOptions {
  /** `plan` explains the same steps that `run` executes, and changes nothing. */
  readonly command: 'run' | 'plan';
  readonly target: string;
  /** Segments to look at (already selected by name). */
  readonly segments: ReadonlySet<string>;
  /** Syncs to look at (already selected by name). */
  readonly syncs: ReadonlySet<string>;
  /** Due or not. */
  readonly all: boolean;
  /** `segments` are only what the syncs are about: none of them ticks. */
  readonly deliverOnly?: boolean;
  /** Only segments and syncs of these tiers. */
  readonly tiers?: ReadonlySet<string>;
  /** Evaluate everyone. */
  readonly full: boolean;
  /** The tick's instant instead of the warehouse's clock. */
  readonly now?: Instant;
  /** Syncs whose guards against removing, or adding, too many are lifted for this run. */
  readonly allowRemoval?: ReadonlySet<string>;
  readonly allowAdd?: ReadonlySet<string>;
  /** Only a run: what the plan was made from that it is to do; it refuses when any of it has moved. */
  readonly basis?: Basis;
  /** Takes state that was made in another warehouse, a clone or a restore, for this one's. */
  readonly adoptState?: boolean;
  /** Only a plan: a few masked keys of those who enter and leave. */
  readonly samples?: boolean;
  /** Only a plan: segments whose members are counted among those of each other. */
  readonly overlap?: ReadonlySet<string>;
  /** Only what has not ticked since all of these changed. */
  readonly after?: readonly Awaited[];
  /** How long to wait for what another process holds, and for what `after` names. */
  readonly waitMs: number;
  /** Open already, and left open: runs side by side in one process share each destination's budget and its priorities. */
  readonly destinations?: Destinations;
  /** Open already for what the run does, and left open: ticks that follow each other on one connection. */
  readonly opened?: Opened;
  /** Only of a resident process: what it knows from the runs before. Its leases are held on between them. */
  readonly kept?: Kept;
  /** Faster tiers are at work beside it: a large delivery leaves them room. */
  readonly yields?: boolean;
  /** Aborted by SIGINT and SIGTERM: what is in flight ends, nothing new begins. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** One run or plan of a project. Throws `DiagnosedError` when it could not begin; what fails later is in the report. */
export async function runPipeline(
  world: World,
  project: Project,
  options: RunOptions,
): Promise<{ report: RunReport; exit: ExitCode; basis?: Basis }> {
  if (options.after && options.waitMs > 0) await awaitNews(world, project, options);
  const startedAt = world.clock.now();
  const began = world.clock.monotonic();
  const access = options.command === 'plan' ? 'read' : 'write';
  const opened = options.opened ?? (await openTarget(world, project, options.target, access, options));
  const destinations = options.destinations ?? openDestinations(world, project);
  try {
    const surveyed = await survey({
      ...{ world, options, opened, destinations },
      project: paced(project, opened.warehouse),
    });
    if (options.command === 'plan') {
      for (const each of tooFast(project, opened.warehouse, options)) surveyed.context.results.warn(each);
    }
    await interpret(surveyed, opened, startedAt);
    const report = reportOf(surveyed, startedAt, world.clock.now());
    options.onEvent({
      ...{ event: 'run_finished', run_id: report.run_id, status: report.status },
      duration_ms: Math.round(world.clock.monotonic() - began),
    });
    return {
      report,
      exit: surveyed.context.results.outcome,
      ...(surveyed.basis ? { basis: surveyed.basis } : {}),
    };
  } finally {
    if (!options.kept) await opened.leases?.release();
    if (!options.destinations) await destinations.close();
    if (!options.opened) await opened.session.close();
  }
}

async function interpret({ context, steps }: Survey, opened: Opened, startedAt: Instant): Promise<void> {
  const executing = context.options.command === 'run';
  if (executing && steps.length > 0) await begin(context, startedAt);
  for (const step of steps) {
    if (context.options.signal.aborted) break;
    await handle(step, context, executing);
  }
  if (executing) warnOfStale(context);
  if (executing && steps.length > 0) await conclude(context, opened);
}

/** Loaded only now: most runs from cron have nothing to do. */
async function handlersOf(executing: boolean): Promise<Handlers> {
  return executing ? (await import('./run/execute.ts')).execute : (await import('./run/explain.ts')).explain;
}

async function handle(step: Step, context: RunContext, executing: boolean): Promise<void> {
  const handlers = await handlersOf(executing);
  switch (step.kind) {
    case 'evaluate':
      return handlers.evaluate(step, context);
    case 'reconcile':
      return handlers.reconcile(step, context);
    case 'deliver':
      return handlers.deliver(step, context);
  }
}

function reportOf(
  { context, definitions, next }: Survey,
  startedAt: Instant,
  finishedAt: Instant,
): RunReport {
  const { results, costs, runId, options } = context;
  return {
    version: 1,
    run_id: runId,
    status: results.status,
    started_at: formatInstant(startedAt),
    finished_at: formatInstant(finishedAt),
    segments: results.segments
      .toSorted((a, b) => (a.segment < b.segment ? -1 : 1))
      .map((each) => ({ ...each, ...costs.ofSegment(each.segment) })),
    syncs: results.syncs.toSorted((a, b) => (a.sync < b.sync ? -1 : 1)),
    ...(options.command === 'run' ? { tiers: tierResults(results) } : {}),
    ...costs.total(),
    ...(next ? { next_due: { tier: next.tier, at: formatInstant(next.at) } } : {}),
    ...(definitions ? { definition_changes: definitions } : {}),
  };
}
