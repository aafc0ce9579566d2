/** The lines around a place, with a caret below it. Secrets that stand in those lines are dotted out. */
import type { Place } from './diagnostic.ts';

const LINES_BEFORE = 2;
const LINES_AFTER = 1;
const WIDTH = 100;

/**
 * A code frame of `text` (the whole file) at `place`: numbered lines, the named one marked by `>` and underlined by
 * carets. Undefined when the line does not exist or the file holds nothing but secrets (`.env`).
 */
export function codeFrame(text: string, place: Place): string | undefined {
  if (/(^|[\\/])\.env$/.test(place.file)) return undefined;
  const lines = text.split(/\r\n|\r|\n/);
  if (place.line < 1 || place.line > lines.length) return undefined;
  const first = Math.max(1, place.line - LINES_BEFORE);
  const last = Math.min(lines.length, place.line + LINES_AFTER);
  const shift = Math.max(0, place.column - 1 - Math.floor(WIDTH * 0.7));
  const gutter = String(last).length;
  const rows: string[] = [];
  for (let line = first; line <= last; line++) {
    const mark = line === place.line ? '>' : ' ';
    const shown = visible(lines[line - 1]!).slice(shift, shift + WIDTH);
    rows.push(`${mark} ${String(line).padStart(gutter)} | ${shown}`.trimEnd());
    if (line === place.line) rows.push(`  ${' '.repeat(gutter)} | ${caret(lines[line - 1]!, place, shift)}`);
  }
  return rows.join('\n');
}

function caret(line: string, place: Place, shift: number): string {
  const start = Math.min(place.column - 1, line.length);
  const end = Math.min(place.endColumn ? place.endColumn - 1 : start + 1, shift + WIDTH, line.length);
  return ' '.repeat(start - shift) + '^'.repeat(Math.max(1, end - start));
}

/** One shown character for each in the line, so that carets stay below what they mean. */
function visible(line: string): string {
  // Control characters would let a file write to the terminal.
  return dotSecrets(line).replace(/\p{Cc}|\p{Cf}/gu, (character) => ' '.repeat(character.length));
}

const SECRET_NAME =
  'token|secret|password|passwd|credentials?|authorization|(?:api|access|private|secret|signing|encryption)[_-]?key';
const SECRET_OPTION = new RegExp(
  `((?:${SECRET_NAME})["']?\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|[^\\s,}#|>][^,}#]*)`,
  'gi',
);
/** Long runs of mixed letters and digits: keys and tokens wherever they stand, as in a block of their own. */
const RANDOM_TEXT = /()((?=[^\s"']*\d)(?=[^\s"']*[A-Z])(?=[^\s"']*[a-z])[A-Za-z0-9+/=_-]{32,})/g;
const URL_PASSWORD = /(:\/\/[^\s:@/"']*:)([^\s@"']+)(?=@)/g;

/** Dots out what looks like a secret written in the file. References to the environment stay: they show no value. */
function dotSecrets(line: string): string {
  const dots = (whole: string, before: string, value: string): string =>
    value.includes('${') ? whole : before + '•'.repeat(value.length);
  return line.replace(SECRET_OPTION, dots).replace(URL_PASSWORD, dots).replace(RANDOM_TEXT, dots);
}
