/** Conditions on one value of an entity: `trait: NAME` or `measure: {...}` with one operator beside it. */
import type { Condition } from '../segment/condition.ts';
import { isWindow, OPERATORS, type Operator, parseTest, TESTS } from './comparison.ts';
import { type ConditionScope, checkKeys, type Head, soleOperator, textOf } from './condition-scope.ts';
import { operatorsFor } from './measure.ts';
import { parseMeasureQuestion } from './measure-question.ts';
import { parseMeasured } from './measured.ts';
import type { YamlMap } from './node.ts';
import { ask, parseQuestion } from './question.ts';

/** A trait and one operator or window; undefined after reporting. */
export function parseTrait(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head, ...TESTS], scope);
  const trait = textOf(map, head, 'the name of a trait', scope);
  const { keyPlace, value } = map.entries.get(head)!;
  const words = {
    beside: head,
    what: 'this trait',
    rule: 'a trait has one operator',
    hint: 'write a condition for each, under `all:`',
    place: keyPlace,
  };
  const name = soleOperator(map, TESTS, words, scope);
  if (!name) return undefined;
  const entry = map.entries.get(name)!;
  const { place } = value;
  if (isWindow(name, entry.value)) {
    const test = parseTest(name, entry, scope);
    return trait === undefined || !test ? undefined : { kind: 'trait', trait, test, place };
  }
  const question = parseQuestion(name as Operator, entry, scope);
  return trait === undefined || !question ? undefined : ask({ kind: 'trait', trait, place }, question);
}

/** A measure and one operator; undefined after reporting. */
export function parseMeasureCondition(
  map: YamlMap,
  head: Head,
  scope: ConditionScope,
): Condition | undefined {
  const { keyPlace, value } = map.entries.get(head)!;
  const measured = parseMeasured(value, scope);
  const fn = measured?.measure.fn;
  checkKeys(map, [head, ...(fn ? operatorsFor(fn) : OPERATORS)], scope);
  const words = { fn, beside: 'measure', what: 'this measure', place: keyPlace } as const;
  const question = parseMeasureQuestion(map, words, scope);
  return measured && question && ask({ kind: 'measure', measured }, question);
}
