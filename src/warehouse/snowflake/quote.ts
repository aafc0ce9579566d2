/**
 * Names and texts as Snowflake reads them. It folds a name without quotes to upper case, and nearly every table there
 * has such a name. So a plain name in lower case is left bare and stands for that one: `shop.orders` is `SHOP.ORDERS`,
 * whoever made it. Any other is quoted, and means itself. What comes back is unfolded the same way (`unfolded`). A column
 * whose name really is in lower case cannot be named: a view or a `query:` gives it another.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import { checkName } from '../literal.ts';

/** Words that cannot stand for a name without quotes, or not everywhere. Source: Snowflake, reserved and limited keywords. */
const RESERVED = new Set(
  `
account all alter and any as asof between by case cast check column connect connection constraint
create cross current current_date current_time current_timestamp current_user database delete
distinct drop else except exclude exists false following for from full grant group gscluster having
ilike in increment inner insert intersect into is issue join lateral left like limit localtime
localtimestamp match_condition match_recognize minus natural not null of offset on or order
organization pivot primary qualify regexp revoke right rlike row rows sample schema select set some start
table tablesample then to trigger true try_cast union unique unpivot update using values view when
whenever where with
`.match(/\S+/g),
);

const PLAIN = /^[a-z_][a-z0-9_]*$/;
const FOLDED = /^[A-Z_][A-Z0-9_]*$/;
const LONGEST_NAME = 255;

/** Throws E302 for a name that is empty, too long or holds a control character. */
export function quoteName(name: string): string {
  checkName(name, LONGEST_NAME);
  if (!PLAIN.test(name)) return `"${name.replaceAll('"', '""')}"`;
  return RESERVED.has(name) ? `"${name.toUpperCase()}"` : name;
}

/** The name as Snowflake keeps it. */
export function folded(name: string): string {
  return PLAIN.test(name) ? name.toUpperCase() : name;
}

/** The name that stands for one that Snowflake keeps. */
export function unfolded(name: string): string {
  return FOLDED.test(name) ? name.toLowerCase() : name;
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
  if (character === "'") return "''";
  if (character === '\\') return '\\\\';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
