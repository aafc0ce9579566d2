/** Tiers of a project's own that nothing runs in. */
import type { Project } from '../config/project.ts';
import { BUILT_IN_TIERS } from '../config/tiers.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { usedTiers } from './pace.ts';

/** W159 for each; a built-in one that is tuned may wait for its first segment. */
export function unusedTiers(project: Project): Diagnostic[] {
  const { segments, syncs, tiers } = project;
  const used = new Set(
    usedTiers(project, { segments: new Set(segments.keys()), syncs: new Set(syncs.keys()) }),
  );
  return [...tiers.values()]
    .filter(({ name }) => !used.has(name) && !BUILT_IN_TIERS.includes(name))
    .map(({ name, place }) => {
      const suggestion = nearest(name, BUILT_IN_TIERS);
      return diagnose('W159', { tier: name, ...(suggestion ? { suggestion } : {}) }, place);
    });
}
