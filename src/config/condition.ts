/** The YAML of a segment's `where:` -> `Condition`. */

import { nearest } from '../diagnostics/suggest.ts';
import type { Condition } from '../segment/condition.ts';
import { type ConditionScope, checkKeys, HEADS, type Head, textOf } from './condition-scope.ts';
import { inWords, type YamlMap, type YamlNode } from './node.ts';
import { parseRows } from './rows.ts';
import { parseSequence } from './sequence.ts';
import { parseShare } from './share.ts';
import { parseMeasureCondition, parseTrait } from './value-conditions.ts';

export { parseRowCondition } from './row-condition.ts';

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
  measure: parseMeasureCondition,
  sequence: parseSequence,
  segment: parseReference,
  sql: parseSql,
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
  const heads = HEADS.filter((head) => map.entries.has(head));
  if (heads.length === 1) return heads[0];
  if (heads.length > 1) {
    const hint = 'make a list of them, under `all:` or `any:`';
    const what = 'a condition is one of them';
    return scope.problems.report('E126', { keys: heads, what, hint }, map.entries.get(heads[1]!)!.keyPlace);
  }
  const query = map.entries.get('query');
  if (query) {
    const detail = 'it stands in the segment itself, instead of `where:`';
    return scope.problems.report('E116', { key: 'query', detail }, query.keyPlace);
  }
  const near = keys.map((key) => [key, nearest(key, HEADS)] as const).find(([, head]) => head);
  const place = map.entries.get(near?.[0] ?? keys[0] ?? '')?.keyPlace ?? map.place;
  return scope.problems.report('E125', { known: HEADS, suggestion: near?.[1] }, place);
}

function parseGroup(map: YamlMap, head: Head, scope: ConditionScope, depth: number): Condition | undefined {
  checkKeys(map, [head], scope);
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
  checkKeys(map, [head], scope);
  const { value, keyPlace } = map.entries.get(head)!;
  const of = parseCondition(value, scope, depth + 1, head);
  return of && { kind: 'not', of, place: keyPlace };
}

function parseReference(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head], scope);
  const segment = textOf(map, head, 'the name of a segment', scope);
  const place = map.entries.get(head)!.value.place;
  return segment === undefined ? undefined : { kind: 'segment', segment, place };
}

function parseSql(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head], scope);
  const expected = 'the text of a boolean SQL expression';
  const sql = textOf(map, head, expected, scope);
  const place = map.entries.get(head)!.value.place;
  if (sql === undefined) return undefined;
  if (sql.trim() !== '') return { kind: 'sql', sql, place };
  return scope.problems.report('E106', { key: head, expected: `${expected}, but it is empty` }, place);
}
