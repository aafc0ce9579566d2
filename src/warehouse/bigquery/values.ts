/** Cells of an answer -> exact text. */
import { formatInstant } from '../../instant.ts';
import type { SqlType } from '../dialect.ts';
import type { Column, Row } from '../warehouse.ts';

/** A text, NULL, or what a record or an array is made of. */
export type Cell = string | null | object;

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
}

/** By the names that the API has for types, old and new. */
const TYPES: Readonly<Record<string, SqlType>> = {
  STRING: 'text',
  INTEGER: 'integer',
  INT64: 'integer',
  NUMERIC: 'decimal',
  BIGNUMERIC: 'decimal',
  FLOAT: 'float',
  FLOAT64: 'float',
  BOOLEAN: 'boolean',
  BOOL: 'boolean',
  TIMESTAMP: 'instant',
  DATETIME: 'timestamp',
  DATE: 'date',
  JSON: 'json',
};

/** What CAST calls a type. */
const NAMES: Readonly<Record<string, string>> = { INTEGER: 'INT64', FLOAT: 'FLOAT64', BOOLEAN: 'BOOL' };

export function columnOf({ name, type, mode }: Field): Column {
  const native = NAMES[type] ?? type;
  if (mode === 'REPEATED') return { name, type: 'other', native: `ARRAY<${native}>` };
  return { name, type: TYPES[type] ?? 'other', native };
}

/** Instants come as microseconds since 1970. */
export function rowOf(fields: readonly Field[], { f }: { readonly f: readonly { readonly v: Cell }[] }): Row {
  const row: Record<string, string | null> = {};
  for (const [index, field] of fields.entries()) row[field.name] = textOf(field, f[index]!.v);
  return row;
}

function textOf({ type, mode }: Field, value: Cell): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  return type === 'TIMESTAMP' && mode !== 'REPEATED' ? formatInstant(BigInt(value)) : value;
}
