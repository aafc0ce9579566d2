/** What the literals, identifiers and dates of several SQL dialects have in common. */
import { fail } from '../diagnostics/diagnostic.ts';
import { type Instant, utcParts } from '../instant.ts';
import type { Dialect } from './dialect.ts';
import { KEYWORDS } from './keywords.ts';

const FIRST_INSTANT: Instant = -62_135_596_800_000_000n;
const LAST_INSTANT: Instant = 253_402_300_799_999_999n;
const LARGEST_EXPONENT = 400;
const LONGEST_CHAIN = 50;

/** A name that means the same with and without quotes: it is left as it is, for the people who read the SQL. */
const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** Identifier, in double quotes where it needs them. Throws E302 for a name that is empty, holds NUL or half a character, or is too long. */
export function quoteIdentifier(name: string, maxBytes = Number.POSITIVE_INFINITY): string {
  if (name === '') return fail('E302', { name: '', reason: 'it is empty' });
  if (name.includes('\0')) return fail('E302', { name: printable(name), reason: 'it holds a NUL character' });
  if (hasLoneSurrogate(name)) {
    return fail('E302', { name: printable(name), reason: 'it holds half of a character' });
  }
  if (Buffer.byteLength(name) > maxBytes) {
    return fail('E302', { name: printable(name), reason: `it is longer than ${maxBytes} bytes` });
  }
  return PLAIN.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Throws E302 for a name that is empty, longer than `most` characters, or holds a control character. */
export function checkName(name: string, most: number): void {
  if (name === '') fail('E302', { name: '', reason: 'it is empty' });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
  if (/[\u0000-\u001f\u007f\p{Surrogate}]/u.test(name))
    fail('E302', { name: printable(name), reason: 'it holds a control character' });
  if (name.length > most)
    fail('E302', { name: printable(name), reason: `it is longer than ${most} characters` });
}

/**
 * Text literal in single quotes. Control characters are written as `chr(n)`, so that what is printed for people
 * is what the warehouse reads; `apart`: other characters too, in a group. Throws E303 for half a character, which UTF-8 cannot hold.
 */
export function quoteText(text: string, apart = CONTROL): string {
  if (hasLoneSurrogate(text)) return fail('E303', { reason: 'a text holds half of a character' });
  const pieces = text
    .split(apart)
    .map((piece, index) => (index % 2 === 1 ? `chr(${piece.charCodeAt(0)})` : quoted(piece)))
    .filter((piece, index) => index % 2 === 1 || piece !== "''");
  if (pieces.length === 0) return "''";
  return pieces.length === 1 && pieces[0]!.startsWith("'") ? pieces[0]! : `(${joined(["''", ...pieces])})`;
}

/** A long chain is put into parentheses by halves: engines limit how deep an expression may be. */
function joined(pieces: readonly string[]): string {
  if (pieces.length <= LONGEST_CHAIN) return pieces.join(' || ');
  const half = pieces.length >> 1;
  return `(${joined(pieces.slice(0, half))}) || (${joined(pieces.slice(half))})`;
}

/** A decimal number as written, its exponent spelled out. Throws E303 for anything else. */
export function decimal(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match) return fail('E303', { reason: 'a number is not a decimal number' });
  const [, sign, whole, fraction = '', exponent] = match;
  if (exponent === undefined) return text;
  return `${sign}${shiftPoint(whole!, fraction, Number(exponent))}`;
}

/** What differs between the literals of engines: the rest is alike on all. */
export interface Spelled {
  text(text: string): string;
  number(text: string): string;
  /** `2026-11-22 10:00:00.000000+00`. */
  instant(text: string): string;
  /** Both in quotes. */
  timestamp(text: string): string;
  date(text: string): string;
  readonly types: Dialect['types'];
}

/** Throws E303 for a value that is not of its type's form. */
export function literalsOf(spelled: Spelled): Dialect['literal'] {
  return (value) => {
    switch (value.type) {
      case 'text':
        return spelled.text(value.text);
      case 'number':
        return spelled.number(value.text);
      case 'boolean':
        return value.value ? 'TRUE' : 'FALSE';
      case 'instant':
        return spelled.instant(instantText(value.instant));
      case 'timestamp':
        return spelled.timestamp(formed(value.text, 'timestamp'));
      case 'date':
        return spelled.date(formed(value.text, 'date'));
      case 'uuid':
        return formed(value.text, 'uuid').toLowerCase();
      case 'null':
        return value.of === 'other' ? 'NULL' : `CAST(NULL AS ${spelled.types[value.of]})`;
    }
  };
}

/** `2026-11-22 10:00:00.000000+00`, the years 0001 to 9999; instants beyond stand at the nearest end. */
export function instantText(instant: Instant): string {
  const clamped = instant < FIRST_INSTANT ? FIRST_INSTANT : instant > LAST_INSTANT ? LAST_INSTANT : instant;
  const { date, time } = utcParts(clamped);
  return `${date} ${time}+00`;
}

/** `text` in quotes when it has the form; E303 otherwise. */
export function formed(text: string, form: keyof typeof FORMS): string {
  if (!FORMS[form].test(text)) return fail('E303', { reason: `a value is not of the form of a ${form}` });
  return `'${text}'`;
}

const FORMS = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  timestamp: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?$/,
  uuid: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
} as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const CONTROL = /([\u0000-\u001f\u007f])/;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function shiftPoint(whole: string, fraction: string, exponent: number): string {
  if (Math.abs(exponent) > LARGEST_EXPONENT)
    return fail('E303', { reason: 'a number is too large or too small' });
  const digits = `${whole}${fraction}`;
  const point = whole.length + exponent;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${digits}${'0'.repeat(point - digits.length)}`;
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** A name that can be shown: short and without control characters. */
function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to hide
  const shown = name.replaceAll(/[\u0000-\u001f\u007f\p{Surrogate}]/gu, '?');
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}

/**
 * The first instant of a date in a zone, both rendered. Where clocks go back at 01:00 to midnight, that midnight comes
 * twice; engines take the second.
 */
export function firstInstant(date: string, zone: string): string {
  const midnight = `timezone(${zone}, CAST(${date} AS TIMESTAMP))`;
  const earlier = `${midnight} - INTERVAL '1 hour'`;
  return `CASE WHEN CAST(timezone(${zone}, ${earlier}) AS DATE) = CAST(${date} AS DATE) THEN ${earlier} ELSE ${midnight} END`;
}
