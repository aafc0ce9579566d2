/** Writes down that a run began and how it ended. A resident process has one line for many of its runs. */
import { EXIT } from '../diagnostics/exit.ts';
import { HOUR, type Instant, MINUTE } from '../instant.ts';
import { pruneIfDue } from '../state/prune.ts';
import { finishRun, noteTotals, type RunEnd, startRun } from '../state/runs.ts';
import { readVersion } from '../version.ts';
import { noteNeverDone } from './awaited.ts';
import type { RunContext } from './context.ts';
import type { Lines } from './kept.ts';
import { runLabel } from './labels.ts';
import type { Opened } from './open.ts';
import { warnOfBroken } from './promises.ts';
import { noteDefinitions } from './texts.ts';

export async function begin(context: RunContext, startedAt: Instant): Promise<void> {
  const { options, world } = context;
  if (!options.kept) return start(context, startedAt);
  const { lines } = options.kept;
  const line = lines.current(world.clock.now(), world.random);
  await endLines(context, lines);
  // Not by the context's own: an hour may have passed since.
  line.begun ??= start({ ...context, runId: line.runId }, startedAt).catch((error) => {
    line.begun = undefined;
    throw error;
  });
  await line.begun;
}

async function start(context: RunContext, startedAt: Instant): Promise<void> {
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
  const totals = totalsOf(context);
  if (!options.kept) warnOfBroken(results);
  await noteDefinitions(context);
  if (options.kept?.isTimeFor('awaited', context.t, MINUTE) ?? true) await noteNeverDone(context);
  if (options.kept?.isTimeFor('prune', context.t, HOUR) ?? true)
    await pruneIfDue(opened.session, tables, { retain: project.state.retain, now: context.t });
  const labelled = session.labelled(runLabel(context));
  if (options.kept) {
    const line = options.kept.lines.current(world.clock.now(), world.random);
    line.totals = sum(line.totals, totals);
    line.freshness.merge(results.freshness);
    if (!options.kept.isTimeFor('totals', context.t, MINUTE)) return;
    return noteTotals(labelled, tables, { ...line, freshness: line.freshness.toJSON() });
  }
  await finishRun(labelled, tables, {
    runId,
    finishedAt: world.clock.now(),
    status: results.status,
    totals,
    freshness: results.freshness.toJSON(),
  });
}

/** Of a resident process that ends, or whose line is an hour long. */
export async function endLines(
  { world, session, tables }: Pick<RunContext, 'world' | 'session' | 'tables'>,
  { ended }: Lines,
): Promise<void> {
  for (const line of [...ended]) {
    const { runId, totals, freshness } = line;
    const end = { finishedAt: world.clock.now(), status: 'done', freshness: freshness.toJSON() } as const;
    await finishRun(session, tables, { runId, totals, ...end });
    const at = ended.indexOf(line);
    if (at >= 0) ended.splice(at, 1);
  }
}

function totalsOf({ results: { segments, syncs } }: RunContext): RunEnd['totals'] {
  const total = (of: readonly number[]): number => of.reduce((all, each) => all + each, 0);
  const delivered = syncs.map((sync) => sync.delivered ?? { add: 0, remove: 0, update: 0 });
  return {
    segments: segments.filter((segment) => segment.mode !== 'skipped').length,
    entered: total(segments.map((segment) => segment.entered)),
    exited: total(segments.map((segment) => segment.exited)),
    add: total(delivered.map((each) => each.add)),
    remove: total(delivered.map((each) => each.remove)),
    update: total(delivered.map((each) => each.update)),
    rejected: total(syncs.map((sync) => sync.rejected)),
    waiting: total(syncs.map((sync) => sync.waiting)),
  };
}

/** `segments` and `waiting` tell of a moment: of several runs, the newest. */
const OF_A_MOMENT = new Set(['segments', 'waiting']);

function sum(before: RunEnd['totals'], now: RunEnd['totals']): RunEnd['totals'] {
  return Object.fromEntries(
    Object.entries(now).map(([name, figure]) => [
      name,
      OF_A_MOMENT.has(name) ? figure : (before[name] ?? 0) + figure,
    ]),
  );
}
