/** Test files -> stories. What is wrong is reported with its place. */
import type { YamlEntry, YamlMap, YamlNode } from '../config/node.ts';
import type { Problems } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { type Instant, parseDuration, parseInstant } from '../instant.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import {
  type Cell,
  EXPECTATIONS,
  type Expectation,
  type GivenRow,
  type Story,
  type StoryStep,
  type Write,
} from './story.ts';
import { tableNames } from './tables.ts';

const STEP_KEYS = ['at', 'after', 'insert', 'update', 'delete', 'expect'];
const TEST_KEYS = ['name', 'at', 'given', 'expect', 'story', 'types'];
const TYPES: readonly SqlType[] = [
  'text',
  'integer',
  'decimal',
  'float',
  'boolean',
  'instant',
  'timestamp',
  'date',
];

/** The stories of one file. */
export function readStories(root: YamlMap, project: Project, problems: Problems): Story[] {
  return new Parser(project, problems).file(root);
}

class Parser {
  #tables: readonly string[] = [];

  constructor(
    readonly project: Project,
    readonly problems: Problems,
  ) {}

  file(root: YamlMap): Story[] {
    const file = this.#map(root, 'file', ['segment', 'tests']);
    const segment = file.get('segment')?.value;
    if (segment?.kind !== 'text')
      return this.#wrong('segment', 'the name of a segment', segment ?? root) ?? [];
    const known = this.project.segments.get(segment.text);
    if (!known) {
      const suggestion = nearest(segment.text, this.project.segments.keys());
      this.problems.report('E642', { name: segment.text, suggestion }, segment.place);
      return [];
    }
    this.#tables = tableNames(this.project, known.entity);
    const tests = file.get('tests')?.value;
    return this.#list(tests ?? root, 'tests').map((node) => this.#test(node, known.name));
  }

  #test(node: YamlNode, segment: string): Story {
    const keys = this.#map(node, 'a test', TEST_KEYS);
    const name = keys.get('name')?.value;
    if (name?.kind !== 'text') this.#wrong('name', 'text', name ?? node);
    const given = this.#writes(keys.get('given'), 'insert');
    const story = keys.get('story')?.value;
    const steps = story
      ? this.#story(story, this.#instant(keys.get('at')), given)
      : [this.#single(node, keys, given)];
    const types = this.#types(keys.get('types')?.value);
    return { segment, name: name?.kind === 'text' ? name.text : '', steps, types, place: node.place };
  }

  #single(node: YamlNode, keys: YamlMap['entries'], writes: Write[]): StoryStep {
    const at = this.#instant(keys.get('at')) ?? this.#noInstant(node);
    return { at, writes, expect: this.#expect(keys.get('expect')?.value, node), place: node.place };
  }

