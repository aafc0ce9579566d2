/** What `run` and `plan` share: the same pipeline, its events shown, its failures told, signals honoured. */

import type { Project } from '../config/project.ts';
import { DiagnosedError, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import type { Instant } from '../instant.ts';
import { type RunOptions, runPipeline } from '../pipeline.ts';
import { failuresOf } from '../report/failures.ts';
import { openProgress } from '../report/progress.ts';
import type { RunReport } from '../report/results.ts';
import { readAfter } from '../run/after.ts';
import type { Basis } from '../run/basis.ts';
import { openTraces, SILENT, traced } from '../telemetry/traces.ts';
import { openEventLog } from './events.ts';
import { readInstant } from './instants.ts';
import { type Interruption, onInterrupt } from './interrupt.ts';
import { checkTiers, knownSegments, knownSyncs, type Opened, openProject } from './open.ts';
import type { Invocation } from './verb.ts';

export interface Request {
  readonly command: 'run' | 'plan';
  /** Due or not. */
  readonly all: boolean;
  readonly full: boolean;
  readonly tiers?: readonly string[];
  readonly now?: string;
  readonly allowRemoval?: readonly string[];
  readonly allowAdd?: readonly string[];
  readonly adoptState?: boolean;
  readonly after?: readonly string[];
  /** Only a plan: a few masked keys; segments to compare with. */
  readonly samples?: boolean;
  readonly overlap?: readonly string[];
  /** Instead of what is selected: just what a plan shows, made from `basis`. */
  readonly planned?: {
    readonly project: string;
    readonly segments: readonly string[];
    readonly syncs: readonly string[];
    readonly basis: Basis;
  };
}

export interface Executed {
  readonly report: RunReport;
  readonly exit: ExitCode;
  readonly project: Project;
  readonly target: string;
  /** Only of a plan. */
  readonly basis?: Basis;
}

/** Runs or plans what the options select. Prints the failures of segments and syncs; the result is the caller's. */
export async function execute(invocation: Invocation<unknown>, request: Request): Promise<Executed> {
  const { world, screen } = invocation;
  const opened = await openProject(invocation);
  if (request.tiers) checkTiers(opened.project, request.tiers);
  const now = readInstant('--now', request.now, opened.project.timezone);
  const interruption = onInterrupt(world, screen);
  try {
    const executed = await observed(invocation, opened, request, { now, signal: interruption.signal });
    const failures = failuresOf(executed.report);
    if (screen.flags.json) screen.annotate(failures);
    else screen.problems(failures);
    return { ...executed, exit: exitOf(executed, interruption) };
  } catch (error) {
    if (error instanceof DiagnosedError) failInterrupted(interruption);
    throw error;
  } finally {
    interruption.release();
  }
}

async function observed(
  { world, screen, globals }: Invocation<unknown>,
  { project, target, selection }: Opened,
  request: Request,
  { now, signal }: { now: Instant | undefined; signal: AbortSignal },
): Promise<Executed> {
  const { command, all, full, tiers, samples, planned } = request;
  if (planned && planned.project !== project.name)
    fail('E705', { moved: [`the project (it was ${planned.project})`], more: 0 });
  const overlap = knownSegments(project, request.overlap ?? []);
  const log = await openEventLog(world, globals.events);
  const { verbose } = screen.flags;
  const lines = command === 'run' || verbose;
  const progress = openProgress(world, { colors: screen.noteColors, verbose, lines });
  const onEvent: RunOptions['onEvent'] = (event) => {
    log.append(event);
    if (!screen.flags.quiet) progress.onEvent(event);
  };
  const warn = ({ code, message }: Diagnostic): void => onEvent({ event: 'warning', code, message });
  const traces = command === 'run' ? await openTraces(world, warn) : SILENT;
  try {
    const options: Omit<RunOptions, 'onEvent'> = {
      ...{ command, target, all, full, now, signal },
      ...(planned ? plannedOnly(project, planned) : selection),
      ...(samples ? { samples } : {}),
      ...(overlap.size > 0 ? { overlap } : {}),
      ...(tiers ? { tiers: new Set(tiers) } : {}),
      waitMs: globals.waitMs,
      ...(request.after ? { after: readAfter(request.after, project, world.process.workingFolder) } : {}),
      ...(request.adoptState ? { adoptState: true } : {}),
      allowRemoval: knownSyncs(project, request.allowRemoval ?? []),
      allowAdd: knownSyncs(project, request.allowAdd ?? []),
    };
    const executed = await traced(traces, { project, target }, onEvent, (onEvent) =>
      runPipeline(world, project, { ...options, onEvent }),
    );
    return { ...executed, project, target };
  } finally {
    await traces.close();
    progress.end();
    await log.close();
  }
}

/** Names that the project has lost are missed when the basis is looked at. */
function plannedOnly(project: Project, { segments, syncs, basis }: NonNullable<Request['planned']>) {
  return {
    segments: new Set(segments.filter((name) => project.segments.has(name))),
    syncs: new Set(syncs.filter((name) => project.syncs.has(name))),
    basis,
  };
}

function exitOf({ report, exit }: Pick<Executed, 'report' | 'exit'>, interruption: Interruption): ExitCode {
  return report.status === 'interrupted' ? (interruption.exit() ?? EXIT.interrupted) : exit;
}

/** A run that a signal ended before it had a report: what it then threw is only an echo of the signal. */
function failInterrupted(interruption: Interruption): void {
  const exit = interruption.exit();
  if (exit !== undefined) fail(exit === EXIT.terminated ? 'E623' : 'E622', {});
}
