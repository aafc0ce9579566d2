/** One value against constants, typed by the column it stands for. */

import type { Place } from '../diagnostics/diagnostic.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { parseInstant } from '../instant.ts';
import type { Comparison, OrderOp, Scalar } from '../segment/condition.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import {
  and,
  asText,
  type CompareOp,
  call,
  compare,
  type Expression,
  FALSE,
  number,
  or,
  text,
  value,
} from './expression.ts';
import { compareTime, type TimeColumn } from './time.ts';

/** What is compared: an expression with its type; times also as a `TimeColumn`. */
export interface Operand {
  readonly expression: Expression;
  readonly type: SqlType;
  readonly time?: TimeColumn;
  /** For messages. */
  readonly name: string;
  readonly timezone: string;
}

export const OPS: Readonly<Record<OrderOp, CompareOp>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** The comparison as a condition; NULL makes it unknown (`is_null` apart). Throws E213 where types do not fit. */
export function comparison(operand: Operand, test: Comparison): Expression {
  switch (test.op) {
    case 'is_null':
      return { kind: 'is_null', of: operand.expression, ...(test.value ? {} : { negated: true }) };
    case 'between':
      return and([
        compareTo(operand, '>=', test.from, test.place),
        compareTo(operand, '<=', test.to, test.place),
      ]);
    case 'in':
      return oneOf(operand, test.values, test.place);
    case 'not_in':
      return and(test.values.map((each) => notEqual(operand, each, test.place)));
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return call(test.op, textOf(operand), text(test.text));
    case 'ne':
      return notEqual(operand, test.value, test.place);
    default:
      return compareTo(operand, OPS[test.op], test.value, test.place);
  }
}

function oneOf(operand: Operand, values: readonly Scalar[], place: Place): Expression {
  if (operand.time) return or(values.map((each) => compareTo(operand, '=', each, place)));
  return {
    kind: 'in',
    of: operand.type === 'other' || operand.type === 'json' ? textOf(operand) : operand.expression,
    values: values.map((each) => constantFor(operand, each, place)),
  };
}

function notEqual(operand: Operand, scalar: Scalar, place: Place): Expression {
  if (!operand.time) return compareTo(operand, '<>', scalar, place);
  // A date column holds no value equal to an instant inside a day: unequal whenever there is a value at all.
  const equal = compareTo(operand, '=', scalar, place);
  if (equal === FALSE) return { kind: 'is_null', of: operand.expression, negated: true };
  return { kind: 'not', of: equal };
}

function compareTo(operand: Operand, op: CompareOp, scalar: Scalar, place: Place): Expression {
  if (operand.time && op !== '<>') return compareTime(operand.time, op, instantOf(operand, scalar, place));
  const constant = constantFor(operand, scalar, place);
  const ordered = op !== '=' && op !== '<>';
  if (operand.type === 'text' && ordered) {
    return compare(call('binary_order', operand.expression), op, call('binary_order', constant));
  }
  const left = operand.type === 'json' || operand.type === 'other' ? textOf(operand) : operand.expression;
  return compare(left, op, constant);
}

function constantFor(operand: Operand, scalar: Scalar, place: Place): Expression {
  const wrong = (): never =>
    fail(
      'E213',
      { name: operand.name, type: operand.type, value: shown(scalar), valueType: scalar.type },
      place,
    );
  switch (operand.type) {
    case 'integer':
    case 'decimal':
    case 'float':
      return scalar.type === 'number' ? number(scalar.text) : wrong();
    case 'boolean':
      return scalar.type === 'boolean' ? value({ type: 'boolean', value: scalar.value }) : wrong();
    case 'uuid':
      return scalar.type === 'text' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(scalar.text)
        ? value({ type: 'uuid', text: scalar.text })
        : wrong();
    case 'text':
      return scalar.type === 'text' ? text(scalar.text) : wrong();
    case 'instant':
    case 'timestamp':
    case 'date':
      return wrong();
    case 'json':
    case 'other':
      return assumed(scalar);
  }
}

/** Without knowledge of the column's type, the constant's own type has to do. */
function assumed(scalar: Scalar): Expression {
  if (scalar.type === 'boolean') return value({ type: 'boolean', value: scalar.value });
  return scalar.type === 'number' ? number(scalar.text) : text(scalar.text);
}

function instantOf(operand: Operand, scalar: Scalar, place: Place): bigint {
  const parsed = scalar.type === 'text' ? parseInstant(scalar.text, operand.timezone) : undefined;
  if (parsed !== undefined) return parsed;
  return fail(
    'E213',
    { name: operand.name, type: operand.type, value: shown(scalar), valueType: scalar.type },
    place,
  );
}

function textOf(operand: Operand): Expression {
  return operand.type === 'text' ? operand.expression : asText(operand.expression, operand.type);
}

function shown(scalar: Scalar): string {
  return scalar.type === 'boolean' ? String(scalar.value) : scalar.text.slice(0, 60);
}
