/**
 * People as Meta matches them. Source of the rules: Marketing API, `conversions-api/parameters/
 * customer-information-parameters` and the reference of `custom-audience/users`.
 */
import type { Batch, Change } from '../destination.ts';
import { emailAddress, identifierOfKind, isHashed, phoneNumber, sha256 } from '../normalise.ts';

/** Kind of identifier -> column of a call. */
const COLUMNS = {
  email: 'EMAIL',
  phone: 'PHONE',
  external_id: 'EXTERN_ID',
  first_name: 'FN',
  last_name: 'LN',
  city: 'CT',
  region: 'ST',
  postal_code: 'ZIP',
  country: 'COUNTRY',
} as const;

export const KINDS = Object.keys(COLUMNS);

export interface IdentifierRules {
  readonly defaultCountry?: string;
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
}

/**
 * Email: trimmed, lower case, dots and tags kept, hashed. Phone: digits with the country's code and no plus, hashed.
 * Names and places: lower case, hashed; see `PLAIN`. External id: as it is. Undefined for what cannot be one.
 */
export function identifierOf(
  kind: string,
  value: string,
  { defaultCountry, hashed }: IdentifierRules,
): string | undefined {
  if (hashed.has(kind)) return isHashed(value) ? value.trim().toLowerCase() : undefined;
  switch (kind) {
    case 'email':
      return hashOf(emailAddress(value));
    case 'phone':
      return hashOf(phoneNumber(value, defaultCountry)?.slice(1));
    case 'external_id':
      return value.trim() === '' ? undefined : value.trim();
    default:
      return hashOf(PLAIN[kind]?.(value.trim().toLowerCase()));
  }
}

function hashOf(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : sha256(text);
}

/** Of names and places in lower case, what is hashed. Accents are kept. */
const PLAIN: Readonly<Record<string, (text: string) => string | undefined>> = {
  first_name: withoutPunctuation,
  last_name: withoutPunctuation,
  city: lettersOf,
  region: lettersOf,
  postal_code: postalCode,
  country: (text) => (/^[a-z]{2}$/.test(text) ? text : undefined),
};

function withoutPunctuation(text: string): string {
  return text.replace(/\p{P}/gu, '').replace(/\s+/g, ' ').trim();
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{M}]/gu, '');
}

/** The first five digits in the US; area, district and sector in the UK. */
function postalCode(text: string): string {
  const bare = text.replace(/[\s-]/g, '');
  if (/^\d{5}-\d{4}$/.test(text)) return bare.slice(0, 5);
  return /^[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}$/.test(bare) ? bare.slice(0, -2) : bare;
}

export interface People {
  readonly schema: readonly string[];
  readonly data: readonly (readonly string[])[];
}

/** A call's columns, and a row a change; what a row lacks is empty. Of two identifiers of one kind the first counts. */
export function peopleOf({ changes, kinds }: Pick<Batch, 'changes' | 'kinds'>): People {
  const rows = changes.map((change) => columnsOf(change, kinds));
  const schema = Object.values(COLUMNS).filter((column) => rows.some((row) => row.has(column)));
  return { schema, data: rows.map((row) => schema.map((column) => row.get(column) ?? '')) };
}

function columnsOf(change: Change, kinds: Batch['kinds']): Map<string, string> {
  const columns = new Map<string, string>();
  for (const [kind, column] of Object.entries(COLUMNS)) {
    const value = identifierOfKind(change, kind, kinds);
    if (value !== undefined) columns.set(column, value);
  }
  return columns;
}
