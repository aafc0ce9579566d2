/** What the parsers of conditions share: the scope they work in, and the checks of keys. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { reportUnknownKey } from './check.ts';
import type { ComparisonScope } from './comparison.ts';
import { inWords, type YamlMap } from './node.ts';
import type { Entity } from './project.ts';

export interface ConditionScope extends ComparisonScope {
  /** Undefined when the entity is unknown or broken: its names are not checked then. */
  readonly entity?: Entity;
}

/** The keys that open a condition. */
export const HEADS = [
  'all',
  'any',
  'not',
  'trait',
  'did',
  'did_not',
  'has',
  'has_no',
  'measure',
  'sequence',
  'segment',
  'sql',
  'share',
] as const;
export type Head = (typeof HEADS)[number];

/** Reports every key that is not `allowed`; true when there is none. */
export function checkKeys(
  map: YamlMap,
  allowed: readonly string[],
  { problems }: Pick<ComparisonScope, 'problems'>,
): boolean {
  const unknown = [...map.entries].filter(([key]) => !allowed.includes(key));
  for (const [key, { keyPlace }] of unknown) {
    reportUnknownKey(key, allowed, keyPlace, { problems, notYet: [] });
  }
  return unknown.length === 0;
}

interface OperatorWords {
  /** The key that the operator stands beside. */
  readonly beside: string;
  /** Whose operator is missing: `this trait`. */
  readonly what: string;
  /** The rule that two of them break, and what to do instead. */
  readonly rule: string;
  readonly hint?: string;
  readonly place: Place;
}

/** The one operator of `names` that `map` has; undefined after reporting none or two. */
export function soleOperator<N extends string>(
  map: YamlMap,
  names: readonly N[],
  { beside, what, rule, hint, place }: OperatorWords,
  { problems }: ConditionScope,
): N | undefined {
  const present = names.filter((name) => map.entries.has(name));
  const [name, second] = present;
  if (!name) {
    // A key that is no operator is told already.
    const isTold = [...map.entries.keys()].some((key) => key !== beside);
    return isTold ? undefined : problems.report('E127', { what, known: names }, place);
  }
  if (!second) return name;
  return problems.report('E126', { keys: present, what: rule, hint }, map.entries.get(second)!.keyPlace);
}

/** The text under `key`; undefined after reporting that it is missing, empty or none. */
export function textOf(
  map: YamlMap,
  key: string,
  expected: string,
  scope: ConditionScope,
): string | undefined {
  const node = map.entries.get(key)?.value;
  if (!node) return scope.problems.report('E104', { key }, map.place);
  if (node.kind === 'text' && node.text !== '') return node.text;
  const is = node.kind === 'text' ? 'empty' : inWords(node);
  return scope.problems.report('E106', { key, expected: `${expected}, but it is ${is}` }, node.place);
}
