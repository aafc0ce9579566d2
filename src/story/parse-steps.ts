/** The steps of a test: when, which rows, who is expected. */
import { child, type YamlEntry, type YamlMap, type YamlNode } from '../config/node.ts';
import { type Instant, parseDuration } from '../instant.ts';
import { parseWrites } from './parse-rows.ts';
import type { Reader } from './reader.ts';
import { EXPECTATIONS, type Expectation, type Story, type StoryStep, type Write } from './story.ts';

export const STEP_KEYS = ['at', 'after', 'insert', 'update', 'delete', 'expect'] as const;

/** A test that only says `given` and `expect`. */
export function singleStep(
  reader: Reader,
  node: YamlNode,
  keys: YamlMap['entries'],
  writes: readonly Write[],
): StoryStep {
  const at = reader.instant(keys.get('at')) ?? missingInstant(reader, keys, node);
  const told = keys.get('expect')?.value;
  if (!told) reader.missing('expect', EXPECTED, node, keys);
  return { at, writes, expect: told ? parseExpect(reader, told) : new Map(), place: node.place };
}

export function storySteps(
  reader: Reader,
  node: YamlNode,
  before: {
    readonly at: Instant | undefined;
    readonly writes: readonly Write[];
    readonly types: Story['types'];
  },
): StoryStep[] {
  let last = before.at;
  const items = reader.list(node, 'story');
  if (node.kind === 'list' && items.length === 0) reader.wrong('story', 'a list of steps', node);
  return items.map((item, index) => {
    const keys = reader.map(item, 'a step', STEP_KEYS);
    const at = when(reader, keys, last) ?? missingInstant(reader, keys, item);
    if (last !== undefined && at < last) reader.wrong('at', 'no earlier than the step before', item);
    last = at;
    const writes = stepWrites(reader, keys, before.types);
    const expect = child(item, 'expect');
    return {
      at,
      writes: index === 0 ? [...before.writes, ...writes] : writes,
      expect: expect ? parseExpect(reader, expect) : new Map(),
      place: item.place,
    };
  });
}

function stepWrites(reader: Reader, keys: YamlMap['entries'], types: Story['types']): Write[] {
  return (['insert', 'update', 'delete'] as const).flatMap((kind) =>
    parseWrites(reader, keys.get(kind), kind, types),
  );
}

/** One that is wrong was reported already. */
function missingInstant(reader: Reader, keys: YamlMap['entries'], node: YamlNode): Instant {
  const expected = 'given: an instant such as 2026-01-31T10:00:00Z';
  if (!keys.has('at') && !keys.has('after')) reader.missing('at', expected, node, keys);
  return 0n;
}

function when(reader: Reader, keys: YamlMap['entries'], last: Instant | undefined): Instant | undefined {
  const after: YamlEntry | undefined = keys.get('after');
  if (!after) return reader.instant(keys.get('at')) ?? (keys.has('at') ? undefined : last);
  const { value } = after;
  const duration = value.kind === 'text' ? parseDuration(value.text) : undefined;
  if (duration === undefined) return reader.wrong('after', 'a duration such as 30m', value);
  if (last === undefined) return reader.wrong('after', 'preceded by a step with `at:`', value);
  return last + duration;
}

const EXPECTED = `a mapping of ${EXPECTATIONS.join(', ')}`;

function parseExpect(reader: Reader, node: YamlNode): StoryStep['expect'] {
  const keys = reader.map(node, 'expect', EXPECTATIONS);
  if (node.kind === 'map' && node.entries.size === 0) reader.wrong('expect', EXPECTED, node);
  return new Map(
    [...keys].map(([key, { value }]) => [
      key as Expectation,
      reader.list(value, key).map((item) => parseKey(reader, item)),
    ]),
  );
}

function parseKey(reader: Reader, node: YamlNode): string {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'number') return node.source;
  return reader.wrong('a key', 'text or a number', node) ?? '';
}
