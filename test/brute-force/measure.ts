/** A source's rows of one key: filtered, windowed, measured. */
import type { Project, Source } from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import type { Condition, Measure, RowCondition, Test } from '../../src/segment/condition.ts';
import { add, divide, type Rational, rational, ZERO } from './rational.ts';
import type { Row, Table } from './tables.ts';
import { identity, order, passes, type Value, worth } from './value.ts';
import { inWindow } from './window.ts';

type RowsCondition = Extract<Condition, { kind: 'rows' }>;

/** Rows of one key, and all that is needed to read them. */
export interface KeyRows {
  readonly project: Project;
  readonly source: Source;
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly now: Instant;
}

/** Whether the measure over the rows that count passes. */
export function rowsHold(condition: RowsCondition, context: KeyRows): boolean {
  const counted = context.rows.filter((row) => counts(row, condition, context));
  const measured = measure(condition.measure, counted, context);
  return passes(measured, condition.test, context.project.timezone);
}

function counts(row: Row, condition: RowsCondition, context: KeyRows): boolean {
  const { source } = context;
  if (source.split !== undefined && row[source.split] !== condition.source) return false;
  if (source.where && !rowHolds(source.where, row, context)) return false;
  if (condition.where && !rowHolds(condition.where, row, context)) return false;
  if (!condition.window) return true;
  const time = source.time === undefined ? null : cell(row, source.time, context);
  return time?.kind === 'instant' && inWindow(condition.window, time.instant, context.now);
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
  return value?.kind === 'instant' && inWindow(test.window, value.instant, now);
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
      return values.reduce<Value | null>(
        (best, value) => (best && order(best, value) <= 0 ? best : value),
        null,
      );
    case 'max':
      return values.reduce<Value | null>(
        (best, value) => (best && order(best, value) >= 0 ? best : value),
        null,
      );
  }
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

function cell(row: Row, column: string, { table, source, project }: KeyRows): Value | null {
  const type = table.columns[column];
  if (!type) throw new Error(`no column ${column}`);
  return worth(row[column], type, { project: project.timezone, table: source.timezone ?? 'UTC' });
}
