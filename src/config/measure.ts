/** The functions that make a value of a source's rows: which one stands in a mapping, its column, its operators. */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Measure } from '../segment/condition.ts';
import { OPERATORS, type Operator } from './comparison.ts';
import type { ConditionScope } from './condition-scope.ts';
import { inWords, type YamlEntry, type YamlMap, type YamlNode } from './node.ts';
import { requireTime } from './row-set.ts';

export const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'distinct', 'first', 'last'] as const;

export type MeasureFunction = Measure['fn'];

/** A function and what is written behind it. */
export interface FoundMeasure {
  readonly fn: MeasureFunction;
  readonly entry: YamlEntry;
}

/** The one function in `map`, if there is any; undefined after reporting two, or one that the source lacks a time for. */
export function soleMeasure(
  map: YamlMap,
  source: string | undefined,
  scope: ConditionScope,
): FoundMeasure | 'none' | undefined {
  const functions = MEASURES.filter((fn) => map.entries.has(fn));
  const [fn, second] = functions;
  if (!fn) return 'none';
  if (second) {
    const hint = 'write a condition for each, under `all:`';
    const problem = { keys: functions, what: 'a condition has one measure', hint };
    return scope.problems.report('E126', problem, map.entries.get(second)!.keyPlace);
  }
  const entry = map.entries.get(fn)!;
  const isOrdered = fn === 'first' || fn === 'last';
  if (isOrdered && !requireTime(fn, source, entry.keyPlace, scope)) return undefined;
  return { fn, entry };
}

/** The measure of a function and the column named by `of`, which `count` has none of; undefined after reporting. */
export function measureOf(
  fn: MeasureFunction,
  of: YamlNode | undefined,
  place: Place,
  scope: ConditionScope,
): Measure | undefined {
  if (fn === 'count') return { fn };
  const key = `${fn}.of`;
  if (!of) return scope.problems.report('E104', { key }, place);
  if (of.kind === 'text' && of.text !== '') return { fn, of: of.text };
  const expected = `the name of a column, but it is ${inWords(of)}`;
  return scope.problems.report('E106', { key, expected }, of.place);
}

/** Values of a column may be text; the other functions make numbers. */
export function isNumber(fn: MeasureFunction): boolean {
  return !['min', 'max', 'first', 'last'].includes(fn);
}

const TEXT_OPERATORS: readonly string[] = ['contains', 'starts_with', 'ends_with'];

/** Counts and sums are numbers and never missing; an average may be missing; a column's value may be text. */
export function operatorsFor(fn: MeasureFunction): Operator[] {
  if (!isNumber(fn)) return [...OPERATORS];
  return OPERATORS.filter(
    (operator) => !TEXT_OPERATORS.includes(operator) && (fn === 'avg' || operator !== 'is_null'),
  );
}
