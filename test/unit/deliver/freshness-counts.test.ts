import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countFreshness } from '../../../src/deliver/freshness-counts.ts';
import { FRESHNESS_BOUNDS_S } from '../../../src/freshness-bounds.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;

describe('freshness', () => {
  it('of no rows is nothing', () => {
    expect(countFreshness([], SECOND)).toBeUndefined();
  });

  it('at a bound is within it, and a promise that is just met is kept', () => {
    const promise = 10 * SECOND;
    expect(countFreshness([promise, promise + 1, 100 * HOUR, -SECOND], promise)).toEqual({
      sum_s: 360_020.001,
      buckets: [{ up_to_s: 0.1, rows: 1 }, { up_to_s: 10, rows: 1 }, { up_to_s: 30, rows: 1 }, { rows: 1 }],
      late: 2,
    });
  });

  it('counts each row once, as often as a count by hand', () => {
    const taken = fc.array(fc.integer({ min: 0, max: 60 * HOUR }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(taken, (rows) => {
        const { buckets } = countFreshness(rows, HOUR)!;
        for (const bound of FRESHNESS_BOUNDS_S) {
          const within = buckets.filter(({ up_to_s = Number.POSITIVE_INFINITY }) => up_to_s <= bound);
          const counted = within.reduce((sum, each) => sum + each.rows, 0);
          expect(counted).toBe(rows.filter((each) => each <= bound * 1e3).length);
        }
        expect(buckets.reduce((sum, each) => sum + each.rows, 0)).toBe(rows.length);
      }),
    );
  });
});
