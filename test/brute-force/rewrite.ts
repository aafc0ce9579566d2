/** Other ways to write a condition that mean the same. */
import type { Comparison, Condition, RowCondition } from '../../src/segment/condition.ts';
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
      return condition.where ? { ...condition, where: reorderedFilter(condition.where, dice) } : condition;
    default:
      return condition;
  }
}

function reorderedFilter(filter: RowCondition, dice: Dice): RowCondition {
  if (filter.kind === 'column') return filter;
  if (filter.kind === 'not') return { ...filter, of: reorderedFilter(filter.of, dice) };
  const of = dice.some(filter.of, filter.of.length).map((part) => reorderedFilter(part, dice));
  return { ...filter, of };
}

/** Every reference replaced by the condition of its segment. */
export function pasted(condition: Condition, conditions: ReadonlyMap<string, Condition>): Condition {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map((part) => pasted(part, conditions)) };
    case 'not':
      return { ...condition, of: pasted(condition.of, conditions) };
    case 'segment':
      return pasted(conditions.get(condition.segment)!, conditions);
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

const OPPOSITES = { eq: 'ne', ne: 'eq', gt: 'lte', lte: 'gt', gte: 'lt', lt: 'gte' } as const;

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
