/** One step of a sequence: `{did, where?, within?}` or `{not: {did, where?}, for?}`. */
import type { Duration } from '../instant.ts';
import type { SequenceStep } from '../segment/condition.ts';
import { type ConditionScope, checkKeys } from './condition-scope.ts';
import { inWords, without, type YamlMap, type YamlNode } from './node.ts';
import { parseFilter, parseSource, requireTime } from './row-set.ts';
import { reportMisplaced, reportNoDid, type StepPosition } from './step-problems.ts';
import { parseLength } from './window.ts';

/** The step that `node` means; undefined after reporting, also of what may not stand where it does. */
export function parseStep(
  node: YamlNode,
  position: StepPosition,
  scope: ConditionScope,
): SequenceStep | undefined {
  if (node.kind !== 'map') {
    const expected = `a step \`{did: SOURCE}\`, but it is ${inWords(node)}`;
    const hint = node.kind === 'text' ? `write \`did: ${node.text}\`` : undefined;
    const key = `sequence[${position.index}]`;
    return scope.problems.report('E106', { key, expected, hint }, node.place);
  }
  const not = node.entries.get('not');
  if (not && node.entries.has('did')) {
    const problem = { keys: ['did', 'not'], what: 'a step has one of them' };
    return scope.problems.report('E126', problem, not.keyPlace);
  }
  const isPlaced = reportMisplaced(node, position, scope.problems);
  const step = not ? parseNot(node, not.value, position, scope) : parseDid(node, scope);
  return isPlaced ? step : undefined;
}

function parseDid(map: YamlMap, scope: ConditionScope): SequenceStep | undefined {
  // A `for` is told as misplaced.
  const rows = parseRows(without(map, ['for']), ['within'], 'is neither a `did` nor a `not`', scope);
  const within = parseDuration('within', map, scope);
  return rows && { kind: 'did', ...rows, ...(within === undefined ? {} : { within }) };
}

function parseNot(
  map: YamlMap,
  inner: YamlNode,
  position: StepPosition,
  scope: ConditionScope,
): SequenceStep | undefined {
  const within = map.entries.get('within');
  if (within && position.isLast) {
    const problem = { key: 'within', known: [], suggestion: 'for' };
    scope.problems.report('E105', problem, within.keyPlace);
  }
  checkKeys(position.isLast ? without(map, ['within']) : map, ['not', 'for'], scope);
  const duration = parseDuration('for', map, scope);
  if (inner.kind !== 'map') {
    const expected = `\`{did: SOURCE}\`, but it is ${inWords(inner)}`;
    const hint = inner.kind === 'text' ? `write \`not: {did: ${inner.text}}\`` : undefined;
    return scope.problems.report('E106', { key: 'not', expected, hint }, inner.place);
  }
  const rows = parseRows(inner, [], 'has no `did` in its `not`', scope);
  return rows && { kind: 'not', ...rows, ...(duration === undefined ? {} : { for: duration }) };
}

type StepRows = Pick<SequenceStep, 'source' | 'where' | 'place'>;

/** `did: SOURCE` and its filter; `missing` tells a map that has no `did`. */
function parseRows(
  map: YamlMap,
  others: readonly string[],
  missing: string,
  scope: ConditionScope,
): StepRows | undefined {
  const did = map.entries.get('did');
  if (!did) return reportNoDid(map, missing, scope.problems);
  checkKeys(map, ['did', 'where', ...others], scope);
  const filter = parseFilter(map, scope);
  const source = parseSource('did', did, scope);
  const { place } = did.value;
  const isDated = requireTime('sequence', source, place, scope);
  return source !== undefined && isDated ? { source, ...filter, place } : undefined;
}

function parseDuration(key: 'within' | 'for', map: YamlMap, scope: ConditionScope): Duration | undefined {
  const node = map.entries.get(key)?.value;
  return node && parseLength(key, node, scope);
}