  #story(node: YamlNode, start: Instant | undefined, given: Write[]): StoryStep[] {
    let last = start;
    return this.#list(node, 'story').map((item, index) => {
      const keys = this.#map(item, 'a step', STEP_KEYS);
      const at = this.#when(keys, last) ?? this.#noInstant(item);
      if (last !== undefined && at < last) this.#wrong('at', 'no earlier than the step before', item);
      last = at;
      const own = (['insert', 'update', 'delete'] as const).flatMap((kind) =>
        this.#writes(keys.get(kind), kind),
      );
      const expect = keys.get('expect')?.value;
      return {
        at,
        writes: index === 0 ? [...given, ...own] : own,
        expect: expect ? this.#expect(expect, item) : new Map(),
        place: item.place,
      };
    });
  }

  #when(keys: YamlMap['entries'], last: Instant | undefined): Instant | undefined {
    const after = keys.get('after')?.value;
    if (!after) return this.#instant(keys.get('at')) ?? last;
    const duration = after.kind === 'text' ? parseDuration(after.text) : undefined;
    if (duration === undefined) return this.#wrong('after', 'a duration such as 30m', after);
    if (last === undefined) return this.#wrong('after', 'preceded by a step with `at:`', after);
    return last + duration;
  }

  #instant(entry: YamlEntry | undefined): Instant | undefined {
    if (!entry) return undefined;
    const { value } = entry;
    const instant = value.kind === 'text' ? parseInstant(value.text, this.project.timezone) : undefined;
    return instant ?? this.#wrong('at', 'an instant such as 2026-01-31T10:00:00Z', value);
  }

  #noInstant(node: YamlNode): Instant {
    this.#wrong('at', 'given: an instant such as 2026-01-31T10:00:00Z', node);
    return 0n;
  }

  #writes(entry: YamlEntry | undefined, kind: Write['kind']): Write[] {
    if (!entry) return [];
    return [...this.#map(entry.value, kind, this.#tables)].flatMap(([table, { value }]) =>
      this.#list(value, table).map((row) => this.#write(kind, table, row)),
    );
  }

  #write(kind: Write['kind'], table: string, node: YamlNode): Write {
    if (kind === 'insert') return { kind, table, row: this.#row(node) };
    if (kind === 'delete') return { kind, table, where: this.#row(node) };
    const keys = this.#map(node, 'update', ['where', 'set']);
    const part = (name: string): GivenRow => this.#row(keys.get(name)?.value ?? node);
    return { kind, table, where: part('where'), set: part('set') };
  }

  #row(node: YamlNode): GivenRow {
    const row = new Map<string, Cell>();
    for (const [column, { value }] of this.#map(node, 'a row')) {
      if (value.kind === 'map' || value.kind === 'list') this.#wrong(column, 'one value', value);
      else row.set(column, value);
    }
    return row;
  }

  #expect(node: YamlNode | undefined, near: YamlNode): StoryStep['expect'] {
    const keys = node ? this.#map(node, 'expect', EXPECTATIONS) : new Map<string, YamlEntry>();
    if (keys.size === 0) this.#wrong('expect', `a mapping of ${EXPECTATIONS.join(', ')}`, node ?? near);
    return new Map(
      [...keys].map(([key, { value }]) => [
        key as Expectation,
        this.#list(value, key).map((item) => this.#key(item)),
      ]),
    );
  }

  #key(node: YamlNode): string {
    if (node.kind === 'text') return node.text;
    if (node.kind === 'number') return node.source;
    return this.#wrong('a key', 'text or a number', node) ?? '';
  }

  #types(node: YamlNode | undefined): Story['types'] {
    if (!node) return new Map();
    return new Map(
      [...this.#map(node, 'types', this.#tables)].map(([table, { value }]) => [
        table,
        new Map([...this.#map(value, table)].map(([column, entry]) => [column, this.#type(entry.value)])),
      ]),
    );
  }

  #type(node: YamlNode): SqlType {
    const type = TYPES.find((each) => node.kind === 'text' && each === node.text);
    return type ?? this.#wrong('a type', `one of ${TYPES.join(', ')}`, node) ?? 'text';
  }

  /** A mapping's entries; keys that are not `known` are reported and left out. */
  #map(node: YamlNode, what: string, known?: readonly string[]): YamlMap['entries'] {
    if (node.kind !== 'map') return this.#wrong(what, 'a mapping', node) ?? new Map();
    if (!known) return node.entries;
    const kept = new Map(node.entries);
    for (const [key, { keyPlace }] of node.entries) {
      if (known.includes(key)) continue;
      this.problems.report(
        'E640',
        { key, known: known.join(', '), suggestion: nearest(key, known) },
        keyPlace,
      );
      kept.delete(key);
    }
    return kept;
  }

  #list(node: YamlNode, what: string): readonly YamlNode[] {
    return node.kind === 'list' ? node.items : (this.#wrong(what, 'a list', node) ?? []);
  }

  #wrong(what: string, expected: string, { place }: YamlNode): undefined {
    return this.problems.report('E641', { what, expected }, place);
  }
}
