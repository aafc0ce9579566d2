/** One spelling for equal values, and hashes of it. */
import { hash } from 'node:crypto';

/** JSON with the names of every object in order. Names whose value is undefined are left out. */
export function canonicalJson(value: unknown): string {
  return (isInOrder(value) ? JSON.stringify(value) : textOf(value)) ?? 'null';
}

/** SHA-256 in lower-case hexadecimal of the canonical JSON. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex');
}

/** Most values are made in order, and native code spells those several times as quickly. */
function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isInOrder);
  const record = value as Record<string, unknown>;
  const names = Object.keys(record);
  for (let at = 1; at < names.length; at++) if (names[at]! < names[at - 1]!) return false;
  return names.every((name) => isInOrder(record[name]));
}

/** By hand: every member that is sent is hashed, and a replacer of `JSON.stringify` takes several times as long. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Record<string, unknown>;
  let members = '';
  for (const name of namesInOrder(record)) {
    const text = textOf(record[name]);
    if (text !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  return `{${members}}`;
}

/** Names that are whole numbers come first and by their value, as they do in every object. */
function namesInOrder(record: Record<string, unknown>): string[] {
  const names = Object.keys(record);
  if (names.length > 1 && /^\d/.test(names[0]!)) {
    return Object.keys(Object.fromEntries(names.toSorted().map((name) => [name, undefined])));
  }
  for (let at = 1; at < names.length; at++) if (names[at]! < names[at - 1]!) return names.sort();
  return names;
}
