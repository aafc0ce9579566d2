/** Sequences that two plain aggregates decide: they cost no more than two measures of the scan that all share. */
import type { MeasureOf, RowsOf, SequenceOf, Verdict } from './resolve.ts';

/**
 * The same condition without a sequence; undefined where order has to be looked at row by row.
 * `[a]`: there is a dated `a`. `[a, b]`: the first `a` lies before the last `b`. `[a, not b]`: no `b` lies after the
 * last `a`.
 */
export function plainSequence({ steps }: SequenceOf): Verdict | undefined {
  const [first, second, third] = steps;
  if (first?.kind !== 'did' || third) return undefined;
  const done: Verdict = {
    kind: 'measure',
    measure: timeOf('max', first.rows),
    test: { op: 'is_null', value: false, place: first.rows.place },
  };
  if (!second) return done;
  if (second.kind === 'not') {
    return second.for === undefined
      ? { kind: 'all', of: [done, { kind: 'not', of: later('max', first.rows, second.rows) }] }
      : undefined;
  }
  return second.within === undefined ? later('min', first.rows, second.rows) : undefined;
}

/** The last of `rows` lies after the first (`min`) or last (`max`) of `before`. */
function later(fn: 'min' | 'max', before: RowsOf, rows: RowsOf): Verdict {
  return {
    kind: 'compare',
    left: { kind: 'measure', measure: timeOf('max', rows) },
    op: 'gt',
    right: { kind: 'measure', measure: timeOf(fn, before) },
    place: rows.place,
  };
}

function timeOf(fn: 'min' | 'max', rows: RowsOf): MeasureOf {
  return { ...rows, measure: { fn, of: rows.source.time! } };
}
