/** Another value of the entity to compare with: `{trait: NAME}`, `{measure: {...}}`, either with `times:` before it. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Value } from '../segment/condition.ts';
import { OPERANDS, parseScalar } from './comparison.ts';
import { type ConditionScope, checkKeys, textOf } from './condition-scope.ts';
import { parseMeasured } from './measured.ts';
import { inWords, type YamlMap, type YamlNode } from './node.ts';

export interface Operand {
  readonly right: Value;
  readonly times?: string;
  readonly place: Place;
}

const FORMS = 'another value is `{trait: NAME}` or `{measure: {...}}`';

/** What `map`, behind the operator `key`, means; undefined after reporting. */
export function parseOperand(key: string, map: YamlMap, scope: ConditionScope): Operand | undefined {
  const { problems } = scope;
  const isNear = [...map.entries.keys()].some((each) => OPERANDS.some((known) => isMeant(each, known)));
  if (!isNear) {
    const expected = 'one value, but it is a mapping';
    return problems.report('E106', { key, expected, hint: FORMS }, map.place);
  }
  const isKnown = checkKeys(map, OPERANDS, scope);
  const timesNode = map.entries.get('times')?.value;
  const times = timesNode && parseTimes(timesNode, scope);
  const right = parseRight(key, map, isKnown, scope);
  if (!right || (timesNode && times === undefined)) return undefined;
  return { right, ...(times === undefined ? {} : { times }), place: map.place };
}

function isMeant(key: string, known: string): boolean {
  return key === known || nearest(key, [known]) !== undefined;
}

function parseRight(key: string, map: YamlMap, isKnown: boolean, scope: ConditionScope): Value | undefined {
  const trait = map.entries.get('trait');
  const measure = map.entries.get('measure');
  if (trait && measure) {
    const problem = { keys: ['trait', 'measure'], what: 'a value is compared with one of them' };
    return scope.problems.report('E126', problem, measure.keyPlace);
  }
  if (trait) {
    const name = textOf(map, 'trait', 'the name of a trait', scope);
    return name === undefined ? undefined : { kind: 'trait', trait: name, place: trait.value.place };
  }
  if (measure) {
    const measured = parseMeasured(measure.value, scope);
    return measured && { kind: 'measure', measured };
  }
  if (!isKnown) return undefined;
  const expected = 'a trait or a measure for `times` to multiply';
  return scope.problems.report('E106', { key, expected, hint: FORMS }, map.place);
}

/** A decimal number, as text. */
function parseTimes(node: YamlNode, scope: ConditionScope): string | undefined {
  if (node.kind !== 'number') {
    const expected = `a number such as \`0.5\`, but it is ${inWords(node)}`;
    return scope.problems.report('E106', { key: 'times', expected }, node.place);
  }
  const scalar = parseScalar('times', node, scope);
  return scalar?.type === 'number' ? scalar.text : undefined;
}
