/** Columns that hold times, compared with instants exactly, whatever their type: with zone, without zone, or a date. */
import type { Relation } from '../config/project.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { addDays, DAY, dayOf, type Instant, startOfDay, utcParts } from '../instant.ts';
import type { Window } from '../segment/condition.ts';
import { boundsOf } from '../segment/window.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import { and, call, column, compare, type Expression, FALSE, text, value } from './expression.ts';

export interface TimeColumn {
  readonly expression: Expression;
  readonly type: 'instant' | 'timestamp' | 'date';
  /** Zone of time stamps without zone. */
  readonly zone: string;
  /** The project's zone: a date is the first instant of that day there. */
  readonly timezone: string;
}

export interface TimeColumnOf {
  readonly relation: Relation;
  readonly column: string;
  /** Alias of the table in the query. */
  readonly as?: string;
  readonly type: SqlType;
  readonly zone?: string;
  readonly timezone: string;
  readonly place: Place;
}

/** Throws E212 when the column is no time. */
export function timeColumn(of: TimeColumnOf): TimeColumn {
  if (of.type !== 'instant' && of.type !== 'timestamp' && of.type !== 'date') {
    return fail('E212', { column: of.column, type: of.type }, of.place);
  }
  return {
    expression: column(of.column, of.as),
    type: of.type,
    zone: of.zone ?? 'UTC',
    timezone: of.timezone,
  };
}

/** The column as an instant. */
export function asInstant(time: TimeColumn): Expression {
  switch (time.type) {
    case 'instant':
      return time.expression;
    case 'timestamp':
      return call('instant_of', time.expression, text(time.zone));
    case 'date':
      return call('instant_of_date', time.expression, text(time.timezone));
  }
}

/** Something of the column's own that orders as its instants do: wall-clock time may come twice when clocks go back. */
export function inOrder(time: TimeColumn): Expression {
  return time.type === 'timestamp' && time.zone !== 'UTC' ? asInstant(time) : time.expression;
}

/** `time OP instant`, with the instant as a constant of the column's own type wherever that is exact, so that indexes and zone maps serve. */
export function compareTime(
  time: TimeColumn,
  op: '<' | '<=' | '>' | '>=' | '=',
  instant: Instant,
): Expression {
  switch (time.type) {
    case 'instant':
      return compare(time.expression, op, value({ type: 'instant', instant }));
    case 'timestamp':
      return time.zone === 'UTC'
        ? compare(time.expression, op, wallClock(instant))
        : compareZoned(time, op, instant);
    case 'date':
      return compareDate(time, op, instant);
  }
}

/** The window as a condition on a time column at `T`. NULL lies in no window: the result is then unknown. */
export function inWindow(time: TimeColumn, window: Window, t: Instant): Expression {
  const { low, high } = boundsOf(window, t, time.timezone);
  return and([
    ...(low ? [compareTime(time, low.inside ? '>=' : '>', low.at)] : []),
    ...(high ? [compareTime(time, high.inside ? '<=' : '<', high.at)] : []),
  ]);
}

/**
 * Wall-clock time in a zone with changes of clocks: the exact test converts each row; a plain range around it, a day
 * wider than any change of clocks, lets an index serve.
 */
function compareZoned(time: TimeColumn, op: '<' | '<=' | '>' | '>=' | '=', instant: Instant): Expression {
  const exact = compare(asInstant(time), op, value({ type: 'instant', instant }));
  const near: Expression[] = [];
  if (op !== '<' && op !== '<=') near.push(compare(time.expression, '>=', wallClock(instant - 2n * DAY)));
  if (op !== '>' && op !== '>=') near.push(compare(time.expression, '<=', wallClock(instant + 2n * DAY)));
  return and([...near, exact]);
}

/** A date compares as its first instant: the comparison moves to the last date that is not after the instant. */
function compareDate(time: TimeColumn, op: '<' | '<=' | '>' | '>=' | '=', instant: Instant): Expression {
  const day = dayOf(instant, time.timezone);
  const exact = startOfDay(day, time.timezone) === instant;
  const date = (of: string): Expression => value({ type: 'date', text: of });
  switch (op) {
    case '=':
      return exact ? compare(time.expression, '=', date(day)) : FALSE;
    case '>':
      return compare(time.expression, '>', date(day));
    case '<=':
      return compare(time.expression, '<=', date(day));
    case '>=':
      return compare(time.expression, '>=', date(exact ? day : addDays(day, 1)));
    case '<':
      return compare(time.expression, '<', date(exact ? day : addDays(day, 1)));
  }
}

function wallClock(instant: Instant): Expression {
  const { date, time } = utcParts(instant);
  return value({ type: 'timestamp', text: `${date} ${time}` });
}
