/** Tiers: the four built in, tuned or joined by the project's own. */
import { DAY, HOUR, MINUTE, SECOND } from '../instant.ts';
import { check } from './check.ts';
import { checkName } from './names.ts';
import type { YamlEntry, YamlNode } from './node.ts';
import type { Problems } from './problems.ts';
import type { Tier } from './project.ts';
import { tierSchema } from './schema.ts';

export const DEFAULT_TIER = 'daily';

const BUILT_IN: readonly Tier[] = [
  { name: 'realtime', every: 2n * SECOND, freshWithin: 10n * SECOND },
  { name: 'frequent', every: 5n * MINUTE, freshWithin: 15n * MINUTE },
  { name: 'hourly', every: HOUR, freshWithin: 2n * HOUR },
  { name: 'daily', every: DAY, at: '06:00', freshWithin: 26n * HOUR },
];

/** Tiers by name; one that is declared but broken is undefined. */
export type Tiers = ReadonlyMap<string, Tier | undefined>;

/** A built-in tier keeps what is not redeclared; `fresh_within` follows `every`: twice it. */
export function resolveTiers(node: YamlNode | undefined, problems: Problems): Tiers {
  const tiers = new Map<string, Tier | undefined>(BUILT_IN.map((tier) => [tier.name, tier]));
  if (node?.kind !== 'map') return tiers;
  for (const [name, entry] of node.entries)
    tiers.set(name, resolveTier(name, entry, tiers.get(name), problems));
  return tiers;
}

function resolveTier(
  name: string,
  { keyPlace, value }: YamlEntry,
  builtIn: Tier | undefined,
  problems: Problems,
): Tier | undefined {
  const label = `tiers.${name}`;
  const isNamed = checkName('tier', name, keyPlace, problems);
  const part = check(tierSchema, value, problems, { label });
  if (!isNamed || !part) return undefined;
  const every = part.every ?? builtIn?.every;
  if (every === undefined) return problems.report('E104', { key: `${label}.every` }, keyPlace);
  const at = part.at ?? builtIn?.at;
  const usual = builtIn && part.every === undefined ? builtIn.freshWithin : 2n * every;
  return { name, every, ...(at ? { at } : {}), freshWithin: part.fresh_within ?? usual };
}
