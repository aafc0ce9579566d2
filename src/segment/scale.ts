/**
 * A line cut at some points: every point, and every stretch before, between and after them, is one place on it. Places
 * are counted from 0, the stretch before the first point; points have odd numbers.
 */
import type { Comparison, Scalar, Test } from './condition.ts';

export type Place = number;

export interface Scale<P> {
  readonly places: readonly Place[];
  /** Where one of its points stands. */
  placeOf(point: P): Place;
  /** The points on either side of a stretch, twice the same of a point; undefined: endless. */
  around(place: Place): { readonly before: P | undefined; readonly after: P | undefined };
}

/** Equal points once; `order` as of sort. */
export function scaleOf<P>(points: readonly P[], order: (a: P, b: P) => number): Scale<P> {
  const sorted = [...points].sort(order);
  const cuts = sorted.filter((point, index) => index === 0 || order(sorted[index - 1]!, point) !== 0);
  return {
    places: Array.from({ length: 2 * cuts.length + 1 }, (_, place) => place),
    placeOf: (point) => 2 * cuts.findIndex((cut) => order(cut, point) === 0) + 1,
    around(place) {
      const [low, high] = place % 2 === 1 ? [place >> 1, place >> 1] : [(place >> 1) - 1, place >> 1];
      return { before: cuts[low], after: cuts[high] };
    },
  };
}

export function bigintOrder(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** Answers a comparison by where its constants stand; undefined where order tells nothing. */
export function answerByOrder(
  test: Comparison,
  place: Place,
  placeOf: (scalar: Scalar) => Place,
): boolean | undefined {
  switch (test.op) {
    case 'is_null':
      return !test.value;
    case 'eq':
      return place === placeOf(test.value);
    case 'ne':
      return place !== placeOf(test.value);
    case 'gt':
      return place > placeOf(test.value);
    case 'gte':
      return place >= placeOf(test.value);
    case 'lt':
      return place < placeOf(test.value);
    case 'lte':
      return place <= placeOf(test.value);
    case 'between':
      return place >= placeOf(test.from) && place <= placeOf(test.to);
    case 'in':
      return test.values.some((each) => place === placeOf(each));
    case 'not_in':
      return !test.values.some((each) => place === placeOf(each));
    default:
      return undefined;
  }
}

/** The constants in a test. */
export function scalarsOf(test: Test): readonly Scalar[] {
  if ('values' in test) return test.values;
  if (test.op === 'between') return [test.from, test.to];
  return 'value' in test && typeof test.value !== 'boolean' ? [test.value] : [];
}
