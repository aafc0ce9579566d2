/** YAML as a tree of our own: plain values with places; numbers keep the text they were written in. */
import type { Place } from '../diagnostics/diagnostic.ts';

export interface YamlEntry {
  readonly keyPlace: Place;
  readonly value: YamlNode;
}

export interface YamlMap {
  readonly kind: 'map';
  /** In the order written. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly place: Place;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly place: Place;
}

/** A `${env:...}` or `${var:...}` that has no value. */
export interface Unset {
  readonly from: 'env' | 'var';
  readonly name: string;
}

export interface YamlText {
  readonly kind: 'text';
  readonly text: string;
  readonly place: Place;
  /** Environment variables that the text is made of. */
  readonly env?: readonly string[];
  /** The text still holds references, to these. */
  readonly unset?: readonly Unset[];
}

export type YamlNode =
  | YamlMap
  | YamlList
  | YamlText
  | { readonly kind: 'number'; readonly source: string; readonly number: number; readonly place: Place }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly place: Place }
  | { readonly kind: 'null'; readonly place: Place };

/** The value under `key`, if `node` is a mapping that has it. */
export function child(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** A mapping without some of its keys. */
export function without(map: YamlMap, keys: readonly string[]): YamlMap {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))) };
}

/** What stands at a path of keys and indexes, and where to point when it is missing: the nearest key above. */
export function locate(root: YamlNode, path: readonly PropertyKey[]): { node?: YamlNode; place: Place } {
  let node: YamlNode | undefined = root;
  let place = root.place;
  for (const step of path) {
    const entry: YamlEntry | undefined = node?.kind === 'map' ? node.entries.get(String(step)) : undefined;
    const item: YamlNode | undefined = node?.kind === 'list' ? node.items[Number(step)] : entry?.value;
    if (!item) return { place };
    place = entry?.keyPlace ?? item.place;
    node = item;
  }
  return { node, place };
}

/** Plain JavaScript values, for schemas. */
export function toValue(node: YamlNode): unknown {
  switch (node.kind) {
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toValue(entry.value)]));
    case 'list':
      return node.items.map(toValue);
    case 'text':
      return node.text;
    case 'number':
      return node.number;
    case 'boolean':
      return node.value;
    case 'null':
      return null;
  }
}

const KIND_IN_WORDS = {
  map: 'a mapping',
  list: 'a list',
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  null: 'empty',
} as const;

/** What a node is, for messages: `a list`, `empty`. */
export function inWords(node: YamlNode): string {
  return KIND_IN_WORDS[node.kind];
}

/** Every text in the tree. */
export function* textsOf(node: YamlNode): Generator<YamlText> {
  if (node.kind === 'text') yield node;
  if (node.kind === 'list') for (const item of node.items) yield* textsOf(item);
  if (node.kind === 'map') for (const entry of node.entries.values()) yield* textsOf(entry.value);
}
