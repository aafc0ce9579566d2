/** One spelling for equal values, and hashes of it. */
import { createHash } from 'node:crypto';

/** JSON with the names of every object in order. Names whose value is undefined are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (isRecord(each) ? inOrder(each) : each));
}

/** SHA-256 in lower-case hexadecimal of the canonical JSON. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inOrder(record: Record<string, unknown>): Record<string, unknown> {
  // Most come in order: a comparison of neighbours is far cheaper than another object.
  if (Object.keys(record).every((name, index, names) => index === 0 || names[index - 1]! < name))
    return record;
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
