/** The tiers to be compared, in the order that they are shown in. */
import type { Tier } from '../../config/project.ts';

/** Fastest first; of the same cadence the one that promises less comes last. */
export function fastestFirst(tiers: Iterable<Tier>): Tier[] {
  return [...tiers].sort((a, b) => Number(a.every - b.every) || Number(a.freshWithin - b.freshWithin));
}
