/** Sets of rows that conditions measure: which can have no row at all, and which lie in another. */

import type { RowCondition } from './condition.ts';
import type { Domain } from './outcome.ts';
import { Budget, mayHold } from './possible.ts';
import { all, any, not, type Proposition } from './proposition.ts';
import { withoutPlaces } from './reads.ts';
import type { RowsOf } from './resolve.ts';
import { Values } from './values.ts';

/** Rows of one table that pass a filter and lie in a window. */
export interface RowSet {
  readonly id: string;
  /** Sets of the same table, keyed and dated in the same way, can be compared. */
  readonly table: string;
  /** Of a row's columns. */
  readonly holds: Proposition;
}

const COLUMN: Domain = { of: 'column', nullable: true };
const STEPS = 200;

export class RowSets {
  readonly #timezone: string;
  readonly #columns = new Map<string, Values>();
  readonly #contained = new Map<string, boolean>();

  constructor(timezone: string) {
    this.#timezone = timezone;
  }

  /** All sets are made first, then compared. */
  of({ source, filter, window }: RowsOf): RowSet {
    const { relation, key, through, time, timezone } = source;
    const table = withoutPlaces([relation, key, through, time, timezone]);
    const columns = this.#columns.get(table) ?? new Values(this.#timezone);
    this.#columns.set(table, columns);
    const parts = [
      ...(filter ? [filterOf(filter, columns)] : []),
      ...(window && time !== undefined ? [columns.ask(time, COLUMN, { op: 'window', window })] : []),
    ];
    return { id: withoutPlaces([table, filter, window]), table, holds: all(parts) };
  }

  /** True where no row can be in it. */
  isEmpty(set: RowSet): boolean {
    return !this.#mayHold(set, set.holds);
  }

  /** True where every row of `inner` is in `outer`. */
  isWithin(inner: RowSet, outer: RowSet): boolean {
    if (inner.table !== outer.table) return false;
    if (inner.id === outer.id) return true;
    const id = withoutPlaces([inner.id, outer.id]);
    const known = this.#contained.get(id) ?? !this.#mayHold(inner, all([inner.holds, not(outer.holds)]));
    this.#contained.set(id, known);
    return known;
  }

  #mayHold({ table }: RowSet, proposition: Proposition): boolean {
    return mayHold(proposition, { values: this.#columns.get(table)!, budget: new Budget(STEPS) });
  }
}

function filterOf(filter: RowCondition, columns: Values): Proposition {
  switch (filter.kind) {
    case 'all':
    case 'any': {
      const parts = filter.of.map((part) => filterOf(part, columns));
      return filter.kind === 'all' ? all(parts) : any(parts);
    }
    case 'not':
      return not(filterOf(filter.of, columns));
    case 'column':
      return columns.ask(filter.column, COLUMN, filter.test);
  }
}
