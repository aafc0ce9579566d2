/** `sequence: [step, ...]` with a window beside it -> `Condition`. */
import type { Condition, SequenceStep } from '../segment/condition.ts';
import { type ConditionScope, checkKeys, type Head } from './condition-scope.ts';
import { inWords, type YamlList, type YamlMap } from './node.ts';
import { parseOneWindow } from './row-set.ts';
import { parseStep } from './sequence-step.ts';
import { WINDOWS } from './window.ts';

/** Each step is one more pass over a key's rows. */
export const MOST_STEPS = 20;

/** Steps in their order, and at most one window around all of them; undefined after reporting. */
export function parseSequence(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head, ...WINDOWS], scope);
  const { value } = map.entries.get(head)!;
  const window = parseOneWindow(map, 'sequence', undefined, scope);
  const refuse = (expected: string): undefined =>
    scope.problems.report('E106', { key: head, expected }, value.place);
  if (value.kind !== 'list') return refuse(`a list of steps, but it is ${inWords(value)}`);
  const { length } = value.items;
  if (length === 0) return refuse('a list of at least one step');
  if (length > MOST_STEPS) return refuse(`a list of at most ${MOST_STEPS} steps, but it has ${length}`);
  const steps = parseSteps(value, scope);
  return steps && { kind: 'sequence', steps, ...(window ? { window } : {}), place: value.place };
}

function parseSteps(list: YamlList, scope: ConditionScope): SequenceStep[] | undefined {
  const steps = list.items.map((item, index) => {
    const before = list.items[index - 1];
    const isAfterNot = before?.kind === 'map' && before.entries.has('not');
    return parseStep(item, { index, isAfterNot, isLast: index === list.items.length - 1 }, scope);
  });
  const whole = steps.filter((step) => step !== undefined);
  return whole.length === steps.length ? whole : undefined;
}
