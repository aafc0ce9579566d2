/** The measure of a source's rows, `count: {gte: 3}` or `sum: {of: total, gte: 500}`. */
import type { Comparison, Measure } from '../segment/condition.ts';
import { OPERATORS, type Operator, parseComparison } from './comparison.ts';
import { type ConditionScope, checkKeys } from './condition-scope.ts';
import { inWords, type YamlEntry, type YamlMap } from './node.ts';
import { WINDOWS_NOT_YET } from './window.ts';

export const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'distinct'] as const;
/** Of measures and windows, those of a later version. */
export const ROWS_NOT_YET = [...WINDOWS_NOT_YET, 'first', 'last'];

type Function = (typeof MEASURES)[number];

export interface Measured {
  readonly measure: Measure;
  readonly test: Comparison;
}

/** The measure and its comparison; without one in YAML, at least one row. */
export function parseMeasured(map: YamlMap, scope: ConditionScope): Measured | undefined {
  const functions = MEASURES.filter((fn) => map.entries.has(fn));
  const [fn, second] = functions;
  if (!fn) return { measure: { fn: 'count' }, test: atLeastOne(map) };
  const entry = map.entries.get(fn)!;
  if (second) {
    const place = map.entries.get(second)!.keyPlace;
    const hint = 'write a condition for each, under `all:`';
    return scope.problems.report(
      'E126',
      { keys: functions, what: 'a condition has one measure', hint },
      place,
    );
  }
  if (entry.value.kind === 'map') return parseMeasure(fn, entry.value, entry, scope);
  const expected = `${EXAMPLE[fn === 'count' ? 'count' : 'other']}, but it is ${inWords(entry.value)}`;
  return scope.problems.report('E106', { key: fn, expected }, entry.value.place);
}

const EXAMPLE = {
  count: 'a comparison such as `{gte: 3}`',
  other: 'a column and a comparison, such as `{of: total, gte: 500}`',
};

function parseMeasure(
  fn: Function,
  map: YamlMap,
  entry: YamlEntry,
  scope: ConditionScope,
): Measured | undefined {
  const allowed = operatorsFor(fn);
  checkKeys(map, fn === 'count' ? allowed : ['of', ...allowed], ROWS_NOT_YET, scope);
  const of = fn === 'count' ? '' : parseColumn(fn, map, entry, scope);
  const test = parseOneOperator(fn, map, allowed, entry, scope);
  if (of === undefined || !test) return undefined;
  return { measure: fn === 'count' ? { fn } : { fn, of }, test };
}

function parseColumn(
  fn: Function,
  map: YamlMap,
  entry: YamlEntry,
  scope: ConditionScope,
): string | undefined {
  const of = map.entries.get('of')?.value;
  if (!of) return scope.problems.report('E104', { key: `${fn}.of` }, entry.keyPlace);
  if (of.kind === 'text' && of.text !== '') return of.text;
  const expected = `the name of a column, but it is ${inWords(of)}`;
  return scope.problems.report('E106', { key: `${fn}.of`, expected }, of.place);
}

function parseOneOperator(
  fn: Function,
  map: YamlMap,
  allowed: readonly Operator[],
  entry: YamlEntry,
  scope: ConditionScope,
): Comparison | undefined {
  const present = allowed.filter((operator) => map.entries.has(operator));
  const [operator, second] = present;
  if (!operator) {
    // A key that is no operator is told already.
    const isTold = [...map.entries.keys()].some((key) => key !== 'of');
    const problem = { what: `the measure \`${fn}\``, known: allowed };
    return isTold ? undefined : scope.problems.report('E127', problem, entry.keyPlace);
  }
  if (second) {
    const hint = 'both ends: `between: [low, high]`';
    const place = map.entries.get(second)!.keyPlace;
    return scope.problems.report('E126', { keys: present, what: 'a measure has one operator', hint }, place);
  }
  const comparison = parseComparison(operator, map.entries.get(operator)!, scope);
  return comparison && requireNumbers(fn, comparison, scope);
}

const TEXT_OPERATORS: readonly string[] = ['contains', 'starts_with', 'ends_with'];

/** Counts and sums are numbers and never missing; an average may be missing; a smallest value may be text. */
function operatorsFor(fn: Function): Operator[] {
  if (fn === 'min' || fn === 'max') return [...OPERATORS];
  return OPERATORS.filter(
    (operator) => !TEXT_OPERATORS.includes(operator) && (fn === 'avg' || operator !== 'is_null'),
  );
}

function requireNumbers(fn: Function, test: Comparison, scope: ConditionScope): Comparison | undefined {
  if (fn === 'min' || fn === 'max') return test;
  const values =
    'values' in test
      ? test.values
      : 'from' in test
        ? [test.from, test.to]
        : test.op === 'is_null'
          ? []
          : null;
  const constants = values ?? ('value' in test && typeof test.value === 'object' ? [test.value] : []);
  if (constants.every((value) => value.type === 'number')) return test;
  return scope.problems.report('E106', { key: test.op, expected: `a number: \`${fn}\` is one` }, test.place);
}

function atLeastOne(map: YamlMap): Comparison {
  return { op: 'gte', value: { type: 'number', text: '1' }, place: map.place };
}
