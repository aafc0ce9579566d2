/**
 * Identifiers as other sides want them before they hash or match them. There is no one rule for everybody: each
 * adapter puts its own together of these.
 */
import { createHash } from 'node:crypto';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Batch, Change } from './destination.ts';

/** A change's first identifier of a kind. One that the entity no longer has, still in the ledger, goes by its name. */
export function identifierOfKind(
  { identifiers }: Pick<Change, 'identifiers'>,
  kind: string,
  kinds: Batch['kinds'],
): string | undefined {
  return Object.entries(identifiers).find(([name]) => (kinds[name] ?? name) === kind)?.[1];
}

/** Trimmed, in lower case; undefined for what is no address. Dots and tags of the local part are kept. */
export function emailAddress(text: string): string | undefined {
  const address = text.trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+\.[^\s@.]+$/u.test(address) && address.length <= 254 ? address : undefined;
}

/**
 * `+4915112345678`; undefined for what can be no number. A number without a country is one of `defaultCountry`
 * (ISO 3166, two letters), and none where that is not known.
 */
export function phoneNumber(text: string, defaultCountry?: string): string | undefined {
  const country = defaultCountry?.toUpperCase();
  const known = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const number = parsePhoneNumberFromString(text, known);
  return number?.isPossible() ? number.number : undefined;
}

/** SHA-256 of the UTF-8 text in lower-case hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Looks like a SHA-256 already. */
export function isHashed(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text.trim());
}
