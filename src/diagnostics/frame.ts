/** The lines around a place, with a caret below it. Secrets that stand in those lines are dotted out. */
import type { Place } from './diagnostic.ts';

const LINES_BEFORE = 2;
const LINES_AFTER = 1;
const WIDTH = 100;

/**
 * A code frame of a file's lines at `place`: numbered lines, the named one marked by `>` and underlined by
 * carets. Undefined when the line does not exist or the file holds nothing but secrets (`.env`).
 */
export function codeFrame(lines: readonly string[], place: Place): string | undefined {
  if (/(^|[\\/])\.env$/.test(place.file)) return undefined;
  if (place.line < 1 || place.line > lines.length) return undefined;
  const first = Math.max(1, place.line - LINES_BEFORE);
  const last = Math.min(lines.length, place.line + LINES_AFTER);
  const shift = Math.max(0, place.column - 1 - Math.floor(WIDTH * 0.7));
  const gutter = String(last).length;
  const rows: string[] = [];
  for (let line = first; line <= last; line++) {
    const mark = line === place.line ? '>' : ' ';
    const shown = visible(withoutSecrets(lines, line - 1)).slice(shift, shift + WIDTH);
    rows.push(`${mark} ${String(line).padStart(gutter)} | ${shown}`.trimEnd());
    if (line === place.line) rows.push(`  ${' '.repeat(gutter)} | ${caret(lines[line - 1]!, place, shift)}`);
  }
  return rows.join('\n');
}

/** A file's lines, whatever they end in. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function caret(line: string, place: Place, shift: number): string {
  const start = Math.min(place.column - 1, line.length);
  const end = Math.min(place.endColumn ? place.endColumn - 1 : start + 1, shift + WIDTH, line.length);
  return ' '.repeat(start - shift) + '^'.repeat(Math.max(1, end - start));
}

/** One shown character for each in the line, so that carets stay below what they mean. */
function visible(line: string): string {
  // Control characters would let a file write to the terminal.
  return line.replace(/\p{Cc}|\p{Cf}/gu, (character) => ' '.repeat(character.length));
}

const SECRET_NAME =
  'token|secret|password|passwd|credentials?|authorization|(?:api|access|private|secret|signing|encryption)[_-]?key';
const SECRET_OPTION = new RegExp(
  `((?:${SECRET_NAME})["']?\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|[^\\s,}#|>][^,}#]*)`,
  'gi',
);
/** In words of mixed letters and digits, long runs: keys and tokens wherever they stand, as in a block of their own. */
const WORD = /[^\s"']{32,}/g;
const MIXED = [/\d/, /[A-Z]/, /[a-z]/];
const RUN = /()([A-Za-z0-9+/=_-]{32,})/g;
/** What a URL carries behind its `?` under such a name. */
const QUERY_SECRET = new RegExp(
  `([?&][\\w-]*(?:${SECRET_NAME}|key|sig|signature)[\\w-]*=)([^&\\s"'#]+)`,
  'gi',
);
const URL_PASSWORD = /(:\/\/[^\s:@/"']*:)([^\s@"']+)(?=@)/g;

/** Headers of a request: any of them may be one, whatever it is called. */
const HEADERS = /((?:^|[\s{,])["']?headers["']?\s*:\s*)(\S.*)$/i;
/** A key whose value, on the lines below it, is a secret or holds some. */
const SECRET_BLOCK = new RegExp(`^\\s*(?:- +)?["']?[\\w-]*(?:${SECRET_NAME}|headers)["']?\\s*:`, 'i');
/** `key: value`, `- value`, or a line of text. */
const VALUE = /^(\s*(?:- +)?(?:(?:"[^"]*"|'[^']*'|[^\s:"'{[]+)\s*:\s+)?)(\S.*)$/;

/** Dots out what looks like a secret written in the file. References to the environment stay: they show no value. */
function withoutSecrets(lines: readonly string[], index: number): string {
  const dots = (whole: string, before: string, value: string): string =>
    value.includes('${') ? whole : before + '•'.repeat(value.length);
  const line = lines[index]!;
  if (isBelowSecret(lines, index)) return line.replace(VALUE, dots);
  const named = [HEADERS, SECRET_OPTION, URL_PASSWORD, QUERY_SECRET].reduce(
    (text, pattern) => text.replace(pattern, dots),
    line,
  );
  return named.replace(WORD, (word) =>
    MIXED.every((kind) => kind.test(word)) ? word.replace(RUN, dots) : word,
  );
}

/** By their indentation, which also holds for brackets over several lines; the items of a list may have that of its key. */
function isBelowSecret(lines: readonly string[], index: number): boolean {
  let indent = indentOf(lines[index]!);
  let isItem = /^\s*-(\s|$)/.test(lines[index]!);
  for (let above = index - 1; above >= 0 && (indent > 0 || isItem); above--) {
    const line = lines[above]!;
    if (line.trim() === '') continue;
    const isParent = indentOf(line) < indent || (isItem && indentOf(line) === indent && !/^\s*-/.test(line));
    if (!isParent) continue;
    if (SECRET_BLOCK.test(line)) return true;
    indent = indentOf(line);
    isItem = /^\s*-/.test(line);
  }
  return false;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
