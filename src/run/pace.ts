/** Tiers at the cadence that a warehouse bears: a faster one runs at that one, and can promise no more than it. */
import type { Project, Tier } from '../config/project.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { formatDuration, SECOND } from '../instant.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

type Bearing = Pick<Warehouse, 'capabilities'>;

/** The project as it runs there. */
export function paced(project: Project, warehouse: Bearing): Project {
  const tiers = [...project.tiers].map(([name, tier]) => [name, pacedTier(tier, warehouse)] as const);
  return tiers.every(([name, tier]) => tier === project.tiers.get(name))
    ? project
    : { ...project, tiers: new Map(tiers) };
}

/** As a tier of that cadence promises when nothing is said: twice its length, unless more was promised anyway. */
function pacedTier(tier: Tier, { capabilities }: Bearing): Tier {
  const bears = BigInt(capabilities.shortestCadenceSeconds) * SECOND;
  if (tier.every >= bears) return tier;
  const freshWithin = tier.freshWithin > 2n * bears ? tier.freshWithin : 2n * bears;
  return { ...tier, every: bears, freshWithin };
}

/** W157 for each tier of these segments and syncs that the target's warehouse does not bear. */
export function tooFast(
  project: Project,
  warehouse: Bearing,
  { target, ...names }: { target: string; segments: ReadonlySet<string>; syncs: ReadonlySet<string> },
): Diagnostic[] {
  const { place } = project.targets.get(target)!;
  const there = paced(project, warehouse);
  return usedTiers(project, names).flatMap((name) => {
    const [asked, runs] = [project.tiers.get(name)!, there.tiers.get(name)!];
    if (asked.every === runs.every) return [];
    const said = {
      tier: name,
      target,
      asked: formatDuration(asked.every),
      every: formatDuration(runs.every),
    };
    return [diagnose('W157', { ...said, promise: formatDuration(runs.freshWithin) }, place)];
  });
}

/** Names of the tiers of these segments and syncs, in order. */
export function usedTiers(
  project: Project,
  names: { readonly segments: ReadonlySet<string>; readonly syncs: ReadonlySet<string> },
): string[] {
  const of = (all: ReadonlyMap<string, { tier: string }>, wanted: ReadonlySet<string>): string[] =>
    [...all].flatMap(([name, { tier }]) => (wanted.has(name) ? [tier] : []));
  return [...new Set([...of(project.segments, names.segments), ...of(project.syncs, names.syncs)])].sort();
}
