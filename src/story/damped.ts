/** Whom a damped segment should have: each key by the rule, from one tick of a story to the next. */
import type { Instant } from '../instant.ts';
import { type Damping, fateOf, type Standing } from '../segment/damping.ts';

/** By key: who is a member, or waits to be one. */
export type Standings = ReadonlyMap<string, Standing>;

/** After a first tick, which nobody waits for. */
export function firstStandings(members: readonly string[], at: Instant): Standings {
  return new Map(members.map((key) => [key, { enteredAt: at }]));
}

/** After a tick at which the condition holds for `holding`, of all keys that there are. */
export function nextStandings(
  damping: Damping,
  before: Standings,
  { holding, there, at }: { holding: readonly string[]; there: readonly string[]; at: Instant },
): Standings {
  const [holds, known] = [new Set(holding), new Set(there)];
  const next = new Map<string, Standing>();
  for (const key of new Set([...before.keys(), ...holding])) {
    const { enteredAt, waitsSince } = before.get(key) ?? {};
    const stands = { ...entered(enteredAt), ...(waitsSince === undefined ? {} : { waitsSince }) };
    const fate = fateOf(known.has(key) ? damping : {}, stands, holds.has(key), at);
    if (fate.kind === 'in') next.set(key, entered(enteredAt));
    if (fate.kind === 'enters') next.set(key, { enteredAt: at });
    if (fate.kind === 'waits') next.set(key, { ...entered(enteredAt), waitsSince: fate.since });
  }
  return next;
}

export function membersOf(standings: Standings): string[] {
  return [...standings].flatMap(([key, { enteredAt }]) => (enteredAt === undefined ? [] : [key]));
}

function entered(enteredAt: Instant | undefined): Standing {
  return enteredAt === undefined ? {} : { enteredAt };
}
