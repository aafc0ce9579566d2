/** What a step expects against what it found. */
import type { Difference, Expectation, StoryStep } from './story.ts';

type Keys = readonly string[];

export function differencesOf({ expect }: StoryStep, before: Keys, now: Keys): Difference[] {
  return [...expect].flatMap(([what, keys]) => {
    const { wanted, found } = SIDES[what](keys, before, now);
    return difference(what, wanted, found);
  });
}

export function difference(what: string, wanted: Keys, found: Keys): Difference[] {
  const [known, there] = [new Set(wanted), new Set(found)];
  const missing = wanted.filter((key) => !there.has(key));
  const extra = found.filter((key) => !known.has(key));
  return missing.length + extra.length > 0 ? [{ what, missing, extra }] : [];
}

/** A line for each way in which they differ. */
export function toldDifference({ what, missing, extra }: Difference): string[] {
  const line = (word: string, keys: Keys): string[] =>
    keys.length > 0 ? [`${what}: ${word} ${keys.join(', ')}`] : [];
  return [...line('missing', missing), ...line('too many', extra)];
}

type Side = (keys: Keys, before: Keys, now: Keys) => { wanted: Keys; found: Keys };

const SIDES: Readonly<Record<Expectation, Side>> = {
  members: (keys, _, now) => ({ wanted: keys, found: now }),
  in: (keys, _, now) => ({ wanted: keys, found: among(now, keys) }),
  out: (keys, _, now) => ({ wanted: [], found: among(now, keys) }),
  enter: (keys, before, now) => ({ wanted: keys, found: without(now, before) }),
  exit: (keys, before, now) => ({ wanted: keys, found: without(before, now) }),
};

function among(keys: Keys, others: Keys): Keys {
  const set = new Set(others);
  return keys.filter((key) => set.has(key));
}

function without(keys: Keys, others: Keys): Keys {
  const set = new Set(others);
  return keys.filter((key) => !set.has(key));
}
