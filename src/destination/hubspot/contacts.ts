/**
 * Contacts as HubSpot's batches take them. Source: HubSpot public API specification, `CRM/Contacts` 2026-03,
 * `batch/read` and `batch/upsert`.
 */
import type { Batch, Change, FieldValue } from '../destination.ts';
import { emailAddress, identifierOfKind } from '../normalise.ts';

export const KINDS = ['email', 'external_id'] as const;

/** In clear, and only what contacts are found by: the address, or the external id as a unique property. */
export function identifierOf(kind: string, value: string, idProperty: string): string | undefined {
  if (kind === 'email') return idProperty === 'email' ? emailAddress(value) : undefined;
  if (kind !== 'external_id' || idProperty === 'email') return undefined;
  return value.trim() === '' ? undefined : value.trim();
}

/** What a contact is found by. */
export interface ContactRef {
  readonly property: string;
  readonly value: string;
}

/** By the property that is set; one who was added by the address before is taken off by that. */
export function refOf(
  change: Pick<Change, 'identifiers'>,
  kinds: Batch['kinds'],
  idProperty: string,
): ContactRef | undefined {
  const email = identifierOfKind(change, 'email', kinds);
  const external = identifierOfKind(change, 'external_id', kinds);
  if (idProperty !== 'email' && external !== undefined) return { property: idProperty, value: external };
  return email === undefined ? undefined : { property: 'email', value: email };
}

/** Under which a contact is remembered: an address is the same in any case. */
export function nameOf({ property, value }: ContactRef): string {
  return `${property}=${property === 'email' ? value.toLowerCase() : value}`;
}

/** Each once: HubSpot refuses a batch in which one is named twice. */
export function distinct(refs: readonly (ContactRef | undefined)[]): ContactRef[] {
  return [...new Map(refs.flatMap((ref) => (ref ? [[nameOf(ref), ref] as const] : []))).values()];
}

/** Finds contacts by one property; the answer repeats it. A contact may have further addresses. */
export function readBody(refs: readonly ContactRef[], property: string): unknown {
  return {
    idProperty: property,
    properties: property === 'email' ? ['email', 'hs_additional_emails'] : [property],
    propertiesWithHistory: [],
    inputs: refs.map(({ value }) => ({ id: value })),
  };
}

/** Makes or updates contacts. Errors of single ones are told by their trace id: the place in `refs`. */
export function upsertBody(
  refs: readonly ContactRef[],
  fields: ReadonlyMap<string, Change['fields']>,
): unknown {
  const inputs = refs.map((ref, index) => ({
    ...{ id: ref.value, idProperty: ref.property, objectWriteTraceId: String(index) },
    properties: { ...propertiesOf(fields.get(nameOf(ref)) ?? {}), [ref.property]: ref.value },
  }));
  return { inputs };
}

/** All values are texts, so that numbers keep theirs; an empty one clears the property. */
export function propertiesOf(fields: Change['fields']): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: FieldValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? value.number : String(value);
}

/** Fields by the contact they are of. Of two rows of one contact the later one counts. */
export function fieldsByName(
  changes: readonly Change[],
  refs: readonly (ContactRef | undefined)[],
): Map<string, Change['fields']> {
  const fields = new Map<string, Change['fields']>();
  for (const [index, change] of changes.entries()) {
    const ref = refs[index];
    if (ref) fields.set(nameOf(ref), { ...fields.get(nameOf(ref)), ...change.fields });
  }
  return fields;
}
