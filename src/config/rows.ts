/** `did`, `did_not`, `has`, `has_no` with their filter, window and measure -> `Condition`. */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Condition, Measure } from '../segment/condition.ts';
import { type ConditionScope, checkKeys, type Head } from './condition-scope.ts';
import { type FoundMeasure, MEASURES, measureOf, operatorsFor, soleMeasure } from './measure.ts';
import { parseMeasureQuestion } from './measure-question.ts';
import { inWords, type YamlMap } from './node.ts';
import { ask, type Question } from './question.ts';
import { parseRowSet } from './row-set.ts';
import { WINDOWS } from './window.ts';

/** What may stand beside `did:` and the like. */
const BESIDE = ['where', ...WINDOWS, ...MEASURES];

/** The condition that `head: SOURCE` opens; undefined after reporting. `did_not` is exactly `not` around `did`. */
export function parseRows(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head, ...BESIDE], scope);
  const { source, ...rows } = parseRowSet(map, head, scope);
  const found = soleMeasure(map, source, scope);
  const asked = found === 'none' ? atLeastOne(map.place) : found && parseAsked(found, scope);
  if (source === undefined || !asked) return undefined;
  const measured = { source, ...rows, measure: asked.measure };
  const condition = ask({ kind: 'measure', measured }, asked.question);
  const isNegated = head === 'did_not' || head === 'has_no';
  return isNegated ? { kind: 'not', of: condition, place: rows.place } : condition;
}

interface Asked {
  readonly measure: Measure;
  readonly question: Question;
}

function atLeastOne(place: Place): Asked {
  const test = { op: 'gte', value: { type: 'number', text: '1' }, place } as const;
  return { measure: { fn: 'count' }, question: { kind: 'test', test } };
}

const EXAMPLE = {
  count: 'a comparison such as `{gte: 3}`',
  other: 'a column and a comparison, such as `{of: total, gte: 500}`',
};

/** `count: {gte: 3}`, `sum: {of: total, gte: 500}`. */
function parseAsked({ fn, entry }: FoundMeasure, scope: ConditionScope): Asked | undefined {
  const { value: map, keyPlace: place } = entry;
  if (map.kind !== 'map') {
    const expected = `${EXAMPLE[fn === 'count' ? 'count' : 'other']}, but it is ${inWords(map)}`;
    return scope.problems.report('E106', { key: fn, expected }, map.place);
  }
  checkKeys(map, [...(fn === 'count' ? [] : ['of']), ...operatorsFor(fn)], scope);
  const measure = measureOf(fn, map.entries.get('of')?.value, place, scope);
  const what = `the measure \`${fn}\``;
  const question = parseMeasureQuestion(map, { fn, beside: 'of', what, place }, scope);
  return measure && question && { measure, question };
}
