/** The conditions that a segment itself is made of, references not followed. */
import type { Condition } from './condition.ts';

/** A condition that is no group. */
type Part = Exclude<Condition, { kind: 'all' | 'any' | 'not' }>;

/** In the order written. */
export function partsOf(condition: Condition): Part[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(partsOf);
    case 'not':
      return partsOf(condition.of);
    default:
      return [condition];
  }
}
