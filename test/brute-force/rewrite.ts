/** Other ways to write a condition that mean the same. */
import type { Comparison, Condition, OrderOp, RowCondition, Value } from '../../src/segment/condition.ts';
import type { Dice } from './dice.ts';
import { PLACE } from './shop.ts';

/** Every list of conditions and filters in another order. */
export function reordered(condition: Condition, dice: Dice): Condition {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const of = dice.some(condition.of, condition.of.length).map((part) => reordered(part, dice));
      return { ...condition, of };
    }
    case 'not':
      return { ...condition, of: reordered(condition.of, dice) };
    case 'rows':
      return filteredAnew(condition, dice);
    case 'compare':
      return {
        ...condition,
        left: reorderedSide(condition.left, dice),
        right: reorderedSide(condition.right, dice),
      };
    case 'sequence':
      // The order of the steps is what it is about.
      return { ...condition, steps: condition.steps.map((step) => filteredAnew(step, dice)) };
    default:
      return condition;
  }
}

function reorderedSide(side: Value, dice: Dice): Value {
  return side.kind === 'trait' ? side : { ...side, measured: filteredAnew(side.measured, dice) };
}

function filteredAnew<T extends { readonly where?: RowCondition }>(rows: T, dice: Dice): T {
  return rows.where ? { ...rows, where: reorderedFilter(rows.where, dice) } : rows;
}

function reorderedFilter(filter: RowCondition, dice: Dice): RowCondition {
  if (filter.kind === 'column') return filter;
  if (filter.kind === 'not') return { ...filter, of: reorderedFilter(filter.of, dice) };
  const of = dice.some(filter.of, filter.of.length).map((part) => reorderedFilter(part, dice));
  return { ...filter, of };
}

/** Every reference replaced by the condition of its segment; a `query:` has no place in another one. */
export function pasted(condition: Condition, conditions: ReadonlyMap<string, Condition>): Condition {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map((part) => pasted(part, conditions)) };
    case 'not':
      return { ...condition, of: pasted(condition.of, conditions) };
    case 'segment': {
      const text = conditions.get(condition.segment)!;
      return text.kind === 'query' ? condition : pasted(text, conditions);
    }
    default:
      return condition;
  }
}

/** `did_not: x` written as `not: {all: [{did: x}]}`, wherever it stands. */
export function withoutDidNot(condition: Condition): Condition {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map(withoutDidNot) };
    case 'not':
      return { ...condition, of: { kind: 'all', of: [withoutDidNot(condition.of)], place: PLACE } };
    default:
      return condition;
  }
}

/** By an operator: the one that holds for all known values for which it does not. */
export const OPPOSITES: Readonly<Record<OrderOp, OrderOp>> = {
  eq: 'ne',
  ne: 'eq',
  gt: 'lte',
  lte: 'gt',
  gte: 'lt',
  lt: 'gte',
};

/** The comparison that holds for every known value for which this one does not; undefined where there is none. */
export function opposite(test: Comparison): Comparison | undefined {
  switch (test.op) {
    case 'in':
      return { ...test, op: 'not_in' };
    case 'not_in':
      return { ...test, op: 'in' };
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { ...test, op: OPPOSITES[test.op] };
    default:
      return undefined;
  }
}
