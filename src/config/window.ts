/** A window's key and value -> `Window`. */
import { type Duration, formatDuration, parseInstant } from '../instant.ts';
import type { Window } from '../segment/condition.ts';
import { parsePrevious, parseThis } from './calendar.ts';
import { reportUnknownKey } from './check.ts';
import type { ComparisonScope } from './comparison.ts';
import { inWords, type YamlMap, type YamlNode } from './node.ts';
import { DURATION_EXPECTED, DURATION_HINT, readDuration } from './values.ts';

export type { Window };

export const WINDOWS = [
  'within',
  'older_than',
  'between',
  'next',
  'this',
  'previous',
  'after',
  'before',
] as const;

/** The window that `kind: node` means; undefined after reporting. Dates are of `scope.timezone`. */
export function parseWindow(
  kind: Window['kind'],
  node: YamlNode,
  scope: ComparisonScope,
): Window | undefined {
  switch (kind) {
    case 'between':
      return parseBetween(node, scope);
    case 'this':
      return parseThis(node, scope);
    case 'previous':
      return parsePrevious(node, scope);
    case 'after':
    case 'before': {
      const instant = node.kind === 'text' ? parseInstant(node.text, scope.timezone) : undefined;
      if (instant !== undefined) return { kind, instant, place: node.place };
      const expected = 'a date or an instant';
      const hint = 'as `"2026-01-31"` or `"2026-01-31T08:00:00Z"`';
      return scope.problems.report('E106', { key: kind, expected, hint }, node.place);
    }
    default: {
      const duration = parseLength(kind, node, scope);
      return duration === undefined ? undefined : { kind, duration, place: node.place };
    }
  }
}

function parseBetween(node: YamlNode, scope: ComparisonScope): Window | undefined {
  if (node.kind !== 'map') {
    const expected = `a window \`{from: 14d, to: 7d}\`, but it is ${inWords(node)}`;
    return scope.problems.report('E106', { key: 'between', expected }, node.place);
  }
  for (const [key, { keyPlace }] of node.entries) {
    if (key !== 'from' && key !== 'to') {
      reportUnknownKey(key, ['from', 'to'], keyPlace, { problems: scope.problems, notYet: [] });
    }
  }
  const from = edge('from', node, scope);
  const to = edge('to', node, scope);
  if (from === undefined || to === undefined) return undefined;
  if (from > to) return { kind: 'between', from, to, place: node.place };
  return scope.problems.report('E128', { from: formatDuration(from), to: formatDuration(to) }, node.place);
}

function edge(key: 'from' | 'to', node: YamlMap, scope: ComparisonScope): Duration | undefined {
  const value = node.entries.get(key)?.value;
  if (value) return parseLength(`between.${key}`, value, scope);
  return scope.problems.report('E104', { key: `between.${key}` }, node.place);
}

/** A duration that means something; undefined after reporting. */
export function parseLength(key: string, node: YamlNode, scope: ComparisonScope): Duration | undefined {
  const duration = node.kind === 'text' ? readDuration(node.text) : undefined;
  if (duration !== undefined) return duration;
  const problem = { key, expected: DURATION_EXPECTED, hint: DURATION_HINT };
  return scope.problems.report('E106', problem, node.place);
}
