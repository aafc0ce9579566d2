/** Tiers: the four built in, tuned or joined by the project's own. */
import { createHash } from 'node:crypto';
import { DAY, type Duration, formatDuration, HOUR, MINUTE, SECOND } from '../instant.ts';
import { check } from './check.ts';
import { checkName } from './names.ts';
import { locate, type YamlEntry, type YamlNode } from './node.ts';
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

/** Their names. */
export const BUILT_IN_TIERS: readonly string[] = BUILT_IN.map(({ name }) => name);

/** Tiers by name; one that is declared but broken is undefined. */
export type Tiers = ReadonlyMap<string, Tier | undefined>;

/** A built-in tier keeps what is not redeclared; `fresh_within` follows `every`: twice it. */
export function resolveTiers(node: YamlNode | undefined, project: string, problems: Problems): Tiers {
  const tiers = new Map<string, Tier | undefined>(BUILT_IN.map((tier) => [tier.name, tier]));
  if (node?.kind !== 'map') return tiers;
  for (const [name, entry] of node.entries)
    tiers.set(name, resolveTier({ name, project }, entry, tiers.get(name), problems));
  return tiers;
}

function resolveTier(
  { name, project }: { name: string; project: string },
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
  const { jitter } = part;
  if (jitter !== undefined && jitter >= every)
    return problems.report('E158', times(label, jitter, every), locate(value, ['jitter']).place);
  const shift = jitter === undefined ? undefined : shiftOf(project, name, jitter);
  return {
    name,
    every,
    ...(at ? { at } : {}),
    ...(shift ? { shift } : {}),
    freshWithin: part.fresh_within ?? usual,
    place: keyPlace,
  };
}

function times(label: string, jitter: Duration, every: Duration) {
  return { key: `${label}.jitter`, jitter: formatDuration(jitter), every: formatDuration(every) };
}

/** As a share of `jitter`: the first 7 hexadecimal digits of the SHA-256 of `project:tier`. In whole seconds. */
export function shiftOf(project: string, tier: string, jitter: Duration): Duration {
  const digits = createHash('sha256').update(`${project}:${tier}`).digest('hex').slice(0, 7);
  return (((jitter / SECOND) * BigInt(`0x${digits}`)) / 2n ** 28n) * SECOND;
}
