/** `did`, `did_not`, `has`, `has_no` with their filter, window and measure -> `Condition`. */
import type { Condition, Window } from '../segment/condition.ts';
import { type ConditionScope, checkKeys, type Head } from './condition-scope.ts';
import { MEASURES, parseMeasured, ROWS_NOT_YET } from './measure.ts';
import { inWords, type YamlEntry, type YamlMap } from './node.ts';
import { parseRowCondition } from './row-condition.ts';
import { findSource } from './sources.ts';
import { parseWindow, WINDOWS } from './window.ts';

/** What may stand beside `did:` and the like. */
const BESIDE = ['where', ...WINDOWS, ...MEASURES];

/** The condition that `head: SOURCE` opens; undefined after reporting. `did_not` is exactly `not` around `did`. */
export function parseRows(map: YamlMap, head: Head, scope: ConditionScope): Condition | undefined {
  checkKeys(map, [head, ...BESIDE], ROWS_NOT_YET, scope);
  const source = parseSource(head, map.entries.get(head)!, scope);
  const whereNode = map.entries.get('where')?.value;
  const where = whereNode && parseRowCondition(whereNode, scope);
  const window = parseOneWindow(map, source, scope);
  const measured = parseMeasured(map, scope);
  if (source === undefined || measured === undefined) return undefined;
  const place = map.entries.get(head)!.value.place;
  const rows: Condition = {
    kind: 'rows',
    source,
    ...(where ? { where } : {}),
    ...(window ? { window } : {}),
    ...measured,
    place,
  };
  return head === 'did_not' || head === 'has_no' ? { kind: 'not', of: rows, place } : rows;
}

function parseSource(head: Head, { value }: YamlEntry, scope: ConditionScope): string | undefined {
  if (value.kind !== 'text') {
    const expected = `the name of a source, but it is ${inWords(value)}`;
    return scope.problems.report('E106', { key: head, expected }, value.place);
  }
  if (!scope.entity) return value.text;
  const found = findSource(scope.entity, value.text);
  if ('source' in found) return value.text;
  const { suggestion } = found;
  return scope.problems.report(
    'E203',
    { name: value.text, entity: scope.entity.name, suggestion },
    value.place,
  );
}

/** At most one window; it needs to know when the source's rows happened. */
function parseOneWindow(
  map: YamlMap,
  sourceName: string | undefined,
  scope: ConditionScope,
): Window | undefined {
  const kinds = WINDOWS.filter((kind) => map.entries.has(kind));
  const [kind, second] = kinds;
  if (!kind) return undefined;
  if (second) {
    const hint = 'take one; two conditions under `all:` would each count rows of their own';
    const place = map.entries.get(second)!.keyPlace;
    return scope.problems.report('E126', { keys: kinds, what: 'a measure has one window', hint }, place);
  }
  const { keyPlace, value } = map.entries.get(kind)!;
  const found = scope.entity && sourceName !== undefined ? findSource(scope.entity, sourceName) : undefined;
  if (found && 'source' in found && found.source.time === undefined) {
    return scope.problems.report('E124', { window: kind, source: found.source.name }, keyPlace);
  }
  return parseWindow(kind, value, scope);
}
