/**
 * Names and texts as Databricks reads them: names in backquotes, and without regard to case; texts with backslashes as
 * escapes, where two quotes are no quote but two texts that become one.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import { checkName } from '../literal.ts';

/** Words that cannot stand for a name without quotes, or not everywhere. Source: Databricks, reserved words, and ANSI's. */
const RESERVED = new Set(
  `
all alter always and anti any array as asc at authorization between both by case cast check collate
column commit constraint create cross cube current current_catalog current_date current_schema
current_time current_timestamp current_user default delete desc describe distinct drop else end
escape except exists external extract false fetch filter for foreign from full function global grant
group grouping having identifier if in inner insert intersect interval into is join lateral leading
left like limit local map merge minus natural no not null of offset on only or order out outer over
overlaps partition pivot position primary qualify range recursive references revoke right rollback
rollup row rows select semi session_user set some start struct sum table tablesample then time
timestamp to trailing true truncate union unique unknown unpivot update user using values view when
where window with
`.match(/\S+/g),
);

const PLAIN = /^[a-z_][a-z0-9_]*$/;
const LONGEST_NAME = 255;

/** Throws E302 for a name that is empty, too long or holds a control character. */
export function quoteName(name: string): string {
  checkName(name, LONGEST_NAME);
  return PLAIN.test(name) && !RESERVED.has(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

/** Throws E303 for NUL, and for half a character, which UTF-8 cannot hold. */
export function quoteString(text: string): string {
  if (text.includes('\0')) return fail('E303', { reason: 'a text holds a NUL character' });
  if (/\p{Surrogate}/u.test(text)) return fail('E303', { reason: 'a text holds half of a character' });
  return `'${text.replaceAll(ESCAPED, escapeOf)}'`;
}

/** `${` begins a variable, which is put in before the text is read as SQL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
const ESCAPED = /[\\'\u0001-\u001f\u007f\u2028\u2029]|\$(?=\{)/g;

function escapeOf(character: string): string {
  if (character === '\\' || character === "'") return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
