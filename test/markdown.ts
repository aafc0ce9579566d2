/** A page of Markdown taken apart: its blocks, tables, headings and links. Pure. */

export interface Fence {
  readonly language: string;
  /** What stands behind the language: `postgres` in ```` ```sql postgres ````. */
  readonly info: string;
  readonly text: string;
  /** Where it begins: the first line is 1. */
  readonly line: number;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly line: number;
}

/** Every fenced block, in order. */
export function fencesOf(page: string): Fence[] {
  return [...page.matchAll(/^```(\w+)(?: ([^\n]*))?\n(.*?)^```$/gms)].map((match) => ({
    language: match[1]!,
    info: match[2] ?? '',
    text: match[3]!,
    line: lineAt(page, match.index),
  }));
}

/** The file that a YAML block says it is, in its first line: `# segments/NAME.yaml`. */
export function fileOf(fence: Pick<Fence, 'text'>): string | undefined {
  return /^# ([\w./-]+\.yaml)\n/.exec(fence.text)?.[1];
}

/** Every table outside of blocks, in order. */
export function tablesOf(page: string): Table[] {
  return [...withoutFences(page).matchAll(/(?:^\|.*\|\n)+/gm)].map((match) => {
    const [head, , ...rows] = match[0].trimEnd().split('\n').map(cellsOf);
    return { head: head!, rows, line: lineAt(page, match.index) };
  });
}

/** The addresses of every link and picture, those in code apart. */
export function linksOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, address]) => address!);
}

/**
 * What GitHub lets a link's `#...` name: each heading in small letters, without signs, a number behind a repeated one;
 * and what says `<a id="...">`.
 */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title] of withoutFences(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const bare = anchorOf(title!);
    let anchor = bare;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${bare}-${n}`;
    anchors.add(anchor);
  }
  for (const [, id] of page.matchAll(/<a id="([^"]+)">/g)) anchors.add(id!);
  return anchors;
}

/** What stands between the first pair of backticks. */
export function codeIn(cell: string): string {
  const code = /`([^`]+)`/.exec(cell)?.[1];
  if (code === undefined) throw new Error(`no code in "${cell}"`);
  return code;
}

function anchorOf(title: string): string {
  const text = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
}

/** The page with as many lines, those of blocks empty. */
function withoutFences(page: string): string {
  return page.replace(/^```.*?^```$/gms, (block) => block.replace(/[^\n]/g, ' '));
}

function withoutCode(page: string): string {
  return withoutFences(page).replace(/`[^`\n]*`/g, '');
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function lineAt(page: string, index: number): number {
  return page.slice(0, index).split('\n').length;
}
