/** One operator and what stands behind it -> `Comparison` or `Test`. */
import type { Comparison, Scalar, Test } from '../segment/condition.ts';
import { inWords, type YamlEntry, type YamlMap, type YamlNode } from './node.ts';
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

/** Operators and windows: what may test a value. */
export const TESTS: readonly string[] = [...OPERATORS, ...WINDOWS.filter((window) => window !== 'between')];

/** What `between: {from, to}` and the other windows, or an operator, say about a value; undefined after reporting. */
export function parseTest(name: string, entry: YamlEntry, scope: ComparisonScope): Test | undefined {
  const isWindow =
    (WINDOWS as readonly string[]).includes(name) && !(name === 'between' && entry.value.kind !== 'map');
  if (!isWindow) return parseComparison(name as Operator, entry, scope);
  const window = parseWindow(name as Window['kind'], entry.value, scope);
  return window && { op: 'window', window };
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
    case 'map':
      return refuseOperand(key, node, scope);
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

const OPERANDS = ['trait', 'measure', 'times'];

function refuseOperand(key: string, node: YamlMap, scope: ComparisonScope): undefined {
  const [first] = node.entries;
  if (first && OPERANDS.includes(first[0])) {
    return scope.problems.report('E112', { key: `${key}: {${first[0]}: ...}` }, first[1].keyPlace);
  }
  scope.problems.report('E106', { key, expected: 'one value, but it is a mapping' }, node.place);
}
