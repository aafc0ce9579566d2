/** Conditions as a person would write them: the inverse of what configuration reads. */
import { formatDuration, formatInstant } from '../../src/instant.ts';
import type {
  Comparison,
  Condition,
  RowCondition,
  Scalar,
  Test,
  Window,
} from '../../src/segment/condition.ts';
import { Numeral, type Yaml } from './yaml.ts';

type YamlMap = { readonly [key: string]: Yaml | undefined };

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
      return rowsYaml(condition, 'plain');
    case 'segment':
      return { segment: condition.segment };
    case 'share':
      return { share: { of: condition.name, below: `${condition.percent}%` } };
  }
}

const HEADS = { did: { plain: 'did', not: 'did_not' }, has: { plain: 'has', not: 'has_no' } } as const;

function rowsYaml(condition: Extract<Condition, { kind: 'rows' }>, form: 'plain' | 'not'): YamlMap {
  const { source, where, window, measure, test } = condition;
  const head = HEADS[source === 'subscriptions' ? 'has' : 'did'][form];
  const usual =
    measure.fn === 'count' && test.op === 'gte' && test.value.type === 'number' && test.value.text === '1';
  const of = measure.fn === 'count' ? {} : { of: measure.of };
  return {
    [head]: source,
    where: where && filterYaml(where),
    ...(window ? windowYaml(window) : {}),
    ...(usual ? {} : { [measure.fn]: { ...of, ...comparisonYaml(test) } }),
  };
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

function windowYaml(window: Window): YamlMap {
  switch (window.kind) {
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
