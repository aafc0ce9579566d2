/** Measures: aggregates over a source's rows, one column each, equal ones computed once. */

import type { Place } from '../diagnostics/diagnostic.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Comparison, Scalar } from '../segment/condition.ts';
import { withoutPlaces } from '../segment/reads.ts';
import type { MeasureOf } from '../segment/resolve.ts';
import { comparison, type Operand } from './comparison.ts';
import {
  and,
  type CompareOp,
  call,
  column,
  compare,
  type Expression,
  not,
  number,
  or,
  TRUE,
} from './expression.ts';
import type { Side } from './pair.ts';
import { operandOf, type Scope, timeOf, whichRows } from './rows.ts';
import { inOrder, inWindow } from './time.ts';

/** The measures that are 0 where there are no rows: comparing them is never unknown. */
export const ZERO_OF_NONE: ReadonlySet<string> = new Set(['count', 'sum', 'distinct']);
/** Those that are numbers whatever they are of. */
const NUMERIC: ReadonlySet<string> = new Set(['sum', 'avg', 'distinct']);

/** `other`: types assumed without a connection. */
const SUMMABLE = new Set(['integer', 'decimal', 'float', 'other']);

/** An aggregate column of the wide row. */
export interface Aggregate {
  readonly fn: 'count' | 'sum' | 'min' | 'max' | 'distinct' | 'first' | 'last';
  /** Column of the source; absent for `count` of rows. */
  readonly of?: string;
  readonly over: MeasureOf;
}

/** The aggregates that a measure is made of. An average is a sum and a count: compared exactly, never divided. */
export function aggregatesOf(over: MeasureOf): Aggregate[] {
  const { measure } = over;
  if (measure.fn === 'avg') {
    return [
      { fn: 'sum', of: measure.of, over },
      { fn: 'count', of: measure.of, over },
    ];
  }
  return [{ fn: measure.fn, ...(measure.fn === 'count' ? {} : { of: measure.of }), over }];
}

/** Equal for aggregates that give the same number, whichever segment asks. */
export function aggregateId(of: Aggregate): string {
  const { source, filter, window } = of.over;
  return withoutPlaces([
    of.fn,
    of.of,
    source.relation,
    source.key,
    source.through,
    source.time,
    source.timezone,
    filter,
    window,
  ]);
}

/** The aggregate over rows of the source under the alias `as`. */
export function aggregateExpression(of: Aggregate, as: string, scope: Scope): Expression {
  const when = rowTest(of.over, as, scope);
  const condition = when === TRUE ? {} : { when };
  if (of.of === undefined) return { kind: 'aggregate', fn: 'count', ...condition };
  const operand = operandOf(of.over.source, of.of, as, scope, of.over.place);
  if (of.fn === 'first' || of.fn === 'last') return firstOrLast(of.fn, operand, of.over, when, as, scope);
  const fn = of.fn === 'distinct' ? 'count_distinct' : of.fn;
  return { kind: 'aggregate', fn, of: aggregated(of.fn, operand, of.over.place), ...condition };
}

/** By the source's time, of rows with time and value; at one instant the smaller value. */
function firstOrLast(
  fn: 'first' | 'last',
  operand: Operand,
  over: MeasureOf,
  when: Expression,
  as: string,
  scope: Scope,
): Expression {
  const { expression, type } = operand;
  const time = timeOf(over.source, over.source.time!, as, scope, over.place);
  const isKnown = (of: Expression): Expression => ({ kind: 'is_null', of, negated: true });
  const ordered = { text: 'binary_order', json: 'text_of', other: 'text_of' } as const;
  const tie = type in ordered ? call(ordered[type as keyof typeof ordered], expression) : expression;
  return {
    kind: 'first_of',
    of: expression,
    type,
    orderBy: [{ by: inOrder(time), ...(fn === 'last' ? { descending: true } : {}) }, { by: tie }],
    when: and([when, isKnown(time.expression), isKnown(expression)]),
  };
}

/** Which rows a measure looks at. */
function rowTest(over: MeasureOf, as: string, scope: Scope): Expression {
  const { source, window } = over;
  return and([
    whichRows(over, as, scope),
    ...(window ? [inWindow(timeOf(source, source.time!, as, scope, over.place), window, scope.t)] : []),
  ]);
}

/** A measure's test over the wide row's columns; the measure of no rows is 0 for count, distinct, sum, unknown else. */
export function measureTest(
  over: MeasureOf,
  test: Comparison,
  nameOf: (aggregate: Aggregate) => string,
  scope: Scope,
): Expression {
  const { operand, per } = measureSide(over, nameOf, scope);
  return per ? averageTest(operand.expression, per, test) : comparison(operand, test);
}

/** A measure as one side of a comparison: what it is over the wide row's columns. */
export function measureSide(over: MeasureOf, nameOf: (aggregate: Aggregate) => string, scope: Scope): Side {
  const [first, second] = aggregatesOf(over).map((aggregate) => column(nameOf(aggregate)));
  const zeroed = ZERO_OF_NONE.has(over.measure.fn) ? orZero(first!) : first!;
  const operand = measuredOperand(over, zeroed, scope);
  return second ? { operand, per: second } : { operand };
}

function measuredOperand(over: MeasureOf, expression: Expression, scope: Scope): Operand {
  const { measure, source, place } = over;
  const name = measure.fn === 'count' ? 'count' : `${measure.fn} of ${measure.of}`;
  if (measure.fn === 'count' || NUMERIC.has(measure.fn)) {
    return { expression, type: 'decimal', name, timezone: scope.timezone };
  }
  const operand = operandOf(source, measure.of, undefined, scope, place);
  const time = operand.time ? { time: { ...operand.time, expression } } : {};
  return { ...operand, expression, name, ...time };
}

/** `avg >= x` as `count > 0 and sum >= x * count`: exact, since nothing is divided. NULL when there are no values. */
function averageTest(sum: Expression, count: Expression, test: Comparison): Expression {
  const some = compare(orZero(count), '>', number('0'));
  const against = (op: CompareOp, scalar: Scalar): Expression =>
    compare(sum, op, { kind: 'times', left: number(decimal(scalar, test.place)), right: count });
  const each = (op: CompareOp, values: readonly Scalar[]): Expression[] =>
    values.map((scalar) => against(op, scalar));
  switch (test.op) {
    case 'is_null':
      return test.value ? not(some) : some;
    case 'between':
      return and([some, against('>=', test.from), against('<=', test.to)]);
    case 'in':
      return and([some, or(each('=', test.values))]);
    case 'not_in':
      return and([some, ...each('<>', test.values)]);
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      const ops = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
      return and([some, against(ops[test.op], test.value)]);
    }
    default:
      return fail('E214', { fn: 'avg', column: test.op, type: 'number' }, test.place);
  }
}

function decimal(scalar: Scalar, place: Place): string {
  if (scalar.type === 'number') return scalar.text;
  return fail('E213', { name: 'avg', type: 'decimal', value: '', valueType: scalar.type }, place);
}

/** Text compares by code point whatever the collation; floats are summed as exact decimals. */
function aggregated(fn: Aggregate['fn'], operand: Operand, place: Place): Expression {
  if (fn === 'sum' && !SUMMABLE.has(operand.type)) {
    return fail('E214', { fn, column: operand.name, type: operand.type }, place);
  }
  if ((fn === 'sum' || fn === 'count') && operand.type === 'float') return call('exact', operand.expression);
  if ((fn === 'min' || fn === 'max') && operand.type === 'text')
    return call('binary_order', operand.expression);
  return operand.expression;
}

function orZero(of: Expression): Expression {
  return call('coalesce', of, number('0'));
}
