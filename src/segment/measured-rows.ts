/** Whether measures can be what they are said to be at once: rows that one of them needs, another may forbid. */
import type { Measure } from './condition.ts';
import type { Outcome } from './outcome.ts';
import type { Left } from './possible.ts';
import type { RowSet, RowSets } from './row-sets.ts';
import { members, type Values } from './values.ts';

export interface Measured {
  readonly measure: Measure;
  readonly rows: RowSet;
}

/** A number of rows, or of different values of a column in them. */
interface Amount {
  readonly of: string;
  readonly rows: RowSet;
  readonly number: bigint;
}

const ROWS = 'rows';

/** False where some rows must be, and none, or not so many, may be in a set that they lie in. */
export function rowsFit(
  left: Left,
  measured: ReadonlyMap<string, Measured>,
  values: Values,
  sets: RowSets,
): boolean {
  const needed: Amount[] = [];
  const allowed: Amount[] = [];
  for (const [value, set] of left) {
    const of = measured.get(value);
    const outcomes = of && values.outcomes(value);
    if (!of || !outcomes) continue;
    const possible = members(outcomes, set);
    needed.push(...leastOf(of, possible));
    allowed.push(...mostOf(of, possible));
    if (sets.isEmpty(of.rows)) allowed.push({ of: ROWS, rows: of.rows, number: 0n });
  }
  return needed.every((need) =>
    allowed.every(
      (most) => need.of !== most.of || need.number <= most.number || !sets.isWithin(need.rows, most.rows),
    ),
  );
}

function leastOf({ measure, rows }: Measured, possible: readonly Outcome[]): Amount[] {
  const number = possible.map((outcome) => rowsFor(measure, outcome)).reduce((a, b) => (a < b ? a : b));
  if (number === 0n) return [];
  const needed = { of: ROWS, rows, number };
  return measure.fn === 'distinct' ? [needed, { ...needed, of: valuesIn(measure.of) }] : [needed];
}

/** How many rows there must be for a measure to turn out so. */
function rowsFor({ fn }: Measure, { whole, zero, unknown }: Outcome): bigint {
  switch (fn) {
    case 'count':
    case 'distinct':
      return whole?.low ?? 0n;
    case 'sum':
      return zero ? 0n : 1n;
    default:
      return unknown ? 0n : 1n;
  }
}

function mostOf({ measure, rows }: Measured, possible: readonly Outcome[]): Amount[] {
  if (measure.fn !== 'count' && measure.fn !== 'distinct') return [];
  const of = measure.fn === 'count' ? ROWS : valuesIn(measure.of);
  const ends = possible.map(({ whole }) => whole?.high);
  if (!ends.every((end) => end !== undefined)) return [];
  return [{ of, rows, number: ends.reduce((a, b) => (a > b ? a : b)) }];
}

function valuesIn(column: string): string {
  return `values of ${column}`;
}
