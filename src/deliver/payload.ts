/** What a sync sends of a person: identifiers and fields in the destination's form, made of a roster's row. */
import type { Roster, RosterField } from '../compile/roster.ts';
import type { DestinationSession, FieldValue } from '../destination/destination.ts';
import { formatInstant } from '../instant.ts';
import type { Row } from '../warehouse/warehouse.ts';
import { hashOf } from './canonical.ts';

export type Identifiers = Readonly<Record<string, string>>;
export type Fields = Readonly<Record<string, FieldValue>>;

export interface Payload {
  readonly identifiers: Identifiers;
  readonly fields: Fields;
  readonly hash: string;
}

/** Identifiers that are NULL or that the destination cannot use are left out. */
export function payloadOf(
  row: Row,
  roster: Roster,
  destination: Pick<DestinationSession, 'identifier'>,
): Payload {
  const known = roster.identifiers.flatMap(({ name, kind, column, defaultCountry }) => {
    const raw = row[column];
    if (raw === null || raw === undefined) return [];
    const value = destination.identifier(kind, raw, defaultCountry ? { defaultCountry } : {});
    return value === undefined ? [] : [[name, value] as const];
  });
  // From entries: an assignment to `__proto__` would be lost.
  const identifiers: Identifiers = Object.fromEntries(known);
  const fields: Fields = Object.fromEntries(
    roster.fields.map((field) => [field.name, fieldValue(field, row[field.column] ?? null)]),
  );
  return { identifiers, fields, hash: payloadHash(identifiers, fields) };
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
