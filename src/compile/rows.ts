/** Filters over one table's rows: declared `where:`, split values, conditions inside `did` and `has`. */
import type { Table } from '../config/project.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Instant } from '../instant.ts';
import type { RowCondition, Test, Window } from '../segment/condition.ts';
import type { RowsOf } from '../segment/resolve.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Catalog } from './catalog.ts';
import { comparison, type Operand } from './comparison.ts';
import { and, column, type Expression, known, not, or, TRUE, text } from './expression.ts';
import { inWindow, type TimeColumn, timeColumn } from './time.ts';

/** What compiling a condition needs to know beside the condition. */
export interface Scope {
  readonly catalog: Catalog;
  readonly timezone: string;
  /** The tick's instant. */
  readonly t: Instant;
}

/**
 * A row condition on `table` under the alias `as`. In a plain conjunction an unknown comparison drops the row as
 * false does; below a `not` it is collapsed to false first, so that `not` stays the exact complement.
 */
export function rowCondition(
  of: RowCondition,
  table: Table,
  as: string | undefined,
  scope: Scope,
  belowNot = false,
): Expression {
  const sub = (each: RowCondition, below = belowNot): Expression =>
    rowCondition(each, table, as, scope, below);
  switch (of.kind) {
    case 'all':
      return and(of.of.map((each) => sub(each)));
    case 'any':
      return or(of.of.map((each) => sub(each)));
    case 'not':
      return not(sub(of.of, true));
    case 'column': {
      const test = testOf(operandOf(table, of.column, as, scope, of.place), of.test, scope.t);
      return belowNot ? known(test) : test;
    }
  }
}

/** Which rows of the source are meant, their window apart. */
export function whichRows({ filter, source }: RowsOf, as: string, scope: Scope): Expression {
  return filter ? rowCondition(filter, source, as, scope) : TRUE;
}

/** Rows of other split values than those asked for need not be read. */
export function splitBound(of: readonly RowsOf[], as: string): Expression[] {
  const { split } = of[0]!.source;
  const values = of.map((rows) => rows.split);
  // Two sources over one table may be split by different columns.
  const isOne = of.every(({ source }) => source.split === split);
  if (split === undefined || !isOne || !values.every((each) => each !== undefined)) return [];
  return [{ kind: 'in', of: column(split, as), values: [...new Set(values)].sort().map(text) }];
}

/** A column of a table as something to compare. */
export function operandOf(
  table: Table,
  name: string,
  as: string | undefined,
  scope: Scope,
  place: Place,
): Operand {
  const type = scope.catalog.typeOf(table.relation, name, place);
  const time = isTime(type) ? timeOf(table, name, as, scope, place) : undefined;
  return { expression: column(name, as), type, name, timezone: scope.timezone, ...(time ? { time } : {}) };
}

export function timeOf(
  table: Table,
  name: string,
  as: string | undefined,
  scope: Scope,
  place: Place,
): TimeColumn {
  return timeColumn({
    relation: table.relation,
    column: name,
    type: scope.catalog.typeOf(table.relation, name, place),
    timezone: scope.timezone,
    place,
    ...(as === undefined ? {} : { as }),
    ...(table.timezone === undefined ? {} : { zone: table.timezone }),
  });
}

/** A comparison or a window on an operand. Throws E212 for a window on what is no time. */
export function testOf(operand: Operand, test: Test, t: Instant): Expression {
  return test.op === 'window' ? windowOf(operand, test.window, t) : comparison(operand, test);
}

function windowOf(operand: Operand, window: Window, t: Instant): Expression {
  if (operand.time) return inWindow(operand.time, window, t);
  // Throws, naming the column: only a time can lie in a window.
  return inWindow(
    timeColumn({
      relation: { kind: 'table', parts: [] },
      column: operand.name,
      type: operand.type,
      timezone: operand.timezone,
      place: window.place,
    }),
    window,
    t,
  );
}

function isTime(type: SqlType): boolean {
  return type === 'instant' || type === 'timestamp' || type === 'date';
}
