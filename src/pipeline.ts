/** Read this first: the steps of a run, in order. */
import type { Project } from './config/project.ts';
import type { ExitCode } from './diagnostics/exit.ts';
import type { Instant } from './instant.ts';
import type { RunEvent, RunReport } from './report/results.ts';
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
  /** Only segments and syncs of these tiers. */
  readonly tiers?: ReadonlySet<string>;
  /** Evaluate everyone. */
  readonly full: boolean;
  /** The tick's instant instead of the warehouse's clock. */
  readonly now?: Instant;
  /** How long to wait for what another process holds. */
  readonly waitMs: number;
  /** Aborted by SIGINT and SIGTERM: what is in flight ends, nothing new begins. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** One run or plan of a project. Throws `DiagnosedError` when it could not begin; what fails later is in the report. */
export function runPipeline(
  _world: World,
  _project: Project,
  _options: RunOptions,
): Promise<{ report: RunReport; exit: ExitCode }> {
  throw new Error('being built');
}
