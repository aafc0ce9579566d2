/** The README taken apart, so that what it says can be run and compared. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './project-copy.ts';

const TEXT = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

export interface Fence {
  readonly language: string;
  readonly text: string;
}

/** Every fenced block, in order. */
export function fences(): Fence[] {
  return [...TEXT.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }));
}

/** The file that a YAML block says it is, in its first line: `# segments/NAME.yaml`. */
export function fileOf(fence: Fence): string | undefined {
  return /^# ([\w./-]+\.yaml)\n/.exec(fence.text)?.[1];
}

/** The cells of the rows of the first table below a heading, without its head. */
export function tableBelow(heading: string): string[][] {
  const section = TEXT.split(`\n${heading}\n`)[1];
  if (section === undefined) throw new Error(`the README has no heading "${heading}"`);
  return tablesOf(section)[0] ?? [];
}

/** The cells of the rows of the table whose head begins with `first`. */
export function tableOf(first: string): string[][] {
  const start = TEXT.indexOf(`\n| ${first} |`);
  if (start < 0) throw new Error(`the README has no table that begins with "${first}"`);
  return tablesOf(TEXT.slice(start))[0] ?? [];
}

/** What stands between the first pair of backticks. */
export function codeIn(cell: string): string {
  const code = /`([^`]+)`/.exec(cell)?.[1];
  if (code === undefined) throw new Error(`no code in "${cell}"`);
  return code;
}

function tablesOf(text: string): string[][][] {
  return [...text.matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) =>
    table
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((row) =>
        row
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      ),
  );
}
