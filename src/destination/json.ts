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
  const members = Object.entries(fields).map(
    ([name, value]) => `${JSON.stringify(name)}:${fieldJson(value)}`,
  );
  return `{${members.join(',')}}`;
}

/**
 * A change as one line of JSON with the members `op`, `key`, `segment` (only when given), `caused_at`,
 * `identifiers`, `fields`.
 */
export function changeJson(change: Change, segment?: string): string {
  const members = [
    `"op":${JSON.stringify(change.op)}`,
    `"key":${JSON.stringify(change.key)}`,
    ...(segment === undefined ? [] : [`"segment":${JSON.stringify(segment)}`]),
    `"caused_at":"${formatInstant(change.causedAt)}"`,
    `"identifiers":${JSON.stringify(change.identifiers)}`,
    `"fields":${fieldsJson(change.fields)}`,
  ];
  return `{${members.join(',')}}`;
}
