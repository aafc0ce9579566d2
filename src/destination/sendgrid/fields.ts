/**
 * Fields as values of contacts. Custom fields go by their ids, fields of SendGrid's own by their names. Source:
 * `tsg_mc_custom_fields_v3`, `ListFieldDefinition`; `tsg_mc_contacts_v3`, `ContactRequest`.
 */
import type { Batch, Change, FieldValue } from '../destination.ts';
import { isRecord } from '../json.ts';

/** Those of SendGrid's own that a contact can be sent with and that are one text. */
const RESERVED = [
  ...['first_name', 'last_name', 'address_line_1', 'address_line_2'],
  ...['city', 'state_province_region', 'postal_code', 'country'],
];

interface Column {
  /** Undefined for one of SendGrid's own. */
  readonly id?: string;
  readonly isNumber: boolean;
}

/** Name in lower case -> what it is there: names differ by more than their case. */
export type Columns = ReadonlyMap<string, Column>;

export const RESERVED_COLUMNS: Columns = new Map(RESERVED.map((name) => [name, { isNumber: false }]));

/** Undefined where the answer lists none. */
export function columnsIn(json: unknown): Columns | undefined {
  if (!isRecord(json) || !Array.isArray(json.custom_fields)) return undefined;
  const own = json.custom_fields.filter(isRecord).flatMap(({ id, name, field_type }) => {
    if (typeof id !== 'string' || typeof name !== 'string') return [];
    return [[name.toLowerCase(), { id, isNumber: field_type === 'Number' }] as const];
  });
  return new Map<string, Column>([...own, ...RESERVED_COLUMNS]);
}

/** For people who look at a request before anything was asked: names stand for ids. */
export function columnsNamedAs(batch: Batch): Columns {
  const named = namesIn(batch).map(
    (name) => [name.toLowerCase(), { id: `<id of ${name}>`, isNumber: false }] as const,
  );
  return new Map<string, Column>([...named, ...RESERVED_COLUMNS]);
}

export function namesIn(batch: Batch): string[] {
  return [...new Set(batch.changes.flatMap(({ fields }) => Object.keys(fields)))];
}

/** A contact's part that holds the fields. */
export function valuesOf(fields: Change['fields'], columns: Columns): Record<string, unknown> {
  const reserved: Record<string, unknown> = {};
  const custom: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const column = columns.get(name.toLowerCase());
    if (column?.id === undefined) reserved[name.toLowerCase()] = textOf(value);
    else custom[column.id] = column.isNumber ? numberOf(value) : textOf(value);
  }
  return Object.keys(custom).length === 0 ? reserved : { ...reserved, custom_fields: custom };
}

function textOf(value: FieldValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? value.number : String(value);
}

/** Digits beyond those of a double are lost. What is no number is sent as it is, and SendGrid says so. */
function numberOf(value: FieldValue): number | string | null {
  const number = Number(typeof value === 'object' && value !== null ? value.number : Number.NaN);
  return Number.isFinite(number) ? number : textOf(value);
}
