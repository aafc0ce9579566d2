/** `did`, `did_not`, `has`, `has_no` with their filter, window and measure -> `Condition`. */
import type { Comparison, Condition, Measure, Window } from '../segment/condition.ts';
import { OPERATORS, type Operator, parseComparison } from './comparison.ts';
import { type ConditionScope, checkKeys, type Head } from './condition-scope.ts';
import { inWords, type YamlEntry, type YamlMap } from './node.ts';
import { parseRowCondition } from './row-condition.ts';
import { findSource } from './sources.ts';
import { parseWindow, WINDOWS, WINDOWS_NOT_YET } from './window.ts';

const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'distinct'] as const;
type Function = (typeof MEASURES)[number];

/** What may stand beside `did:` and the like. */
const BESIDE = ['where', ...WINDOWS, ...MEASURES];
const NOT_YET = [...WINDOWS_NOT_YET, 'first', 'last'];

interface Measured {
  readonly measure: Measure;
  readonly test: Comparison;
}

/** The condition that `head: SOURCE` opens; undefined after reporting. `did_not` is exactly `not` around `did`. */
export function parseRows(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head, ...BESIDE], NOT_YET, scope);
  const source = parseSource(head, map.entries.get(head)!, scope);
  const whereNode = map.entries.get('where')?.value;
  const where = whereNode && parseRowCondition(whereNode, scope);
  const window = parseOneWindow(map, source, scope);
  const measured = parseMeasured(map, scope);
  if (source === undefined || measured === undefined) return undefined;
  const place = map.entries.get(head)!.value.place;
  const rows: Condition = {
    kind: 'rows',
    source,
    ...(where ? { where } : {}),
    ...(window ? { window } : {}),
    ...measured,
    place,
  };
  return head === 'did_not' || head === 'has_no' ? { kind: 'not', of: rows, place } : rows;
}

function parseSource(head: Head, { value }: YamlEntry, scope: ConditionScope): string | undefined {
  if (value.kind !== 'text') {
    const expected = `the name of a source, but it is ${inWords(value)}`;
    return scope.problems.report('E106', { key: head, expected }, value.place);
  }
  if (!scope.entity) return value.text;
  const found = findSource(scope.entity, value.text);
  if ('source' in found) return value.text;
  const { suggestion } = found;
  return scope.problems.report(
    'E203',
    { name: value.text, entity: scope.entity.name, suggestion },
    value.place,
  );
}

/** At most one window; it needs to know when the source's rows happened. */
function parseOneWindow(
  map: YamlMap,
  sourceName: string | undefined,
  scope: ConditionScope,
): Window | undefined {
  const kinds = WINDOWS.filter((kind) => map.entries.has(kind));
  const [kind, second] = kinds;
  if (!kind) return undefined;
  if (second) {
    const hint = 'take one; `between: {from, to}` has two edges';
    const place = map.entries.get(second)!.keyPlace;
    return scope.problems.report('E126', { keys: kinds, what: 'a measure has one window', hint }, place);
  }
  const { keyPlace, value } = map.entries.get(kind)!;
  const found = scope.entity && sourceName !== undefined ? findSource(scope.entity, sourceName) : undefined;
  if (found && 'source' in found && found.source.time === undefined) {
    return scope.problems.report('E124', { window: kind, source: found.source.name }, keyPlace);
  }
  return parseWindow(kind, value, scope);
}

/** The measure and its comparison; without one in YAML, at least one row. */
function parseMeasured(map: YamlMap, scope: ConditionScope): Measured | undefined {
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
  checkKeys(map, fn === 'count' ? allowed : ['of', ...allowed], NOT_YET, scope);
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
