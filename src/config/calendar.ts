/** Calendar windows: `this: month`, `previous: month`, `previous: {count: 3, unit: month}` -> `Window`. */
import { nearest } from '../diagnostics/suggest.ts';
import type { CalendarUnit, Window } from '../segment/condition.ts';
import { reportUnknownKey } from './check.ts';
import type { ComparisonScope } from './comparison.ts';
import { inWords, type YamlMap, type YamlNode } from './node.ts';
import { listed } from './wording.ts';

export const UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const satisfies readonly CalendarUnit[];
/** Beyond it, years leave what warehouses can store. */
export const MOST_UNITS = 1000;

/** The unit that `T` lies in; undefined after reporting. */
export function parseThis(node: YamlNode, scope: ComparisonScope): Window | undefined {
  const unit = parseUnit('this', node, scope);
  return unit && { kind: 'this', unit, place: node.place };
}

/** Whole units before the one that `T` lies in: one, or a count of them. Undefined after reporting. */
export function parsePrevious(node: YamlNode, scope: ComparisonScope): Window | undefined {
  if (node.kind === 'map') return parseSeveral(node, scope);
  const unit = parseUnit('previous', node, scope, ', or `{count: 3, unit: month}`');
  return unit && { kind: 'previous', count: 1, unit, place: node.place };
}

function parseSeveral(map: YamlMap, scope: ComparisonScope): Window | undefined {
  const known = ['count', 'unit'];
  for (const [key, { keyPlace }] of map.entries) {
    if (!known.includes(key)) {
      reportUnknownKey(key, known, keyPlace, { problems: scope.problems, notYet: [] });
    }
  }
  const [count, unit] = known.map((key) => requireEntry(key, map, scope));
  const counted = count && parseCount(count, scope);
  const named = unit && parseUnit('previous.unit', unit, scope);
  if (counted === undefined || named === undefined) return undefined;
  return { kind: 'previous', count: counted, unit: named, place: map.place };
}

function requireEntry(key: string, map: YamlMap, scope: ComparisonScope): YamlNode | undefined {
  const value = map.entries.get(key)?.value;
  return value ?? scope.problems.report('E104', { key: `previous.${key}` }, map.place);
}

function parseCount(node: YamlNode, scope: ComparisonScope): number | undefined {
  const count = node.kind === 'number' ? node.number : 0;
  if (Number.isInteger(count) && count >= 1 && count <= MOST_UNITS) return count;
  const expected = `a whole number from 1 to ${MOST_UNITS}`;
  return scope.problems.report('E106', { key: 'previous.count', expected }, node.place);
}

function parseUnit(
  key: string,
  node: YamlNode,
  scope: ComparisonScope,
  otherwise = '',
): CalendarUnit | undefined {
  const unit = UNITS.find((each) => node.kind === 'text' && node.text === each);
  if (unit) return unit;
  const near = node.kind === 'text' ? nearest(node.text, UNITS) : undefined;
  const is = node.kind === 'text' ? '' : `, but it is ${inWords(node)}`;
  const problem = { key, expected: `${listed(UNITS)}${otherwise}${is}` };
  return scope.problems.report('E106', { ...problem, hint: near && `did you mean \`${near}\`?` }, node.place);
}
