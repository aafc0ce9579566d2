/**
 * Contacts as SendGrid's calls take them. Source: `tsg_mc_contacts_v3`, `PutMarketingContacts`,
 * `PostMarketingContactsSearchEmails`, `PostMarketingContactsSearchIdentifiersIdentifierType`; `tsg_mc_lists_v3`,
 * `DeleteContact`.
 */
import type { ApiRequest } from '../api.ts';
import type { Batch, Change } from '../destination.ts';
import { emailAddress, identifierOfKind, phoneNumber } from '../normalise.ts';
import { type Columns, valuesOf } from './fields.ts';

/** What SendGrid calls identifiers -> the kinds of ours. */
export const KIND_OF = { email: 'email', phone_number_id: 'phone', external_id: 'external_id' } as const;
export type IdentifierType = keyof typeof KIND_OF;
export const IDENTIFIER_TYPES = ['email', 'phone_number_id', 'external_id'] as const;
export const KINDS = ['email', 'phone', 'external_id'] as const;

/** An upsert takes addresses of 254 characters, a look-up of 100: who cannot be found could not be taken off. */
const MOST_ADDRESS = 100;
const MOST_ID = 254;

/** Contacts of one look-up. */
export const MOST_LOOKED_UP = 100;

/** In clear, and only of the type that contacts are found by. Numbers are E.164. */
export function identifierOf(
  kind: string,
  value: string,
  { type, defaultCountry }: { readonly type: IdentifierType; readonly defaultCountry?: string | undefined },
): string | undefined {
  if (kind !== KIND_OF[type]) return undefined;
  if (type === 'phone_number_id') return phoneNumber(value, defaultCountry);
  const text = type === 'email' ? emailAddress(value) : value.trim();
  const most = type === 'email' ? MOST_ADDRESS : MOST_ID;
  return text === undefined || text === '' || text.length > most ? undefined : text;
}

/** The one identifier that is sent. */
export function contactOf(change: Change, kinds: Batch['kinds'], type: IdentifierType): string {
  return identifierOfKind(change, KIND_OF[type], kinds) ?? '';
}

/** Adds to the list. A contact that several rows share is in it once, as the last of them has it. */
export function upsertCall(batch: Batch, type: IdentifierType, columns: Columns): ApiRequest {
  const contacts = new Map<string, object>();
  for (const change of batch.changes) {
    const id = contactOf(change, batch.kinds, type);
    contacts.set(id, { ...valuesOf(change.fields, columns), [type]: id });
  }
  const body = { list_ids: [batch.audience.ref], contacts: [...contacts.values()] };
  return { method: 'PUT', path: '/v3/marketing/contacts', body };
}

/** Finds at most `MOST_LOOKED_UP` contacts. */
export function lookUpCall(batch: Batch, type: IdentifierType): ApiRequest {
  const ids = [...new Set(batch.changes.map((change) => contactOf(change, batch.kinds, type)))];
  const search = '/v3/marketing/contacts/search';
  if (type === 'email') return { method: 'POST', path: `${search}/emails`, body: { emails: ids } };
  const identifiers = ids.map((id) => ({ [type]: id }));
  return { method: 'POST', path: `${search}/identifiers/${type}`, body: { identifiers } };
}

/** Takes off the list. The contacts themselves stay, and so do their subscriptions. */
export function removeCall(list: string, contactIds: readonly string[]): ApiRequest {
  const ids = contactIds.map(encodeURIComponent).join(',');
  return {
    method: 'DELETE',
    path: `/v3/marketing/lists/${encodeURIComponent(list)}/contacts?contact_ids=${ids}`,
  };
}
