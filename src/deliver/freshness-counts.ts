/** Freshness of the rows of one batch, counted between fixed bounds: exact, however many rows there are. */
import { FRESHNESS_BOUNDS_S } from '../freshness-bounds.ts';
import type { FreshnessCounts } from '../report/results.ts';

/** In milliseconds. `promise`: what the tier of their sync promises. Undefined when there are no rows. */
export function countFreshness(taken: readonly number[], promise: number): FreshnessCounts | undefined {
  if (taken.length === 0) return undefined;
  const seconds = taken.map((each) => Math.max(0, each / 1e3));
  const counts = new Map<number | undefined, number>();
  for (const each of seconds) {
    const bound = FRESHNESS_BOUNDS_S.find((upTo) => each <= upTo);
    counts.set(bound, (counts.get(bound) ?? 0) + 1);
  }
  return {
    sum_s: Math.round(seconds.reduce((sum, each) => sum + each, 0) * 1e6) / 1e6,
    buckets: [...FRESHNESS_BOUNDS_S, undefined].flatMap((bound) => bucket(bound, counts.get(bound))),
    late: taken.filter((each) => each > promise).length,
  };
}

function bucket(bound: number | undefined, rows: number | undefined): FreshnessCounts['buckets'] {
  if (rows === undefined) return [];
  return [bound === undefined ? { rows } : { up_to_s: bound, rows }];
}
