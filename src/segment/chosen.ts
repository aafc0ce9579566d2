/** Which rows a sequence holds by: the compiler's rule, from the last step backwards, over one key's instants. */
import type { Instant } from '../instant.ts';
import type { StepOf } from './resolve.ts';

/** An instant at which the key has rows, and of which steps (by index) some row is. */
export interface StepInstant {
  readonly at: Instant;
  readonly steps: ReadonlySet<number>;
}

/**
 * The instants chosen for the `did` steps, by index of the step; undefined where the sequence does not hold. Of
 * several choices the latest first step, then each next one as early as may be.
 */
export function chosenOf(
  steps: readonly StepOf[],
  instants: readonly StepInstant[],
  t: Instant,
): ReadonlyMap<number, Instant> | undefined {
  const dids = steps.flatMap((step, index) => (step.kind === 'did' ? [index] : []));
  const ordered = instants.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const times = (index: number): Instant[] =>
    ordered.filter((each) => each.steps.has(index)).map((each) => each.at);
  /** Instants of a step that lead on to the end, each with the next one chosen. */
  let ahead: Map<Instant, readonly Instant[]> | undefined;
  for (const index of dids.toReversed()) {
    const next = ahead;
    ahead = new Map();
    for (const at of times(index)) {
      const rest = next ? follow(steps, index, at, next, times) : last(steps, index, at, times, t);
      if (rest) ahead.set(at, [at, ...rest]);
    }
  }
  const latest = [...(ahead?.values() ?? [])].at(-1);
  return latest && new Map(dids.map((index, i) => [index, latest[i]!]));
}

type Times = (index: number) => Instant[];

function follow(
  steps: readonly StepOf[],
  index: number,
  at: Instant,
  next: ReadonlyMap<Instant, readonly Instant[]>,
  times: Times,
): readonly Instant[] | undefined {
  const between = steps[index + 1]!;
  const target = between.kind === 'not' ? steps[index + 2]! : between;
  const soonest = [...next.keys()].find((each) => each > at);
  if (soonest === undefined) return undefined;
  const within = target.kind === 'did' ? target.within : undefined;
  if (within !== undefined && soonest > at + within) return undefined;
  const stop = between.kind === 'not' ? times(index + 1).find((each) => each > at) : undefined;
  return stop === undefined || stop >= soonest ? next.get(soonest) : undefined;
}

function last(
  steps: readonly StepOf[],
  index: number,
  at: Instant,
  times: Times,
  t: Instant,
): readonly Instant[] | undefined {
  const after = steps[index + 1];
  if (after?.kind !== 'not') return [];
  const stop = times(index + 1).find((each) => each > at);
  if (after.for === undefined) return stop === undefined ? [] : undefined;
  return at <= t - after.for && (stop === undefined || stop > at + after.for) ? [] : undefined;
}
