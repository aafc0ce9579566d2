/** What a sync sends of a person: identifiers and fields in the destination's form, made of a roster's row. */
import type { Roster, RosterField } from '../compile/roster.ts';
import { isHelping } from '../config/identifier-kinds.ts';
import type { DestinationSession, FieldValue } from '../destination/destination.ts';
import { formatInstant } from '../instant.ts';
import type { Row } from '../warehouse/warehouse.ts';
import { hashOf } from './canonical.ts';

export type Identifiers = Readonly<Record<string, string>>;
export type Fields = Readonly<Record<string, FieldValue>>;

export interface Payload {
  readonly identifiers: Identifiers;
  /** One of them tells who is meant; others only help to match. */
  readonly tells: boolean;
  readonly fields: Fields;
  readonly hash: string;
}

/** Identifiers that are NULL or that the destination cannot use are left out. */
export function payloadOf(
  row: Row,
  roster: Roster,
  destination: Pick<DestinationSession, 'identifier'>,
): Payload {
  const ordered = inOrder(roster);
  const identifiers: Record<string, string> = {};
  let tells = false;
  for (const { name, kind, column, defaultCountry } of ordered.identifiers) {
    const raw = row[column];
    if (raw === null || raw === undefined) continue;
    const value = destination.identifier(kind, raw, defaultCountry ? { defaultCountry } : {});
    if (value === undefined) continue;
    put(identifiers, name, value);
    tells ||= !isHelping(kind);
  }
  const fields: Record<string, FieldValue> = {};
  for (const field of ordered.fields) put(fields, field.name, fieldValue(field, row[field.column] ?? null));
  return { identifiers, tells, fields, hash: payloadHash(identifiers, fields) };
}

/** An assignment to `__proto__` would be lost. */
function put<T>(record: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

const orders = new WeakMap<Roster, Pick<Roster, 'identifiers' | 'fields'>>();

/** Made once, so that every row's objects are in the order that hashes want. */
function inOrder(roster: Roster): Pick<Roster, 'identifiers' | 'fields'> {
  const known = orders.get(roster);
  if (known) return known;
  const ordered = {
    identifiers: roster.identifiers.toSorted(byName),
    fields: roster.fields.toSorted(byName),
  };
  orders.set(roster, ordered);
  return ordered;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** What tells two payloads apart. */
export function payloadHash(identifiers: Identifiers, fields: Fields): string {
  return hashOf({ fields, identifiers });
}

function fieldValue({ type }: RosterField, text: string | null): FieldValue {
  if (text === null) return null;
  switch (type) {
    case 'integer':
    case 'decimal':
    case 'float':
      // NaN and the infinities are no JSON.
      return /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? { number: text } : null;
    case 'boolean':
      return text === 'true';
    case 'instant':
      return formatInstant(BigInt(text));
    default:
      return text;
  }
}
