/** Text of a YAML file -> a tree with places. Aliases are followed; a file's mistakes are reported, never thrown. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Place } from '../diagnostics/diagnostic.ts';
import type { YamlEntry, YamlMap, YamlNode } from './node.ts';
import type { Problems } from './problems.ts';

/** Aliases can make a small file huge: the tree is refused beyond this many nodes. */
const MOST_NODES = 200_000;
/** One slip in YAML makes many messages; the first ones tell. */
const MOST_ERRORS = 3;

/** The tree of a file whose root is a mapping; undefined after reporting what is wrong with it. */
export function parseYaml(text: string, file: string, problems: Problems): YamlMap | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const reader = new Reader(document, lines, file, problems);
  const broken = [...document.errors, ...document.warnings];
  for (const error of broken.slice(0, MOST_ERRORS)) reader.reportSyntax(error);
  if (broken.length > 0) return undefined;
  const start: Place = { file, line: 1, column: 1 };
  if (document.contents === null) {
    return problems.report('E103', { detail: 'the file is empty' }, start);
  }
  const root = reader.read(document.contents as ParsedNode);
  if (!root) return undefined;
  if (root.kind === 'map') return root;
  return problems.report('E103', { detail: 'the file must be a mapping of `key: value`' }, root.place);
}

class Reader {
  #nodes = 0;
  readonly #open = new Set<unknown>();

  constructor(
    readonly document: Document.Parsed,
    readonly lines: LineCounter,
    readonly file: string,
    readonly problems: Problems,
  ) {}

  reportSyntax(error: YAMLError): void {
    const hint = HINTS[error.code];
    const detail = DETAILS[error.code] ?? error.message.replace(/\s+/g, ' ');
    this.problems.report('E103', { detail, hint }, this.#place(error.pos[0], error.pos[1]));
  }

  read(node: unknown): YamlNode | undefined {
    const place = this.#placeOf(node);
    if (++this.#nodes > MOST_NODES) {
      if (this.#nodes > MOST_NODES + 1) return undefined;
      return this.problems.report('E103', { detail: 'its aliases unfold to too many values' }, place);
    }
    if (isAlias(node)) return this.#readAlias(node, place);
    if (isScalar(node)) return this.#readScalar(node, place);
    if (isSeq(node)) return this.#readInside(node, () => this.#readList(node.items, place));
    if (isMap(node)) return this.#readInside(node, () => this.#readMap(node, place));
    return { kind: 'null', place };
  }

  #readAlias(node: Parameters<typeof isAlias>[0], place: Place): YamlNode | undefined {
    const anchor = isAlias(node) ? node.resolve(this.document) : undefined;
    if (anchor && !this.#open.has(anchor)) return this.read(anchor);
    const detail = anchor ? 'an alias stands inside its own anchor' : 'an alias without an anchor before it';
    return this.problems.report('E103', { detail }, place);
  }

  #readInside(node: unknown, read: () => YamlNode): YamlNode {
    this.#open.add(node);
    const result = read();
    this.#open.delete(node);
    return result;
  }

  #readScalar(node: Scalar, place: Place): YamlNode | undefined {
    const { value } = node;
    if (value === null) return { kind: 'null', place };
    if (typeof value === 'boolean') return { kind: 'boolean', value, place };
    if (typeof value === 'number' || typeof value === 'bigint') {
      return { kind: 'number', source: node.source ?? String(value), number: Number(value), place };
    }
    if (typeof value !== 'string') {
      return this.problems.report('E103', { detail: 'only text, numbers, true and false are values' }, place);
    }
    if (value.includes('\0')) return this.problems.report('E121', {}, place);
    return { kind: 'text', text: value, place };
  }

  #readList(nodes: readonly unknown[], place: Place): YamlNode {
    const items = nodes.map((item) => this.read(item)).filter((item) => item !== undefined);
    return { kind: 'list', items, place };
  }

  #readMap(node: YAMLMap, place: Place): YamlMap {
    const entries = new Map<string, YamlEntry>();
    for (const pair of node.items) {
      const keyPlace = this.#placeOf(pair.key);
      const key = this.#readKey(pair.key, keyPlace);
      const value = key === undefined ? undefined : this.read(pair.value ?? undefined);
      if (key === undefined || value === undefined) continue;
      const isEmpty = value.kind === 'null' && pair.value === null;
      entries.set(key, { keyPlace, value: isEmpty ? { kind: 'null', place: keyPlace } : value });
    }
    return { kind: 'map', entries, place };
  }

  #readKey(key: unknown, place: Place): string | undefined {
    const text = isScalar(key) && key.value !== null ? (key.source ?? String(key.value)) : undefined;
    if (text === undefined) return this.problems.report('E103', { detail: 'a key must be text' }, place);
    if (text.includes('\0')) return this.problems.report('E121', {}, place);
    return isScalar(key) && typeof key.value === 'string' ? key.value : text;
  }

  #placeOf(node: unknown): Place {
    const range = (node as Partial<ParsedNode> | null | undefined)?.range;
    return this.#place(range?.[0] ?? 0, range?.[1] ?? 0);
  }

  #place(start: number, end: number): Place {
    const from = this.lines.linePos(start);
    const to = this.lines.linePos(Math.max(start, end));
    const oneLine = to.line === from.line && to.col > from.col;
    return {
      file: this.file,
      line: from.line || 1,
      column: from.col || 1,
      ...(oneLine ? { endColumn: to.col } : {}),
    };
  }
}

const DETAILS: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'this key stands here a second time',
  TAB_AS_INDENT: 'a tab cannot indent',
  MULTIPLE_DOCS: 'a second document begins here',
  TAG_RESOLVE_FAILED: 'this tag is unknown',
};

const HINTS: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'keep one of the two',
  TAB_AS_INDENT: 'use spaces',
  MULTIPLE_DOCS: 'one file holds one document: take the `---` out, or move the rest to a file of its own',
  TAG_RESOLVE_FAILED: 'text that begins with `!` needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'text that holds `: ` needs quotes',
  UNEXPECTED_TOKEN: `text that holds one of { } [ ] , needs quotes, as in "\${env:NAME}"`,
  BAD_INDENT: 'keys of one mapping begin in the same column; brackets must be closed',
};
