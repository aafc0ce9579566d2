/** What `run` and `plan` share: the same pipeline, its events shown, its failures told, signals honoured. */
import { DiagnosedError, fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import type { Instant } from '../instant.ts';
import { type RunOptions, runPipeline } from '../pipeline.ts';
import { failuresOf } from '../report/failures.ts';
import { openProgress } from '../report/progress.ts';
import type { RunReport } from '../report/results.ts';
import { openEventLog } from './events.ts';
import { readInstant } from './instants.ts';
import { type Interruption, onInterrupt } from './interrupt.ts';
import { checkTiers, knownSyncs, type Opened, openProject } from './open.ts';
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
}

export interface Executed {
  readonly report: RunReport;
  readonly exit: ExitCode;
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
  const { command, all, full, tiers } = request;
  const log = await openEventLog(world, globals.events);
  const { verbose } = screen.flags;
  const lines = command === 'run' || verbose;
  const progress = openProgress(world, { colors: screen.noteColors, verbose, lines });
  const onEvent: RunOptions['onEvent'] = (event) => {
    log.append(event);
    if (!screen.flags.quiet) progress.onEvent(event);
  };
  try {
    return await runPipeline(world, project, {
      ...{ command, target, all, full, now, signal, onEvent },
      ...selection,
      ...(tiers ? { tiers: new Set(tiers) } : {}),
      waitMs: globals.waitMs,
      ...(request.adoptState ? { adoptState: true } : {}),
      allowRemoval: knownSyncs(project, request.allowRemoval ?? []),
      allowAdd: knownSyncs(project, request.allowAdd ?? []),
    });
  } finally {
    progress.end();
    await log.close();
  }
}

function exitOf({ report, exit }: Executed, interruption: Interruption): ExitCode {
  return report.status === 'interrupted' ? (interruption.exit() ?? EXIT.interrupted) : exit;
}

/** A run that a signal ended before it had a report: what it then threw is only an echo of the signal. */
function failInterrupted(interruption: Interruption): void {
  const exit = interruption.exit();
  if (exit !== undefined) fail(exit === EXIT.terminated ? 'E623' : 'E622', {});
}
