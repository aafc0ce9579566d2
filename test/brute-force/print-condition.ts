/** Conditions as a person would write them: the inverse of what configuration reads. */
import { type Duration, formatDuration, formatInstant } from '../../src/instant.ts';
import type {
  Comparison,
  Condition,
  Measured,
  RowCondition,
  Scalar,
  SequenceStep,
  Test,
  Value,
  Window,
} from '../../src/segment/condition.ts';
import { Numeral, type Yaml } from './yaml.ts';

type YamlMap = { readonly [key: string]: Yaml | undefined };

type RowsCondition = Extract<Condition, { kind: 'rows' }>;

/** What a segment's file says of who is in it. */
export function definitionYaml(condition: Condition): YamlMap {
  return condition.kind === 'query' ? { query: condition.sql } : { where: conditionYaml(condition) };
}

/** What stands below `where:` in a segment's file. */
export function conditionYaml(condition: Condition): YamlMap {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { [condition.kind]: condition.of.map(conditionYaml) };
    case 'not':
      return condition.of.kind === 'rows'
        ? rowsYaml(condition.of, 'not')
        : { not: conditionYaml(condition.of) };
    case 'trait':
      return { trait: condition.trait, ...testYaml(condition.test) };
    case 'rows':
      return isQuestion(condition) ? questionYaml(condition) : rowsYaml(condition, 'plain');
    case 'compare':
      return { ...valueYaml(condition.left), [condition.op]: rightYaml(condition) };
    case 'sequence':
      return { sequence: condition.steps.map(stepYaml), ...optionalWindow(condition) };
    case 'sql':
      return { sql: condition.sql };
    case 'query':
      throw new Error('a query stands alone in its segment');
    case 'segment':
      return { segment: condition.segment };
    case 'share':
      return { share: { of: condition.name, below: `${condition.percent}%` } };
  }
}

const HEADS = { did: { plain: 'did', not: 'did_not' }, has: { plain: 'has', not: 'has_no' } } as const;

function rowsYaml(condition: RowsCondition, form: 'plain' | 'not'): YamlMap {
  const { source, where, window, measure, test } = condition;
  const head = headOf(source, form);
  const usual =
    measure.fn === 'count' && test.op === 'gte' && test.value.type === 'number' && test.value.text === '1';
  const of = measure.fn === 'count' ? {} : { of: measure.of };
  return {
    [head]: source,
    where: where && filterYaml(where),
    ...optionalWindow({ window }),
    ...(usual ? {} : { [measure.fn]: { ...of, ...comparisonYaml(test) } }),
  };
}

/** Rows against a number can be asked for in two ways: here the operator decides which. */
function isQuestion({ test }: RowsCondition): boolean {
  return (test.op === 'lte' || test.op === 'gt') && test.value.type === 'number';
}

function questionYaml(condition: RowsCondition): YamlMap {
  return { measure: measuredYaml(condition), ...comparisonYaml(condition.test) };
}

/** What stands below `measure:`. */
function measuredYaml({ source, where, window, measure }: Measured): YamlMap {
  return {
    [headOf(source, 'plain')]: source,
    where: where && filterYaml(where),
    ...optionalWindow({ window }),
    ...(measure.fn === 'count' ? {} : { [measure.fn]: measure.of }),
  };
}

function headOf(source: string, form: 'plain' | 'not'): string {
  return HEADS[source === 'subscriptions' ? 'has' : 'did'][form];
}

function valueYaml(value: Value): YamlMap {
  return value.kind === 'trait' ? { trait: value.trait } : { measure: measuredYaml(value.measured) };
}

function rightYaml({ right, times }: Extract<Condition, { kind: 'compare' }>): YamlMap {
  return { times: times === undefined ? undefined : new Numeral(times), ...valueYaml(right) };
}

function stepYaml(step: SequenceStep): YamlMap {
  const did = { did: step.source, where: step.where && filterYaml(step.where) };
  const length = (duration?: Duration): string | undefined =>
    duration === undefined ? undefined : formatDuration(duration);
  return step.kind === 'did' ? { ...did, within: length(step.within) } : { not: did, for: length(step.for) };
}

/** What stands below `where:` in a source or beside `did:`. */
export function filterYaml(filter: RowCondition): YamlMap {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return { [filter.kind]: filter.of.map(filterYaml) };
    case 'not':
      return { not: filterYaml(filter.of) };
    case 'column':
      return filter.test.op === 'eq'
        ? { [filter.column]: scalarYaml(filter.test.value) }
        : { [filter.column]: testYaml(filter.test) };
  }
}

/** One operator or window, as a mapping. */
export function testYaml(test: Test): YamlMap {
  return test.op === 'window' ? windowYaml(test.window) : comparisonYaml(test);
}

function comparisonYaml(test: Comparison): YamlMap {
  switch (test.op) {
    case 'in':
    case 'not_in':
      return { [test.op]: test.values.map(scalarYaml) };
    case 'between':
      return { between: [scalarYaml(test.from), scalarYaml(test.to)] };
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return { [test.op]: test.text };
    case 'is_null':
      return { is_null: test.value };
    default:
      return { [test.op]: scalarYaml(test.value) };
  }
}

function optionalWindow({ window }: { readonly window?: Window | undefined }): YamlMap {
  return window ? windowYaml(window) : {};
}

function windowYaml(window: Window): YamlMap {
  switch (window.kind) {
    case 'this':
      return { this: window.unit };
    case 'previous': {
      const { count, unit } = window;
      return { previous: count === 1 ? unit : { count: new Numeral(String(count)), unit } };
    }
    case 'between':
      return { between: { from: formatDuration(window.from), to: formatDuration(window.to) } };
    case 'after':
    case 'before':
      return { [window.kind]: formatInstant(window.instant) };
    default:
      return { [window.kind]: formatDuration(window.duration) };
  }
}

function scalarYaml(scalar: Scalar): Yaml {
  if (scalar.type === 'number') return new Numeral(scalar.text);
  return scalar.type === 'text' ? scalar.text : scalar.value;
}
