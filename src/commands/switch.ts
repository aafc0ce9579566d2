/** What `pause`, `resume` and `retry` have in common: the syncs that are named, or selected. */
import { fail } from '../diagnostics/diagnostic.ts';
import { knownSyncs, openProject } from './open.ts';
import type { Invocation } from './verb.ts';

/** The project, and the syncs named as arguments or else selected. Throws E610, and E611 when none is. */
export async function openSyncs(invocation: Invocation<unknown>, { needed }: { needed: boolean }) {
  const { operands, globals } = invocation;
  const { project, target, selection } = await openProject(invocation);
  const named = operands.length > 0;
  const chosen = named || globals.select.length > 0 || globals.exclude.length > 0;
  if (needed && !chosen) fail('E611', {});
  const syncs = named ? knownSyncs(project, operands) : selection.syncs;
  return { project, request: { target, syncs, waitMs: globals.waitMs } };
}
