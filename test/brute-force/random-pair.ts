/** Random comparisons of two values of one entity. */
import type { Condition, Value } from '../../src/segment/condition.ts';
import { ofSort, type Sort } from './ground.ts';
import { randomMeasured } from './random-measured.ts';
import type { Setting } from './setting.ts';
import { PLACE } from './shop.ts';

const SORTS: readonly Sort[] = ['number', 'number', 'number', 'text', 'boolean', 'time'];
const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const;
const FACTORS = ['0.5', '2', '1', '0.1', '1.25', '0'] as const;

/** Two traits or measures of one sort; a number may be multiplied. */
export function randomPair(setting: Setting): Condition {
  const { dice, ground } = setting;
  // Only customers have something that is true or false.
  const sort = dice.pick(SORTS.filter((each) => ofSort(ground.traits, each).length > 0));
  return {
    kind: 'compare',
    left: randomSide(setting, sort),
    op: dice.pick(sort === 'boolean' ? OPERATORS.slice(0, 2) : OPERATORS),
    right: randomSide(setting, sort),
    ...(sort === 'number' && dice.chance(0.5) ? { times: dice.pick(FACTORS) } : {}),
    place: PLACE,
  };
}

function randomSide(setting: Setting, sort: Sort): Value {
  const { dice, ground } = setting;
  const traits = ofSort(ground.traits, sort);
  while (true) {
    if (dice.chance(0.4) && traits.length > 0)
      return { kind: 'trait', trait: dice.pick(traits), place: PLACE };
    const measured = randomMeasured(setting, ground.sources, sort);
    if (measured) return { kind: 'measure', measured };
  }
}
