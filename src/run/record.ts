/** Writes down that a run began and how it ended. */
import { EXIT } from '../diagnostics/exit.ts';
import type { Instant } from '../instant.ts';
import { pruneIfDue } from '../state/prune.ts';
import { finishRun, startRun } from '../state/runs.ts';
import { readVersion } from '../version.ts';
import type { RunContext } from './context.ts';
import { runLabel } from './labels.ts';
import type { Opened } from './open.ts';
import { noteDefinitions } from './texts.ts';

export async function begin(context: RunContext, startedAt: Instant): Promise<void> {
  const { options, project, runId, session, tables } = context;
  const tiers = [...(options.tiers ?? project.tiers.keys())].sort();
  await startRun(session.labelled(runLabel(context)), tables, {
    runId,
    startedAt,
    command: options.command,
    version: await readVersion(context.world),
    tiers,
  });
}

export async function conclude(context: RunContext, opened: Opened): Promise<void> {
  const { project, results, runId, session, tables, world, options } = context;
  if (options.signal.aborted) results.exit(EXIT.interrupted);
  const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0);
  const delivered = results.syncs.map((sync) => sync.delivered ?? { add: 0, remove: 0, update: 0 });
  const totals = {
    segments: results.segments.filter((segment) => segment.mode !== 'skipped').length,
    entered: sum(results.segments.map((segment) => segment.entered)),
    exited: sum(results.segments.map((segment) => segment.exited)),
    add: sum(delivered.map((each) => each.add)),
    remove: sum(delivered.map((each) => each.remove)),
    update: sum(delivered.map((each) => each.update)),
    rejected: sum(results.syncs.map((sync) => sync.rejected)),
    waiting: sum(results.syncs.map((sync) => sync.waiting)),
  };
  await noteDefinitions(context);
  await pruneIfDue(opened.session, tables, { retain: project.state.retain, now: context.t });
  await finishRun(session.labelled(runLabel(context)), tables, {
    runId,
    finishedAt: world.clock.now(),
    status: results.status,
    totals,
  });
}
