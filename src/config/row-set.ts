/** Which rows: a source's name, the filter and the window beside it. */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { RowCondition, Window } from '../segment/condition.ts';
import type { ConditionScope } from './condition-scope.ts';
import { inWords, type YamlEntry, type YamlMap } from './node.ts';
import { parseRowCondition } from './row-condition.ts';
import { findSource } from './sources.ts';
import { parseWindow, WINDOWS } from './window.ts';

const ONE_WINDOW = 'take one; two conditions under `all:` would each count rows of their own';

export interface RowSet {
  /** Undefined when there is no such source. */
  readonly source?: string;
  readonly where?: RowCondition;
  readonly window?: Window;
  readonly place: Place;
}

/** The rows that `key: SOURCE` and what stands beside it in `map` mean; what is broken is reported and left out. */
export function parseRowSet(map: YamlMap, key: string, scope: ConditionScope): RowSet {
  const { value } = map.entries.get(key)!;
  const source = parseSource(key, map.entries.get(key)!, scope);
  const where = parseFilter(map, scope);
  const window = parseOneWindow(map, 'measure', source, scope);
  return { source, ...where, ...(window ? { window } : {}), place: value.place };
}

/** The name of a source of the entity; undefined after reporting. */
export function parseSource(key: string, { value }: YamlEntry, scope: ConditionScope): string | undefined {
  if (value.kind !== 'text') {
    const expected = `the name of a source, but it is ${inWords(value)}`;
    return scope.problems.report('E106', { key, expected }, value.place);
  }
  if (!scope.entity) return value.text;
  const found = findSource(scope.entity, value.text);
  if ('source' in found) return value.text;
  const problem = { name: value.text, entity: scope.entity.name, ...found };
  return scope.problems.report('E203', problem, value.place);
}

/** The filter under `where:`, if there is one that can be read. */
export function parseFilter(map: YamlMap, scope: ConditionScope): { readonly where?: RowCondition } {
  const node = map.entries.get('where')?.value;
  const where = node && parseRowCondition(node, scope);
  return where ? { where } : {};
}

/** True when the source's rows have a time, or nothing is known of it; else reports that `key` needs one. */
export function requireTime(
  key: string,
  source: string | undefined,
  place: Place,
  scope: ConditionScope,
  instead?: string,
): boolean {
  const found = scope.entity && source !== undefined ? findSource(scope.entity, source) : undefined;
  if (!found || !('source' in found) || found.source.time !== undefined) return true;
  scope.problems.report('E124', { key, source: found.source.name, instead }, place);
  return false;
}

/** At most one window of `whose` rows; those of a source need a time for it. Undefined after reporting, too. */
export function parseOneWindow(
  map: YamlMap,
  whose: 'measure' | 'sequence',
  source: string | undefined,
  scope: ConditionScope,
): Window | undefined {
  const kinds = WINDOWS.filter((kind) => map.entries.has(kind));
  const [kind, second] = kinds;
  if (!kind) return undefined;
  if (second) {
    const hint = whose === 'measure' ? ONE_WINDOW : undefined;
    const problem = { keys: kinds, what: `a ${whose} has one window`, hint };
    return scope.problems.report('E126', problem, map.entries.get(second)!.keyPlace);
  }
  const { keyPlace, value } = map.entries.get(kind)!;
  const isDated = requireTime(kind, source, keyPlace, scope, 'take the window out');
  return isDated ? parseWindow(kind, value, scope) : undefined;
}
