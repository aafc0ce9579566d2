/** A filter over rows, `{ column: value, column: {gte: 10}, any: [...] }` -> `RowCondition`. */
import type { RowCondition, Test } from '../segment/condition.ts';
import { reportUnknownKey } from './check.ts';
import {
  type ComparisonScope,
  isOperand,
  parseComparison,
  parseScalar,
  parseTest,
  TESTS,
} from './comparison.ts';
import { inWords, type YamlEntry, type YamlNode } from './node.ts';

const EVERY_ROW = 'without a filter every row counts: take it out';

/** What `where:` says about rows: several columns, and several operators on one, hold together. Undefined after reporting. */
export function parseRowCondition(node: YamlNode, scope: ComparisonScope): RowCondition | undefined {
  if (node.kind !== 'map') {
    const expected = `a mapping of columns, but it is ${inWords(node)}`;
    return scope.problems.report('E106', { key: 'where', expected }, node.place);
  }
  if (node.entries.size === 0)
    return scope.problems.report('E131', { operator: 'where', hint: EVERY_ROW }, node.place);
  return together([...node.entries].map(([key, entry]) => parsePart(key, entry, scope)));
}

function parsePart(key: string, entry: YamlEntry, scope: ComparisonScope): RowCondition | undefined {
  if (key === 'not') {
    const inner = parseRowCondition(entry.value, scope);
    return inner && { kind: 'not', of: inner };
  }
  if (key === 'all' || key === 'any') return parseGroup(key, entry, scope);
  const tests = parseColumn(key, entry, scope);
  return together(tests.map((test) => test && { kind: 'column', column: key, test, place: entry.keyPlace }));
}

function parseGroup(kind: 'all' | 'any', entry: YamlEntry, scope: ComparisonScope): RowCondition | undefined {
  const { value: node, keyPlace } = entry;
  if (node.kind !== 'list') {
    const expected = `a list of filters, but it is ${inWords(node)}`;
    return scope.problems.report('E106', { key: kind, expected }, node.place);
  }
  if (node.items.length === 0)
    return scope.problems.report('E131', { operator: kind, hint: EVERY_ROW }, keyPlace);
  const parts = node.items.map((item) => parseRowCondition(item, scope));
  return parts.every((part) => part !== undefined) ? { kind, of: parts } : undefined;
}

/** `value` is `eq`, a list is `in`, a mapping holds operators. */
function parseColumn(column: string, entry: YamlEntry, scope: ComparisonScope): (Test | undefined)[] {
  const { value } = entry;
  // Another value of the entity is no constant, and is refused as what it is.
  if (isOperand(value)) {
    parseScalar(column, value, scope);
    return [undefined];
  }
  if (value.kind === 'list') return [parseComparison('in', entry, scope)];
  if (value.kind !== 'map') return [parseComparison('eq', entry, scope)];
  if (value.entries.size === 0) {
    return [scope.problems.report('E127', { what: 'this column', known: TESTS }, entry.keyPlace)];
  }
  return [...value.entries].map(([name, test]) => {
    if (TESTS.includes(name)) return parseTest(name, test, scope);
    return reportUnknownKey(name, TESTS, test.keyPlace, { problems: scope.problems, notYet: [] });
  });
}

function together(parts: readonly (RowCondition | undefined)[]): RowCondition | undefined {
  if (!parts.every((part) => part !== undefined)) return undefined;
  return parts.length === 1 ? parts[0] : { kind: 'all', of: parts };
}
