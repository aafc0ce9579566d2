/** JSON in which a number keeps the exact text that the warehouse gave it. */
import { formatInstant } from '../instant.ts';
import type { Change, FieldValue } from './destination.ts';

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** One value. A number that JSON cannot write (`NaN`, say) becomes a string. */
export function fieldJson(value: FieldValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return JSON_NUMBER.test(value.number) ? value.number : JSON.stringify(value.number);
}

/** An object of payload fields, in their order. */
export function fieldsJson(fields: Readonly<Record<string, FieldValue>>): string {
  let members = '';
  for (const name of Object.keys(fields)) {
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${fieldJson(fields[name]!)}`;
  }
  return `{${members}}`;
}

/**
 * A change as one line of JSON with the members `op`, `key`, `segment` (only when given), `caused_at`,
 * `identifiers`, `fields`.
 */
export function changeJson(change: Change, segment?: string): string {
  const { op, key, causedAt, identifiers, fields } = change;
  const within = segment === undefined ? '' : `,"segment":${JSON.stringify(segment)}`;
  return (
    `{"op":${JSON.stringify(op)},"key":${JSON.stringify(key)}${within},"caused_at":"${formatInstant(causedAt)}",` +
    `"identifiers":${JSON.stringify(identifiers)},"fields":${fieldsJson(fields)}}`
  );
}

/** Payload fields for an API that takes JSON's own numbers: digits beyond those of a double are lost. */
export function plainFields(fields: Change['fields']): Record<string, unknown> {
  const plain = (value: FieldValue): unknown =>
    value !== null && typeof value === 'object' ? Number(value.number) : value;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
}

/** At least the bytes that a change's values take, with `around` for what stands beside them. */
export function changeBytes(change: Change, around: number): number {
  return Buffer.byteLength(changeJson(change)) + around;
}

/** What JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `changeJson`, made once for a change though it is asked for its size and again for its text. */
export function rememberedJson(): typeof changeJson {
  const texts = new WeakMap<Change, string>();
  return (change, segment) => {
    const known = texts.get(change);
    if (known !== undefined) return known;
    const text = changeJson(change, segment);
    texts.set(change, text);
    return text;
  };
}
