/** What the parsers of conditions share: the scope they work in, and the check of keys. */
import { reportUnknownKey } from './check.ts';
import type { ComparisonScope } from './comparison.ts';
import type { YamlMap } from './node.ts';
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
  'segment',
  'share',
] as const;
export type Head = (typeof HEADS)[number];

/** Reports every key that is not `allowed`. */
export function checkKeys(
  map: YamlMap,
  allowed: readonly string[],
  notYet: readonly string[],
  { problems }: ConditionScope,
): void {
  for (const [key, { keyPlace }] of map.entries) {
    if (!allowed.includes(key)) reportUnknownKey(key, allowed, keyPlace, { problems, notYet });
  }
}
