/** What a run's statements are labelled with in the warehouse, so that its log tells whose they are and a bill can be split. */
import type { Sync } from '../config/project.ts';
import type { TickGroup } from '../evaluate/tick.ts';
import type { RunContext } from './context.ts';

/** Warehouses show the first 1,024 bytes of a statement or so: after its label, something of it should be left. */
const MOST_NAMES = 400;

type Run = Pick<RunContext, 'runId'> & { readonly options: Pick<RunContext['options'], 'command'> };

/** Of a tick: every segment that shares it, as many as fit. */
export function tickLabel(run: Run, { entity, members }: TickGroup): string {
  const tiers = [...new Set(members.map(({ prepared }) => prepared.segment.tier))].sort().join(',');
  const names = members.map(({ prepared }) => prepared.name);
  return `${runLabel(run)} tier=${tiers} entity=${entity.name} segments=${fitting(names)}`;
}

/** Of a sync. */
export function syncLabel(run: Run, sync: Sync): string {
  return `${runLabel(run)} tier=${sync.tier} sync=${sync.name} segment=${sync.segment}`;
}

/** Of what a run writes about itself. */
export function runLabel({ runId, options }: Run): string {
  return `segsync command=${options.command} run=${runId}`;
}

function fitting(names: readonly string[]): string {
  let length = 0;
  const shown = names.filter((name, index) => {
    length += name.length + 1;
    return index === 0 || length <= MOST_NAMES;
  });
  const more = names.length - shown.length;
  return `${shown.join(',')}${more > 0 ? ` +${more} more` : ''}`;
}
