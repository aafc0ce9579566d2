/** A parsed YAML document -> a tree of our own nodes, with places. */

import type { ParsedNode, Scalar, YAMLMap } from 'yaml';
import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';
import type { Code, Parameters } from '../diagnostics/codes.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import type { YamlEntry, YamlMap, YamlNode } from './node.ts';
import type { Problems } from './problems.ts';

/** Aliases can make a small file huge: the tree is refused beyond this many nodes. */
const MOST_NODES = 200_000;
/** Values in values in values; what walks the tree needs a stack for it. */
const DEEPEST = 400;

const TWICE = { detail: 'this key stands here a second time', hint: 'keep one of the two' };

/** Where offsets of a file's text are. */
export interface PlaceFinder {
  readonly lines: LineCounter;
  readonly file: string;
}

/** The place from one offset to another; the end is told only when it is on the same line. */
export function placeAt(start: number, end: number, { lines, file }: PlaceFinder): Place {
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(start, end));
  const oneLine = to.line === from.line && to.col > from.col;
  return { file, line: from.line || 1, column: from.col || 1, ...(oneLine ? { endColumn: to.col } : {}) };
}

/** The tree, aliases followed and `<<` merged; undefined after reporting anything in it that is no plain value. */
export function readTree(
  document: Document.Parsed,
  finder: PlaceFinder,
  problems: Problems,
): YamlNode | undefined {
  const reader = new Reader(finder, problems);
  const root = reader.read(document.contents);
  return reader.isBroken ? undefined : root;
}

class Reader {
  #nodes = 0;
  isBroken = false;
  /** A limit was passed: nothing more is read, for it would pass it again and again. */
  #isStopped = false;
  /** By name; a name used again means the later node from there on. */
  readonly #anchors = new Map<string, unknown>();
  /** Collections that are being read, outermost first. */
  readonly #open = new Set<unknown>();

  constructor(
    readonly finder: PlaceFinder,
    readonly problems: Problems,
  ) {}

  read(node: unknown): YamlNode | undefined {
    const place = this.#placeOf(node);
    if (this.#isStopped) return undefined;
    if (++this.#nodes > MOST_NODES) return this.#stop('its aliases unfold to too many values', place);
    if (this.#open.size > DEEPEST) return this.#stop('nested too deeply', place);
    if (isAlias(node)) return this.#readAlias(node, place);
    if (isNode(node) && 'anchor' in node && node.anchor) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#readScalar(node, place);
    if (isSeq(node)) return this.#inside(node, () => this.#readList(node.items, place));
    if (isMap(node)) return this.#inside(node, () => this.#readMap(node, place));
    return { kind: 'null', place };
  }

  #inside(node: unknown, read: () => YamlNode): YamlNode {
    this.#open.add(node);
    const result = read();
    this.#open.delete(node);
    return result;
  }

  #readAlias(alias: Alias, place: Place): YamlNode | undefined {
    const anchor = this.#anchors.get(alias.source);
    if (!anchor) return this.#refuse('an alias without an anchor before it', place);
    return this.#open.has(anchor)
      ? this.#refuse('an alias stands inside its own anchor', place)
      : this.read(anchor);
  }

  #readScalar(node: Scalar, place: Place): YamlNode | undefined {
    const { value } = node;
    switch (typeof value) {
      case 'boolean':
        return { kind: 'boolean', value, place };
      case 'number':
      case 'bigint':
        return { kind: 'number', source: node.source ?? String(value), number: Number(value), place };
      case 'string':
        return this.#canStore(value, place) ? { kind: 'text', text: value, place } : undefined;
      default:
        if (value === null) return { kind: 'null', place };
        return this.#refuse('only text, numbers, true and false are values', place);
    }
  }

  #readList(nodes: readonly unknown[], place: Place): YamlNode {
    const items = nodes.map((item) => this.read(item)).filter((item) => item !== undefined);
    return { kind: 'list', items, place };
  }

  #readMap(node: YAMLMap, place: Place): YamlMap {
    const entries = new Map<string, YamlEntry>();
    const merged: YamlNode[] = [];
    const known = new Set<string>();
    for (const pair of node.items) {
      const keyPlace = this.#placeOf(pair.key);
      const key = this.#readKey(pair.key, keyPlace);
      const value = pair.value ? this.read(pair.value) : ({ kind: 'null', place: keyPlace } as const);
      if (key === undefined || value === undefined) continue;
      if (known.has(key)) this.#report('E103', TWICE, keyPlace);
      known.add(key);
      if (key === '<<') merged.push(...(value.kind === 'list' ? value.items : [value]));
      else entries.set(key, { keyPlace, value });
    }
    for (const each of merged) this.#merge(each, entries);
    return { kind: 'map', entries, place };
  }

  /** What a mapping says itself goes before what it merges in. */
  #merge(node: YamlNode, entries: Map<string, YamlEntry>): void {
    if (node.kind !== 'map') this.#refuse('`<<` merges mappings only', node.place);
    else for (const [key, entry] of node.entries) if (!entries.has(key)) entries.set(key, entry);
  }

  #readKey(key: unknown, place: Place): string | undefined {
    if (!isScalar(key) || key.value === null) return this.#refuse('a key must be text', place);
    const text = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    return this.#canStore(text, place) ? text : undefined;
  }

  #canStore(text: string, place: Place): boolean {
    if (text.includes('\0')) this.#report('E121', { character: 'a NUL character' }, place);
    else if (/\p{Surrogate}/u.test(text)) this.#report('E121', { character: 'half of a character' }, place);
    else return true;
    return false;
  }

  #stop(detail: string, place: Place): undefined {
    this.#isStopped = true;
    return this.#refuse(detail, place);
  }

  #refuse(detail: string, place: Place): undefined {
    return this.#report('E103', { detail }, place);
  }

  #report<C extends Code>(code: C, parameters: Parameters<C>, place: Place): undefined {
    this.isBroken = true;
    return this.problems.report(code, parameters, place);
  }

  #placeOf(node: unknown): Place {
    const range = (node as Partial<ParsedNode> | null | undefined)?.range;
    return placeAt(range?.[0] ?? 0, range?.[1] ?? 0, this.finder);
  }
}
