/** Times to wait that a segment's cadence makes meaningless. */
import { child } from '../config/node.ts';
import type { Project, Segment } from '../config/project.ts';
import { type Diagnostic, diagnose, type Place } from '../diagnostics/diagnostic.ts';
import { formatDuration } from '../instant.ts';

/** W150 and W151, for what is shorter than the time between two ticks. */
export function judgeDamping(project: Project, segment: Segment): Diagnostic[] {
  const { settle, stayAtLeast } = segment;
  const tier = project.tiers.get(segment.tier)!;
  const own = { tier: tier.name, every: formatDuration(tier.every) };
  return [
    ...(settle !== undefined && settle < tier.every
      ? [diagnose('W150', { settle: formatDuration(settle), ...own }, placeOf(segment, 'settle'))]
      : []),
    ...(stayAtLeast !== undefined && stayAtLeast < tier.every
      ? [diagnose('W151', { stay: formatDuration(stayAtLeast), ...own }, placeOf(segment, 'stay_at_least'))]
      : []),
  ];
}

function placeOf({ written, place }: Segment, key: string): Place {
  return (written && child(written, key)?.place) ?? place;
}
