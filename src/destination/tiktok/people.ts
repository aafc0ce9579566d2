/**
 * People as TikTok matches them. Source of the rules: TikTok's help page on the ids and formats of a customer file. Its
 * versions of 2025 differ in whether a number has its plus and an address its tag: see the README of this folder.
 */
import type { Batch, Change } from '../destination.ts';
import { emailAddress, identifierOfKind, isHashed, phoneNumber, sha256 } from '../normalise.ts';

/** Kind of identifier -> its name in a call's schema. */
const SCHEMA = { email: 'EMAIL_SHA256', phone: 'PHONE_SHA256' } as const;

export const KINDS = Object.keys(SCHEMA);

export interface IdentifierRules {
  readonly defaultCountry?: string;
  /** Kinds whose values are SHA-256 already. */
  readonly hashed: ReadonlySet<string>;
}

/**
 * Email: trimmed, lower case, without a tag at whatever domain, dots kept, hashed. Phone: E.164 with its plus, hashed.
 * Undefined for what cannot be one.
 */
export function identifierOf(
  kind: string,
  value: string,
  { defaultCountry, hashed }: IdentifierRules,
): string | undefined {
  if (!(kind in SCHEMA)) return undefined;
  if (hashed.has(kind)) return isHashed(value) ? value.trim().toLowerCase() : undefined;
  const text = kind === 'email' ? untagged(emailAddress(value)) : phoneNumber(value, defaultCountry);
  return text === undefined ? undefined : sha256(text);
}

function untagged(address: string | undefined): string | undefined {
  const bare = address?.replace(/\+[^@]*@/, '@');
  return bare?.startsWith('@') ? undefined : bare;
}

/** One identifier, or nothing in its place. */
type Cell =
  | { readonly id: string; readonly audience_ids: readonly string[] }
  | Readonly<Record<string, never>>;

export interface MappingBody {
  readonly advertiser_ids: readonly string[];
  readonly action: 'add' | 'delete';
  readonly id_schema: readonly string[];
  readonly batch_data: readonly (readonly Cell[])[];
}

/** A call's body: a row a change, of as many cells as the schema has names. Of two identifiers of a kind the first counts. */
export function mappingBody({ op, audience, changes, kinds }: Batch, advertiser: string): MappingBody {
  const rows = changes.map((change) => valuesOf(change, kinds));
  const id_schema = Object.values(SCHEMA).filter((name) => rows.some((row) => row.has(name)));
  const cellOf = (id: string | undefined): Cell =>
    id === undefined ? {} : { id, audience_ids: [audience.ref] };
  return {
    advertiser_ids: [advertiser],
    action: op === 'remove' ? 'delete' : 'add',
    id_schema,
    batch_data: rows.map((row) => id_schema.map((name) => cellOf(row.get(name)))),
  };
}

function valuesOf(change: Change, kinds: Batch['kinds']): Map<string, string> {
  const values = new Map<string, string>();
  for (const [kind, name] of Object.entries(SCHEMA)) {
    const value = identifierOfKind(change, kind, kinds);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}
