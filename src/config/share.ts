/** `share: {of: NAME, below: 10%}` -> `Condition`. */
import type { Condition } from '../segment/condition.ts';
import { type ConditionScope, checkKeys, type Head, textOf } from './condition-scope.ts';
import { inWords, type YamlMap } from './node.ts';
import { readPercent } from './values.ts';

/** The part of all keys that a share names; undefined after reporting. */
export function parseShare(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head], scope);
  const { value } = map.entries.get(head)!;
  if (value.kind !== 'map') {
    const expected = `\`{of: NAME, below: 10%}\`, but it is ${inWords(value)}`;
    return scope.problems.report('E106', { key: head, expected }, value.place);
  }
  checkKeys(value, ['of', 'below'], scope);
  const name = textOf(value, 'of', 'a name: those who share it share the split', scope);
  const below = textOf(value, 'below', 'a percentage such as `10%`', scope);
  if (name === undefined || below === undefined) return undefined;
  const percent = readPercent(below);
  if (percent !== undefined && Number(percent) <= 100) {
    return { kind: 'share', name, percent, place: value.place };
  }
  const { place } = value.entries.get('below')!.value;
  return scope.problems.report('E106', { key: 'below', expected: 'a percentage from `0%` to `100%`' }, place);
}
