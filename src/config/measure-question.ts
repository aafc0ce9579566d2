/** The operator on a measure. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { OPERATORS, type Operator } from './comparison.ts';
import { type ConditionScope, soleOperator } from './condition-scope.ts';
import { isNumber, type MeasureFunction, operatorsFor } from './measure.ts';
import type { YamlEntry, YamlMap } from './node.ts';
import { parseQuestion, type Question } from './question.ts';

interface MeasureWords {
  /** Undefined when it is not known: any operator is taken then. */
  readonly fn?: MeasureFunction;
  readonly beside: 'of' | 'measure';
  readonly what: string;
  readonly place: Place;
}

/** What the one operator in `map` asks of a measure; undefined after reporting. */
export function parseMeasureQuestion(
  map: YamlMap,
  { fn, ...words }: MeasureWords,
  scope: ConditionScope,
): Question | undefined {
  const rule = 'a measure has one operator';
  const hint = 'both ends: `between: [low, high]`';
  const operator = soleOperator(map, fn ? operatorsFor(fn) : OPERATORS, { ...words, rule, hint }, scope);
  if (!operator) return undefined;
  const entry = map.entries.get(operator)!;
  const question = parseQuestion(operator, entry, scope);
  return question && fn && isNumber(fn) ? requireNumbers(fn, operator, entry, question, scope) : question;
}

/** Constants that a count or a sum is compared with are numbers; whether other values are, their tables tell. */
function requireNumbers(
  fn: MeasureFunction,
  operator: Operator,
  { value }: YamlEntry,
  question: Question,
  scope: ConditionScope,
): Question | undefined {
  const nodes = value.kind === 'list' ? value.items : [value];
  const isFit = operator === 'is_null' || nodes.every(({ kind }) => kind === 'number' || kind === 'map');
  if (isFit) return question;
  return scope.problems.report(
    'E106',
    { key: operator, expected: `a number: \`${fn}\` is one` },
    value.place,
  );
}
