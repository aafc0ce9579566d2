/** An audience's name as the name of a file, a folder, or a part of an object's key. */
import { createHash } from 'node:crypto';

/** What common file systems allow for one name. */
const MAX_BYTES = 255;
const HASH_CHARACTERS = 16;

/**
 * All but letters, digits, `_` and `-` of ASCII percent-encoded, byte by byte of UTF-8, and `ending` as it is. A name
 * that would be too long is cut and ends in a hash of the whole.
 */
export function audienceName(audience: string, ending = ''): string {
  const whole = percentEncode(audience);
  if (whole.length + ending.length <= MAX_BYTES) return whole + ending;
  const hash = createHash('sha256').update(audience).digest('hex').slice(0, HASH_CHARACTERS);
  const room = MAX_BYTES - ending.length - hash.length - 1;
  return `${whole.slice(0, room).replace(/%[0-9A-F]?$/, '')}-${hash}${ending}`;
}

function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9_-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
