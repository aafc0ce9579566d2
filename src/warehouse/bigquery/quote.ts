/** Names and texts as BigQuery reads them: names in backquotes, texts with backslashes as escapes. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { checkName } from '../literal.ts';

/** Words that cannot stand for a name without quotes. Source: GoogleSQL, lexical structure, reserved keywords. */
const RESERVED = new Set(
  `
all and any array as asc assert_rows_modified at between by case cast collate contains create cross
cube current default define desc distinct else end enum escape except exclude exists extract false
fetch following for from full group grouping groups hash having if ignore in inner intersect interval
into is join lateral left like limit lookup merge natural new no not null nulls of on or order outer
over partition preceding proto qualify range recursive respect right rollup rows select set some
struct tablesample then to treat true unbounded union unnest using when where window with within
`.match(/\S+/g),
);

const PLAIN = /^[a-z_][a-z0-9_]*$/;
const LONGEST_NAME = 1024;

/** Throws E302 for a name that is empty, too long or holds a control character. */
export function quoteName(name: string): string {
  checkName(name, LONGEST_NAME);
  if (PLAIN.test(name) && !RESERVED.has(name)) return name;
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** Throws E303 for NUL, and for half a character, which UTF-8 cannot hold. */
export function quoteString(text: string): string {
  if (text.includes('\0')) return fail('E303', { reason: 'a text holds a NUL character' });
  if (/\p{Surrogate}/u.test(text)) return fail('E303', { reason: 'a text holds half of a character' });
  return `'${text.replaceAll(ESCAPED, escapeOf)}'`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
const ESCAPED = /[\\'\u0001-\u001f\u007f\u2028\u2029]/g;

function escapeOf(character: string): string {
  if (character === '\\' || character === "'") return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
