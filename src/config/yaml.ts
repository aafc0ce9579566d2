/** Text of a YAML file -> a tree with places. A file's mistakes are reported, never thrown. */
import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { Place } from '../diagnostics/diagnostic.ts';
import type { YamlMap } from './node.ts';
import type { Problems } from './problems.ts';
import { type PlaceFinder, placeAt, readTree } from './yaml-tree.ts';

/** One slip in YAML makes many messages; the first ones tell. */
const MOST_ERRORS = 3;

/** The tree of a file whose root is a mapping; undefined after reporting what is wrong with it (E103, E121). */
export function parseYaml(text: string, file: string, problems: Problems): YamlMap | undefined {
  const finder: PlaceFinder = { lines: new LineCounter(), file };
  const start: Place = { file, line: 1, column: 1 };
  const document = parseDocument(text, {
    lineCounter: finder.lines,
    prettyErrors: false,
    version: '1.2',
    // Looked for when the tree is read: the parser compares each key with each.
    uniqueKeys: false,
  });
  // The parser reports its own overflow, at a place that depends on the stack's size.
  if (document.errors.some((error) => error.message.includes('call stack'))) {
    return problems.report('E103', { detail: 'nested too deeply' }, start);
  }
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    reportSyntax(broken, finder, problems);
    return undefined;
  }
  if (document.contents === null) {
    return problems.report('E103', { detail: 'the file is empty' }, start);
  }
  const root = readTree(document, finder, problems);
  if (!root || root.kind === 'map') return root;
  return problems.report('E103', { detail: 'the file must be a mapping of `key: value`' }, root.place);
}

/** The first error of each line: what follows on it is mostly its echo. */
function reportSyntax(errors: readonly YAMLError[], finder: PlaceFinder, problems: Problems): void {
  const told = new Set<number>();
  for (const error of errors) {
    const place = placeAt(error.pos[0], error.pos[1], finder);
    if (told.has(place.line) || told.size === MOST_ERRORS) continue;
    told.add(place.line);
    problems.report('E103', { detail: detailOf(error), hint: HINTS[error.code] }, place);
  }
}

function detailOf({ code, message }: YAMLError): string {
  return DETAILS[code] ?? message.replace(/\s+/g, ' ');
}

const DETAILS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'a tab cannot indent',
  MULTIPLE_DOCS: 'a second document begins here',
  TAG_RESOLVE_FAILED: 'this tag is unknown',
  // The parser's own words quote the file, and that may hold a secret.
  UNEXPECTED_TOKEN: 'this cannot stand here',
  BAD_ALIAS: 'text that begins with `*` names an anchor, and there is none of this name',
  BAD_DIRECTIVE: 'a line that begins with `%` is a directive, and there is none of this name',
};

const HINTS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'use spaces',
  MULTIPLE_DOCS: 'one file holds one document: take the `---` out, or move the rest to a file of its own',
  TAG_RESOLVE_FAILED: 'text that begins with `!` needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'text that holds `: ` needs quotes',
  UNEXPECTED_TOKEN: `text that holds one of { } [ ] , needs quotes, as in "\${env:NAME}"`,
  BAD_INDENT: 'keys of one mapping begin in the same column; brackets must be closed',
};
