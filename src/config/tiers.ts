/** Tiers: the four built in, tuned or joined by the project's own. */
import { DAY, HOUR, MINUTE, SECOND } from '../instant.ts';
import { check } from './check.ts';
import { checkName } from './names.ts';
import type { YamlNode } from './node.ts';
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

/** All tiers by name. A built-in one keeps what is not redeclared; `fresh_within` follows `every`: twice it. */
export function resolveTiers(node: YamlNode | undefined, problems: Problems): Map<string, Tier> {
  const tiers = new Map(BUILT_IN.map((tier) => [tier.name, tier]));
  if (node?.kind !== 'map') return tiers;
  for (const [name, { keyPlace, value }] of node.entries) {
    const label = `tiers.${name}`;
    const part = check(tierSchema, value, problems, { label });
    if (!checkName('tier', name, keyPlace, problems) || !part) continue;
    const builtIn = tiers.get(name);
    const every = part.every ?? builtIn?.every;
    if (every === undefined) {
      problems.report('E104', { key: `${label}.every` }, keyPlace);
      continue;
    }
    const at = part.at ?? builtIn?.at;
    const usual = builtIn && part.every === undefined ? builtIn.freshWithin : 2n * every;
    tiers.set(name, { name, every, ...(at ? { at } : {}), freshWithin: part.fresh_within ?? usual });
  }
  return tiers;
}
