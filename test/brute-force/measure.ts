/** A source's rows of one key: filtered, windowed, measured. */
import type { Project, Source } from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import type { Measure, Measured, RowCondition, Test } from '../../src/segment/condition.ts';
import { add, divide, type Rational, rational, ZERO } from './rational.ts';
import type { Row, Table } from './tables.ts';
import { identity, order, passes, type Value, worth } from './value.ts';
import { inWindow } from './window.ts';

/** Rows of one key, and all that is needed to read them. */
export interface KeyRows {
  readonly project: Project;
  readonly source: Source;
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly now: Instant;
}

/** Which rows count. */
type Selection = Pick<Measured, 'source' | 'where' | 'window'>;

/** What the rows that count measure; null when that is unknown. */
export function measured(question: Measured, context: KeyRows): Value | null {
  const counted = context.rows.filter((row) => counts(row, question, context));
  return measure(question.measure, counted, context);
}

/** Instants of the rows that count; a row without one is left out. */
export function timesOf(selection: Selection, context: KeyRows): Instant[] {
  return context.rows
    .filter((row) => counts(row, selection, context))
    .map((row) => timeOf(row, context))
    .filter((time) => time !== null);
}

function counts(row: Row, selection: Selection, context: KeyRows): boolean {
  const { source, now, project } = context;
  if (source.split !== undefined && row[source.split] !== splitValue(selection.source)) return false;
  if (source.where && !rowHolds(source.where, row, context)) return false;
  if (selection.where && !rowHolds(selection.where, row, context)) return false;
  if (!selection.window) return true;
  const time = timeOf(row, context);
  return time !== null && inWindow(selection.window, time, now, project.timezone);
}

/** `viewed` and `events.viewed` mean the same. */
function splitValue(source: string): string {
  return source.slice(source.indexOf('.') + 1);
}

function rowHolds(condition: RowCondition, row: Row, context: KeyRows): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => rowHolds(part, row, context));
    case 'any':
      return condition.of.some((part) => rowHolds(part, row, context));
    case 'not':
      return !rowHolds(condition.of, row, context);
    case 'column':
      return holds(
        cell(row, condition.column, context),
        condition.test,
        context.now,
        context.project.timezone,
      );
  }
}

/** A test of one value: a comparison or a window; NULL passes none but `is_null`. */
export function holds(value: Value | null, test: Test, now: Instant, timezone: string): boolean {
  if (test.op !== 'window') return passes(value, test, timezone);
  return value?.kind === 'instant' && inWindow(test.window, value.instant, now, timezone);
}

function measure(measure: Measure, rows: readonly Row[], context: KeyRows): Value | null {
  if (measure.fn === 'count') return number(rational(String(rows.length)));
  const values = rows.map((row) => cell(row, measure.of, context)).filter((value) => value !== null);
  switch (measure.fn) {
    case 'distinct':
      return number(rational(String(new Set(values.map(identity)).size)));
    case 'sum':
      return number(sum(values));
    case 'avg':
      return values.length === 0 ? null : number(divide(sum(values), BigInt(values.length)));
    case 'min':
      return smallest(values);
    case 'max':
      return values.reduce<Value | null>(
        (best, value) => (best && order(best, value) >= 0 ? best : value),
        null,
      );
    case 'first':
    case 'last':
      return outermost(measure.fn, measure.of, rows, context);
  }
}

/** The value of the earliest or latest row that has one; of rows at one instant, the smallest. */
function outermost(
  end: 'first' | 'last',
  column: string,
  rows: readonly Row[],
  context: KeyRows,
): Value | null {
  const known = rows.flatMap((row) => {
    const [time, value] = [timeOf(row, context), cell(row, column, context)];
    return time === null || value === null ? [] : [{ time, value }];
  });
  const isBeyond = (a: Instant, b: Instant): boolean => (end === 'first' ? a < b : a > b);
  const ends = known.filter(({ time }) => !known.some((other) => isBeyond(other.time, time)));
  return smallest(ends.map(({ value }) => value));
}

function smallest(values: readonly Value[]): Value | null {
  return values.reduce<Value | null>((best, value) => (best && order(best, value) <= 0 ? best : value), null);
}

function sum(values: readonly Value[]): Rational {
  return values.reduce((total, value) => {
    if (value.kind !== 'number') throw new Error(`a sum of ${value.kind}`);
    return add(total, value.number);
  }, ZERO);
}

function number(value: Rational): Value {
  return { kind: 'number', number: value };
}

function timeOf(row: Row, context: KeyRows): Instant | null {
  const { time } = context.source;
  const value = time === undefined ? null : cell(row, time, context);
  return value?.kind === 'instant' ? value.instant : null;
}

function cell(row: Row, column: string, { table, source, project }: KeyRows): Value | null {
  const type = table.columns[column];
  if (!type) throw new Error(`no column ${column}`);
  return worth(row[column], type, { project: project.timezone, table: source.timezone ?? 'UTC' });
}
