/** One operator and what stands behind it -> `Comparison` or `Test`. */
import type { Comparison, Scalar, Test } from '../segment/condition.ts';
import { inWords, type YamlEntry, type YamlNode } from './node.ts';
import { decimalText } from './number.ts';
import type { Problems } from './problems.ts';
import { parseWindow, WINDOWS, type Window } from './window.ts';

export interface ComparisonScope {
  readonly problems: Problems;
  /** For dates. */
  readonly timezone: string;
}

export const OPERATORS = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'not_in',
  'between',
  'contains',
  'starts_with',
  'ends_with',
  'is_null',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** Keys of a mapping that stands for another value of the entity. */
export const OPERANDS = ['trait', 'measure', 'times'] as const;

const CONSTANTS_ONLY =
  'filters, consent and fields take constants; only a condition compares with `trait:` or `measure:`';

/** Operators and windows: what may test a value. */
export const TESTS: readonly string[] = [...OPERATORS, ...WINDOWS.filter((window) => window !== 'between')];

/** True for `{trait: ...}`, `{measure: ...}` and `{times: ...}`, which only conditions compare with. */
export function isOperand(node: YamlNode): boolean {
  return node.kind === 'map' && OPERANDS.some((key) => node.entries.has(key));
}

/** What `between: {from, to}` and the other windows, or an operator, say about a value; undefined after reporting. */
export function parseTest(name: string, entry: YamlEntry, scope: ComparisonScope): Test | undefined {
  if (!isWindow(name, entry.value)) return parseComparison(name as Operator, entry, scope);
  const window = parseWindow(name as Window['kind'], entry.value, scope);
  return window && { op: 'window', window };
}

/** True for windows; `between` is one when a mapping of edges stands behind it. */
export function isWindow(name: string, value: YamlNode): boolean {
  if (name === 'between') return value.kind === 'map' && !isOperand(value);
  return WINDOWS.some((window) => window === name);
}

/** An operator's comparison; undefined after reporting. */
export function parseComparison(
  op: Operator,
  entry: YamlEntry,
  scope: ComparisonScope,
): Comparison | undefined {
  const { value: node } = entry;
  const place = node.place;
  const expect = (expected: string): undefined =>
    scope.problems.report('E106', { key: op, expected: `${expected}, but it is ${inWords(node)}` }, place);
  if (node.kind === 'null') return scope.problems.report('E123', { operator: op }, place);
  switch (op) {
    case 'in':
    case 'not_in': {
      if (node.kind !== 'list') return expect('a list of values');
      return parseList(op, node.items, place, scope);
    }
    case 'between': {
      if (node.kind !== 'list') return expect('a list of two values, `[low, high]`');
      if (node.items.length !== 2) {
        const expected = `a list of two values, but it has ${node.items.length}`;
        return scope.problems.report('E106', { key: op, expected }, place);
      }
      const [from, to] = node.items.map((item) => parseScalar(op, item, scope));
      return from && to && { op, from, to, place };
    }
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return node.kind === 'text' ? { op, text: node.text, place } : expect('text (in quotes)');
    case 'is_null':
      return node.kind === 'boolean' ? { op, value: node.value, place } : expect('`true` or `false`');
    default: {
      const value = parseScalar(op, node, scope);
      return value && { op, value, place };
    }
  }
}

function parseList(
  op: 'in' | 'not_in',
  items: readonly YamlNode[],
  place: YamlNode['place'],
  scope: ComparisonScope,
): Comparison | undefined {
  if (items.length === 0) {
    return scope.problems.report('E106', { key: op, expected: 'a list of at least one value' }, place);
  }
  const values = items.map((item) => parseScalar(op, item, scope)).filter((value) => value !== undefined);
  return values.length === items.length ? { op, values, place } : undefined;
}

/** A constant to compare with; `key` names it in messages. Undefined after reporting. */
export function parseScalar(key: string, node: YamlNode, scope: ComparisonScope): Scalar | undefined {
  switch (node.kind) {
    case 'text':
      return { type: 'text', text: node.text };
    case 'boolean':
      return { type: 'boolean', value: node.value };
    case 'number':
      return parseNumber(node, scope);
    case 'null':
      return scope.problems.report('E123', { operator: key }, node.place);
    case 'map': {
      const expected = 'one value, but it is a mapping';
      const hint = isOperand(node) ? CONSTANTS_ONLY : undefined;
      return scope.problems.report('E106', { key, expected, hint }, node.place);
    }
    case 'list': {
      const expected = 'one value, but it is a list';
      return scope.problems.report(
        'E106',
        { key, expected, hint: 'of several values: `in: [...]`' },
        node.place,
      );
    }
  }
}

function parseNumber(
  node: Extract<YamlNode, { kind: 'number' }>,
  scope: ComparisonScope,
): Scalar | undefined {
  const read = decimalText(node.source);
  if ('text' in read) return { type: 'number', text: read.text };
  return scope.problems.report('E122', { written: node.source, ...read }, node.place);
}
