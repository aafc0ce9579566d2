/** Every way in which a valid file is made wrong, with the line at which that must be told. */
import { isAlias, isPair, isScalar, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';

export interface Mutation {
  readonly what: string;
  readonly text: string;
  /** Where it must be told; undefined: anywhere in the file. */
  readonly lines?: readonly number[];
}

/** Below these, keys are names that people choose: another name is not wrong in itself. */
const NAMES = new Set([
  ...['targets', 'entities', 'traits', 'identifiers', 'sources', 'tiers', 'vars', 'fields', 'headers'],
]);
/** Any text there is right, and so is anything that YAML makes of it. */
const FREE = new Set(['description', 'owner']);

interface Entry {
  readonly key: string;
  readonly path: readonly string[];
  readonly keyRange: readonly [number, number];
  readonly valueRange: readonly [number, number];
  readonly isLeaf: boolean;
}

export function mutationsOf(text: string): Mutation[] {
  const lines = new LineCounter();
  const entries = entriesOf(text, lines);
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  return [
    ...entries.filter((entry) => !isName(entry)).map((entry) => misspelt(text, entry, lineAt)),
    ...entries.flatMap((entry) => wronglyTyped(text, entry, lineAt)),
    ...entries.map((entry) => twice(text, entry, lineAt)),
    ...entries.filter(({ isLeaf }) => isLeaf).flatMap((entry) => spoilt(text, entry, lineAt)),
    ...tabs(text),
  ];
}

function entriesOf(text: string, lineCounter: LineCounter): Entry[] {
  const entries: Entry[] = [];
  visit(parseDocument(text, { lineCounter }), {
    Pair(_, pair, above) {
      const path = above.filter(isPair).map((each) => String((each as Pair<Node>).key));
      const { key, value } = pair as Pair<Node, Node>;
      entries.push({
        key: String(key),
        path,
        keyRange: [key.range![0], key.range![1]],
        valueRange: [value!.range![0], value!.range![1]],
        isLeaf: isScalar(value) || isAlias(value),
      });
    },
  });
  return entries;
}

function isName({ path }: Entry): boolean {
  return NAMES.has(path.at(-1) ?? '') || isColumn(path);
}

/** `where:` of a source or of a `did` holds columns; a segment's own holds a condition. */
function isColumn(path: readonly string[]): boolean {
  const last = path.lastIndexOf('where');
  return last > 0 && last === path.length - 1;
}

function replaced(text: string, [from, to]: readonly [number, number], by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

function misspelt(text: string, { key, keyRange }: Entry, lineAt: (offset: number) => number): Mutation {
  const wrong = key.length < 4 ? `${key}x` : `${key.slice(0, 2)}${key.slice(3)}`;
  return { what: `${key} -> ${wrong}`, text: replaced(text, keyRange, wrong), lines: [lineAt(keyRange[0])] };
}

function wronglyTyped(text: string, entry: Entry, lineAt: (offset: number) => number): Mutation[] {
  // A column may be compared with a list, whatever the column is called.
  if (FREE.has(entry.key) || isColumn([...entry.path, entry.key])) return [];
  const line = lineAt(entry.keyRange[0]);
  const [from, to] = entry.valueRange;
  const end = text.slice(from, to).endsWith('\n') ? '\n' : '';
  // A block that stands below its key goes up to it.
  const at: [number, number] = entry.isLeaf ? [from, to] : [entry.keyRange[1] + 1, to];
  const space = entry.isLeaf ? '' : ' ';
  return ['{ nonsense: [1] }', '[[1], {a: 2}]'].map((by) => ({
    what: `${entry.key}: ${by}`,
    text: replaced(text, at, space + by + end),
    lines: [line],
  }));
}

function twice(text: string, { key, keyRange }: Entry, lineAt: (offset: number) => number): Mutation {
  const line = lineAt(keyRange[0]);
  const start = text.lastIndexOf('\n', keyRange[0] - 1) + 1;
  const indent = ' '.repeat(keyRange[0] - start);
  const isFlow = /[{,]\s*$/.test(text.slice(start, keyRange[0]));
  const again = isFlow ? `${key}: 1, ` : `${key}: 1\n${indent}`;
  return {
    what: `${key} twice`,
    text: replaced(text, [keyRange[0], keyRange[0]], again),
    lines: isFlow ? [line] : [line, line + 1],
  };
}

/** What no parser takes, in the place of a value. */
function spoilt(text: string, { key, valueRange }: Entry, lineAt: (offset: number) => number): Mutation[] {
  const line = lineAt(valueRange[0]);
  return ['*nowhere', '"unended', '{ a: 1', '@at', '!!binary x', '!<tag:x> 1'].map((by) => ({
    what: `${key}: ${by}`,
    text: replaced(text, valueRange, by),
    // What has no end is missed at the end, or where something stands that cannot follow.
    ...(/^["{]/.test(by) ? {} : { lines: [line] }),
  }));
}

function tabs(text: string): Mutation[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (!/^ +\S/.test(line)) return [];
    const wrong = lines.with(index, line.replace(/^ +/, '\t'));
    return [{ what: `a tab before ${line.trim()}`, text: wrong.join('\n'), lines: [index + 1, index] }];
  });
}
