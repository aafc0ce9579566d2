/** Names and texts as Redshift reads them. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { quoteIdentifier, quoteText } from '../literal.ts';

/** Words that cannot stand for a name without quotes, beyond those of PostgreSQL. Source: Redshift, reserved words. */
const RESERVED = new Set(
  `
aes128 aes256 allowoverwrite authorization az64 backup blanksasnull bytedict bzip2 connect credentials
deflate defrag delta delta32k disable emptyasnull enable encode encrypt encryption explicit
globaldict256 globaldict64k gzip identity ignore isnull language lun luns lzo lzop minus mostly16
mostly32 mostly8 new nulls off offline oid old open parallel partition percent permissions raw
readratio recover rejectlog resort respect restore snapshot sysdate system tag tdes text255 text32k
top truncatecolumns wallet without
`.match(/\S+/g),
);

const LONGEST_NAME_BYTES = 127;
const LONGEST_TEXT_BYTES = 65_535;

/**
 * What a text is taken apart at. A backslash begins an escape in a literal, in no documented form: apart from the
 * literal, by its number, it is a backslash and nothing else.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const APART = /([\u0000-\u001f\u007f\\])/;

export function quoteName(name: string): string {
  const quoted = quoteIdentifier(name, LONGEST_NAME_BYTES);
  return RESERVED.has(quoted) ? `"${quoted}"` : quoted;
}

/** Throws E303 for a NUL, half a character, and more than the longest VARCHAR holds. */
export function quoteString(text: string): string {
  if (text.includes('\0')) return fail('E303', { reason: 'a text holds a NUL character' });
  if (Buffer.byteLength(text) > LONGEST_TEXT_BYTES) {
    return fail('E303', { reason: `a text is longer than ${LONGEST_TEXT_BYTES} bytes` });
  }
  return quoteText(text, APART);
}
