/** References to `query:` segments, which stand as of their own last tick. */
import type { Project, Segment } from '../config/project.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { partsOf } from './parts.ts';
import { storedOf } from './reads.ts';
import { resolveSegment } from './resolve.ts';

/** W205 for a reference to one, also by way of others, that ticks less often than the segment. */
export function judgeReferences(project: Project, segment: Segment): Diagnostic[] {
  const tier = project.tiers.get(segment.tier)!;
  return partsOf(segment.where).flatMap((part) => {
    if (part.kind !== 'segment') return [];
    const reached = storedOf(resolveSegment(project, { ...segment, where: part }));
    return reached.flatMap((name) => {
      const other = project.tiers.get(project.segments.get(name)!.tier)!;
      if (other.every <= tier.every) return [];
      const parameters = { segment: segment.name, tier: tier.name, other: name, otherTier: other.name };
      return [diagnose('W205', parameters, part.place)];
    });
  });
}
