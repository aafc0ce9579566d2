/** Two values of one entity against each other: traits and measures, exactly, whatever their types. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { OrderOp } from '../segment/condition.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import { OPS, type Operand } from './comparison.ts';
import { and, call, compare, type Expression, number } from './expression.ts';
import { asInstant } from './time.ts';

/** One side: a value, or of an average its sum and how many values there are, since nothing is divided. */
export interface Side {
  readonly operand: Operand;
  readonly per?: Expression;
}

const NUMBERS = new Set<SqlType>(['integer', 'decimal', 'float']);
const EQUAL_ONLY = new Set<SqlType>(['boolean', 'uuid']);

/**
 * `left OP times * right` as a condition; unknown where either side is. Floats count as decimals of 9 places, so that
 * both sides are exact. Throws E218 where the types cannot be compared.
 */
export function comparePair(
  left: Side,
  op: OrderOp,
  right: Side,
  times: string | undefined,
  place: Place,
): Expression {
  const types = [left.operand.type, right.operand.type] as const;
  const wrong = (): never => {
    const [a, b] = [left.operand, right.operand];
    return fail('E218', { left: a.name, type: a.type, right: b.name, otherType: b.type }, place);
  };
  if (types.includes('other') && !left.per && !right.per)
    return compare(left.operand.expression, OPS[op], scaled(right, times));
  const isAverage = left.per !== undefined || right.per !== undefined;
  const areNumbers = types.every((type) => NUMBERS.has(type) || (isAverage && type === 'other'));
  if (areNumbers) return numbers(left, op, right, times);
  if (times !== undefined) return wrong();
  if (left.operand.time && right.operand.time) {
    return compare(asInstant(left.operand.time), OPS[op], asInstant(right.operand.time));
  }
  if (types[0] !== types[1] || types[0] === 'json') return wrong();
  if (EQUAL_ONLY.has(types[0]) && op !== 'eq' && op !== 'ne') return wrong();
  const plain = ({ operand }: Side): Expression =>
    operand.type === 'text' ? call('binary_order', operand.expression) : operand.expression;
  return compare(plain(left), OPS[op], plain(right));
}

/** `a/m OP f*b/n` as `a*n OP f*b*m`, for `m` and `n` above zero. */
function numbers(left: Side, op: OrderOp, right: Side, times: string | undefined): Expression {
  const positive = [left.per, right.per]
    .filter((per) => per !== undefined)
    .map((per) => compare(call('coalesce', per, number('0')), '>', number('0')));
  const one = product(exact(left.operand), right.per);
  const other = product(
    scaled({ ...right, operand: { ...right.operand, expression: exact(right.operand) } }, times),
    left.per,
  );
  return and([...positive, compare(one, OPS[op], other)]);
}

function scaled({ operand }: Side, times: string | undefined): Expression {
  return times === undefined ? operand.expression : product(operand.expression, number(times));
}

function exact({ type, expression }: Operand): Expression {
  return type === 'float' ? call('exact', expression) : expression;
}

function product(left: Expression, right: Expression | undefined): Expression {
  return right === undefined ? left : { kind: 'times', left, right };
}
