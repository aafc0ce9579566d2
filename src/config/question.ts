/**
 * An operator and what stands behind it, constants or other values of the entity -> a question to ask of a value.
 * Lists that hold other values become several comparisons.
 */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Comparison, Condition, OrderOp, Value } from '../segment/condition.ts';
import { isOperand, type Operator, parseComparison, parseScalar } from './comparison.ts';
import type { ConditionScope } from './condition-scope.ts';
import type { YamlEntry, YamlList, YamlMap, YamlNode } from './node.ts';
import { type Operand, parseOperand } from './operand.ts';

export type Question =
  | { readonly kind: 'test'; readonly test: Comparison }
  | { readonly kind: 'compare'; readonly op: OrderOp; readonly operand: Operand }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Question[]; readonly place: Place };

const ORDER: readonly string[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] satisfies OrderOp[];
const COMPARING = [...ORDER, 'between', 'in', 'not_in'].map((operator) => `\`${operator}\``).join(', ');

/** What operator `op` asks; undefined after reporting. */
export function parseQuestion(op: Operator, entry: YamlEntry, scope: ConditionScope): Question | undefined {
  const { value } = entry;
  if (value.kind === 'map' && isOrder(op)) return parseCompare(op, op, value, scope);
  if (value.kind === 'list' && value.items.some((item) => item.kind === 'map')) {
    if (op === 'in' || op === 'not_in') return parseList(op, entry, value, scope);
    if (op === 'between' && value.items.length === 2) return parseBounds(value, scope);
  }
  if (isOperand(value) && op !== 'in' && op !== 'not_in' && op !== 'between') {
    const hint = `another value can be compared by ${COMPARING}`;
    return scope.problems.report('E106', { key: op, expected: 'a constant', hint }, value.place);
  }
  const test = parseComparison(op, entry, scope);
  return test && { kind: 'test', test };
}

/** The condition that asks a value the question. */
export function ask(value: Value, question: Question): Condition {
  switch (question.kind) {
    case 'all':
    case 'any':
      return { ...question, of: question.of.map((each) => ask(value, each)) };
    case 'compare':
      return { kind: 'compare', left: value, op: question.op, ...question.operand };
    case 'test':
      return value.kind === 'trait'
        ? { ...value, test: question.test }
        : { kind: 'rows', ...value.measured, test: question.test };
  }
}

function isOrder(op: Operator): op is OrderOp {
  return ORDER.includes(op);
}

/** `key` is the operator as it is written. */
function parseCompare(key: Operator, op: OrderOp, map: YamlMap, scope: ConditionScope): Question | undefined {
  const operand = parseOperand(key, map, scope);
  return operand && { kind: 'compare', op, operand };
}

/** Constants together, as one test; every other value by itself. */
function parseList(
  op: 'in' | 'not_in',
  entry: YamlEntry,
  list: YamlList,
  scope: ConditionScope,
): Question | undefined {
  const constants = list.items.filter((item) => item.kind !== 'map');
  const others = list.items.filter((item) => item.kind === 'map');
  const value: YamlList = { ...list, items: constants };
  const parts = others.map((item) => parseCompare(op, op === 'in' ? 'eq' : 'ne', item, scope));
  if (constants.length > 0) parts.unshift(parseQuestion(op, { ...entry, value }, scope));
  return together(op === 'in' ? 'any' : 'all', parts, list.place);
}

/** Both ends included. */
function parseBounds(list: YamlList, scope: ConditionScope): Question | undefined {
  const [low, high] = list.items;
  return together('all', [parseBound('gte', low!, scope), parseBound('lte', high!, scope)], list.place);
}

function parseBound(op: OrderOp, node: YamlNode, scope: ConditionScope): Question | undefined {
  if (node.kind === 'map') return parseCompare('between', op, node, scope);
  const value = parseScalar('between', node, scope);
  return value && { kind: 'test', test: { op, value, place: node.place } };
}

function together(
  kind: 'all' | 'any',
  parts: readonly (Question | undefined)[],
  place: Place,
): Question | undefined {
  if (!parts.every((part) => part !== undefined)) return undefined;
  return parts.length === 1 ? parts[0] : { kind, of: parts, place };
}
