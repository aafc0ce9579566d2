/** The YAML of a segment's `where:` -> `Condition`. */

import { nearest } from '../diagnostics/suggest.ts';
import type { Condition } from '../segment/condition.ts';
import { parseTest, TESTS } from './comparison.ts';
import { type ConditionScope, checkKeys, HEADS, type Head } from './condition-scope.ts';
import { inWords, type YamlMap, type YamlNode } from './node.ts';
import { parseRows } from './rows.ts';
import { readPercent } from './values.ts';
import { WINDOWS_NOT_YET } from './window.ts';

export { parseRowCondition } from './row-condition.ts';

const HEADS_NOT_YET = ['sequence', 'measure', 'sql', 'query'];
/** Conditions in conditions; beyond it a warehouse's parser gives up too. */
const DEEPEST = 100;
const EVERYONE = 'everyone is `trait: KEY` with `is_null: false`';

type Parser = (map: YamlMap, head: Head, scope: ConditionScope, depth: number) => Condition | undefined;

const PARSERS: Record<Head, Parser> = {
  all: parseGroup,
  any: parseGroup,
  not: parseNot,
  trait: parseTrait,
  did: parseRows,
  did_not: parseRows,
  has: parseRows,
  has_no: parseRows,
  segment: parseReference,
  share: parseShare,
};

/** What `node` says; undefined after reporting everything that is wrong with it. `segment:` names are not checked here. */
export function parseCondition(
  node: YamlNode,
  scope: ConditionScope,
  depth = 0,
  under = 'where',
): Condition | undefined {
  if (node.kind !== 'map') {
    const expected = `a condition, but it is ${inWords(node)}`;
    const hint = node.kind === 'list' ? 'put `all:` or `any:` in front of the list' : undefined;
    return scope.problems.report('E106', { key: under, expected, hint }, node.place);
  }
  if (depth > DEEPEST) {
    const expected = `at most ${DEEPEST} conditions deep`;
    return scope.problems.report('E106', { key: under, expected }, node.place);
  }
  const head = parseHead(node, scope);
  return head && PARSERS[head](node, head, scope, depth);
}

function parseHead(map: YamlMap, scope: ConditionScope): Head | undefined {
  const keys = [...map.entries.keys()];
  const later = keys.find((key) => HEADS_NOT_YET.includes(key));
  if (later) return scope.problems.report('E112', { key: later }, map.entries.get(later)!.keyPlace);
  const heads = HEADS.filter((head) => map.entries.has(head));
  if (heads.length === 1) return heads[0];
  if (heads.length > 1) {
    const hint = 'make a list of them, under `all:` or `any:`';
    const what = 'a condition is one of them';
    return scope.problems.report('E126', { keys: heads, what, hint }, map.entries.get(heads[1]!)!.keyPlace);
  }
  const near = keys.map((key) => [key, nearest(key, HEADS)] as const).find(([, head]) => head);
  const place = map.entries.get(near?.[0] ?? keys[0] ?? '')?.keyPlace ?? map.place;
  return scope.problems.report('E125', { known: HEADS, suggestion: near?.[1] }, place);
}

function parseGroup(map: YamlMap, head: Head, scope: ConditionScope, depth: number): Condition | undefined {
  checkKeys(map, [head], [], scope);
  const { value, keyPlace } = map.entries.get(head)!;
  if (value.kind !== 'list') {
    const expected = `a list of conditions, but it is ${inWords(value)}`;
    return scope.problems.report('E106', { key: head, expected }, value.place);
  }
  if (value.items.length === 0)
    return scope.problems.report('E131', { operator: head, hint: EVERYONE }, keyPlace);
  const of = value.items.map((item) => parseCondition(item, scope, depth + 1, head));
  const whole = of.every((each) => each !== undefined);
  return whole ? { kind: head as 'all' | 'any', of, place: keyPlace } : undefined;
}

function parseNot(map: YamlMap, head: Head, scope: ConditionScope, depth: number): Condition | undefined {
  checkKeys(map, [head], [], scope);
  const { value, keyPlace } = map.entries.get(head)!;
  const of = parseCondition(value, scope, depth + 1, head);
  return of && { kind: 'not', of, place: keyPlace };
}

function parseTrait(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head, ...TESTS], WINDOWS_NOT_YET, scope);
  const trait = textOf(map, head, 'the name of a trait', scope);
  const present = TESTS.filter((name) => map.entries.has(name));
  const [name, second] = present;
  const { keyPlace } = map.entries.get(head)!;
  if (!name) {
    // A key that is no operator is told already.
    const isTold = map.entries.size > 1;
    return isTold ? undefined : scope.problems.report('E127', { what: 'this trait', known: TESTS }, keyPlace);
  }
  if (second) {
    const hint = 'write a condition for each, under `all:`';
    const problem = { keys: present, what: 'a trait has one operator', hint };
    return scope.problems.report('E126', problem, map.entries.get(second)!.keyPlace);
  }
  const test = parseTest(name, map.entries.get(name)!, scope);
  return trait === undefined || !test
    ? undefined
    : { kind: 'trait', trait, test, place: map.entries.get(head)!.value.place };
}

function parseReference(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head], [], scope);
  const segment = textOf(map, head, 'the name of a segment', scope);
  const place = map.entries.get(head)!.value.place;
  return segment === undefined ? undefined : { kind: 'segment', segment, place };
}

function parseShare(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head], [], scope);
  const { value } = map.entries.get(head)!;
  if (value.kind !== 'map') {
    const expected = `\`{of: NAME, below: 10%}\`, but it is ${inWords(value)}`;
    return scope.problems.report('E106', { key: head, expected }, value.place);
  }
  checkKeys(value, ['of', 'below'], [], scope);
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

function textOf(map: YamlMap, key: string, expected: string, scope: ConditionScope): string | undefined {
  const node = map.entries.get(key)?.value;
  if (!node) return scope.problems.report('E104', { key }, map.place);
  if (node.kind === 'text' && node.text !== '') return node.text;
  const is = node.kind === 'text' ? 'empty' : inWords(node);
  return scope.problems.report('E106', { key, expected: `${expected}, but it is ${is}` }, node.place);
}
