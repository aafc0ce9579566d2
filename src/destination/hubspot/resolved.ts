/**
 * Which records contacts are, by the answer of a batch. Source: HubSpot public API specification, `CRM/Contacts` 2026-03,
 * `BatchResponseSimplePublicObject`, `StandardError`; guide to error handling, multi-status errors.
 */
import type { ApiAnswer } from '../api.ts';
import type { Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { type ContactRef, nameOf } from './contacts.ts';

/** Categories of errors that pass by themselves. */
const LATER = /^(RATE_LIMITS?|INTERNAL_ERROR|SERVICE_UNAVAILABLE|TIMEOUT|CONFLICT)$/;

export interface Resolved {
  /** A contact's name -> its record's id. */
  readonly ids: Map<string, string>;
  /** Names of those about whom the call failed. */
  readonly failed: Map<string, Receipt>;
}

/**
 * Which records contacts are. `refs` are those that were asked for, in order; undefined where it is no such answer.
 * `all`: each of them must be there, as they are after an upsert.
 */
export function resolvedBy(
  { json }: ApiAnswer,
  refs: readonly ContactRef[],
  all: boolean,
): Resolved | undefined {
  if (!isRecord(json) || !Array.isArray(json.results)) return undefined;
  const resolved: Resolved = { ids: new Map(), failed: new Map() };
  for (const result of json.results) if (isRecord(result)) note(result, refs, resolved.ids);
  const errors = Array.isArray(json.errors) ? json.errors.filter(isRecord) : [];
  const vague = errors.filter((error) => !blame(error, refs, resolved.failed));
  const isVague = all || vague.length > 0 || (errors.length === 0 && Number(json.numErrors ?? 0) > 0);
  for (const name of isVague ? refs.map(nameOf) : []) {
    if (!resolved.ids.has(name) && !resolved.failed.has(name)) resolved.failed.set(name, UNCLEAR);
  }
  return resolved;
}

const UNCLEAR: Receipt = {
  kind: 'retry',
  code: 'unclear_errors',
  message: 'HubSpot tells of an error without saying whom it is about',
};

function note(
  { id, properties }: Record<string, unknown>,
  refs: readonly ContactRef[],
  ids: Map<string, string>,
): void {
  if (typeof id !== 'string' || !isRecord(properties)) return;
  for (const property of new Set(refs.map((ref) => ref.property))) {
    const more = property === 'email' ? String(properties.hs_additional_emails ?? '').split(';') : [];
    for (const value of [properties[property], ...more])
      if (typeof value === 'string' && value !== '') ids.set(nameOf({ property, value }), id);
  }
}

/** Writes down whom an error is about; false where that cannot be told. That somebody is unknown is no failure. */
function blame(
  error: Record<string, unknown>,
  refs: readonly ContactRef[],
  failed: Map<string, Receipt>,
): boolean {
  const category = typeof error.category === 'string' ? error.category : '';
  if (category === 'OBJECT_NOT_FOUND') return true;
  const whom = blamed(isRecord(error.context) ? error.context : {}, refs);
  for (const ref of whom) failed.set(nameOf(ref), receiptOf(category));
  return whom.length > 0;
}

function blamed(context: Record<string, unknown>, refs: readonly ContactRef[]): ContactRef[] {
  const texts = (name: string): unknown[] => [context[name] ?? []].flat();
  const traces = texts('objectWriteTraceId').flatMap((trace) => refs[Number(trace)] ?? []);
  const values = new Set([...texts('ids'), ...texts('id')]);
  return [...traces, ...refs.filter(({ value }) => values.has(value))];
}

/** A code only: HubSpot's messages repeat what was sent. */
function receiptOf(category: string): Receipt {
  const said = /^[A-Z_]{1,40}$/.test(category) ? `: ${category}` : '';
  const message = `HubSpot refused the contact${said}`;
  return { kind: LATER.test(category) ? 'retry' : 'rejected', code: 'hubspot_contact', message };
}
