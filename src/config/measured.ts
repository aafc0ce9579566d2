/** What stands behind `measure:`, rows and a function without a comparison -> `Measured`. */
import type { Measure, Measured } from '../segment/condition.ts';
import { OPERATORS } from './comparison.ts';
import { type ConditionScope, checkKeys } from './condition-scope.ts';
import { type FoundMeasure, MEASURES, measureOf, soleMeasure } from './measure.ts';
import { inWords, without, type YamlMap, type YamlNode } from './node.ts';
import { parseRowSet } from './row-set.ts';
import { WINDOWS } from './window.ts';

export const SOURCE_KEYS = ['did', 'has'] as const;
const KNOWN = [...SOURCE_KEYS, 'where', ...WINDOWS, ...MEASURES];
/** `between` of a measure is a window. */
const OUTSIDE: readonly string[] = OPERATORS.filter((operator) => operator !== 'between');

/** `{did: SOURCE}` with a filter, a window and a function where they are wanted; undefined after reporting. */
export function parseMeasured(node: YamlNode, scope: ConditionScope): Measured | undefined {
  if (node.kind !== 'map') {
    const expected = `a mapping such as \`{did: SOURCE, within: 7d}\`, but it is ${inWords(node)}`;
    return scope.problems.report('E106', { key: 'measure', expected }, node.place);
  }
  const isKnown = checkInside('measure', node, KNOWN, scope);
  const [key, second] = SOURCE_KEYS.filter((each) => node.entries.has(each));
  if (!key) return isKnown ? scope.problems.report('E104', { key: 'measure.did' }, node.place) : undefined;
  if (second) {
    const problem = { keys: SOURCE_KEYS, what: 'a measure has one source' };
    return scope.problems.report('E126', problem, node.entries.get(second)!.keyPlace);
  }
  const { source, ...rows } = parseRowSet(node, key, scope);
  const found = soleMeasure(node, source, scope);
  const measure = found === 'none' ? COUNT : found && parseBare(found, scope);
  return source === undefined || !measure ? undefined : { source, ...rows, measure };
}

const COUNT: Measure = { fn: 'count' };

/** `sum: total` or `sum: {of: total}`; of rows, `count: true` or `count: {}`. */
function parseBare({ fn, entry }: FoundMeasure, scope: ConditionScope): Measure | undefined {
  const { value, keyPlace } = entry;
  if (value.kind === 'map') {
    const isKnown = checkInside(fn, value, fn === 'count' ? [] : ['of'], scope);
    const of = value.entries.get('of')?.value;
    // A column that may be there, misspelt, is not asked for.
    return isKnown || of ? measureOf(fn, of, keyPlace, scope) : undefined;
  }
  if (fn !== 'count' && value.kind === 'text') return measureOf(fn, value, keyPlace, scope);
  if (value.kind === 'boolean' && value.value && fn === 'count') return COUNT;
  const expected = fn === 'count' ? '`true` (it takes no column)' : 'the name of a column';
  const is = fn === 'count' && value.kind === 'boolean' ? '' : `, but it is ${inWords(value)}`;
  return scope.problems.report('E106', { key: fn, expected: `${expected}${is}` }, value.place);
}

/** Reports what `map` may not hold, operators apart: those have their place outside. */
function checkInside(key: string, map: YamlMap, known: readonly string[], scope: ConditionScope): boolean {
  const operators = OUTSIDE.filter((operator) => map.entries.has(operator));
  for (const operator of operators) {
    const hint = `\`${operator}\` stands outside of \`measure:\``;
    const problem = { key, expected: 'a measure without a comparison', hint };
    scope.problems.report('E106', problem, map.entries.get(operator)!.keyPlace);
  }
  const isKnown = checkKeys(without(map, OUTSIDE), known, scope);
  return isKnown && operators.length === 0;
}
