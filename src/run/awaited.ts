/** What a run notes of segments and syncs that the project has, and that were never evaluated or delivered. */
import type { Project } from '../config/project.ts';
import { noteAwaited } from '../state/awaited.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';
import { sendsOn } from './destinations.ts';
import { textName } from './texts.ts';

/** Whatever the run was about: one that only looks at the fast tiers knows of the slow ones, too. */
export async function noteNeverDone(context: RunContext): Promise<void> {
  const { project, states, delivered, results, session, tables, t } = context;
  const before = [
    ...[...project.segments.keys()]
      .filter((name) => !states.has(name))
      .map((name) => textName('segment', name)),
    ...sentSyncs(project, context.target.name)
      .filter((name) => !delivered.has(name))
      .map((name) => textName('sync', name)),
  ];
  if (before.length === 0) return;
  const done = new Set([
    ...results.segments
      .filter(({ mode, error }) => mode !== 'skipped' && !error)
      .map(({ segment }) => textName('segment', segment)),
    ...results.syncs
      .filter(({ skipped, held, error }) => !skipped && !held && !error)
      .map(({ sync }) => textName('sync', sync)),
  ]);
  const parted = {
    awaited: before.filter((name) => !done.has(name)),
    come: before.filter((name) => done.has(name)),
  };
  try {
    await noteAwaited(session, tables, { ...parted, now: t });
  } catch (error) {
    // Only `status` asks for it; the next run notes it.
    if (!(error instanceof WarehouseError)) throw error;
  }
}

/** Those that this target's runs deliver. */
export function sentSyncs({ syncs, destinations }: Project, target: string): string[] {
  return [...syncs.values()]
    .filter(({ destination }) => sendsOn(destinations.get(destination)!, target))
    .map(({ name }) => name);
}
