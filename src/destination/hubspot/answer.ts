/**
 * What HubSpot's answers mean for rows. Source: HubSpot public API specification, `CRM/Lists` 2026-03,
 * `MembershipsUpdateResponse`; guide to error handling.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { retryAfterMs } from '../retry-after.ts';
import { type ContactRef, nameOf } from './contacts.ts';
import type { Resolved } from './resolved.ts';

/** Locked for now, or moving to another data centre: both pass. */
const PASSING = new Set([423, 477]);

/** Why a whole call failed, where it did; a lost list and bad credentials are told apart before. */
export function failureOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome | undefined {
  const { status, headers } = answer;
  if (!PASSING.has(status)) return failedCall(batch, answer, { title: 'HubSpot', type: 'hubspot', now });
  const afterMs = retryAfterMs(headers['retry-after'], now);
  return {
    receipts: retryAll(batch, `hubspot_${status}`, `HubSpot answered HTTP ${status}`, afterMs),
    httpStatus: status,
  };
}

export function unclear(batch: Batch, { status }: ApiAnswer): Outcome {
  return { receipts: retryAll(batch, 'no_answer', 'the answer is none of HubSpot’s'), httpStatus: status };
}

const NOT_FOUND: Receipt = {
  kind: 'rejected',
  daily: true,
  code: 'not_found',
  message: 'HubSpot does not know the contact, and `create_contacts` is false',
};
const UNKNOWN_PROPERTY: Receipt = {
  kind: 'rejected',
  code: 'unknown_property',
  message: 'added by another `id_property`, which is not known any more',
};
const GONE: Receipt = {
  kind: 'retry',
  code: 'record_missing',
  message: 'the contact went away between two calls',
};

/** Ids that the list's change did not find, or undefined where the answer is none. */
export function missingIds({ json }: ApiAnswer): ReadonlySet<unknown> | undefined {
  if (!isRecord(json)) return undefined;
  return new Set(Array.isArray(json.recordIdsMissing) ? json.recordIdsMissing.map(String) : []);
}

/** What became of each row. Who is on the list already, or is not, is no failure. */
export function receiptsOf(
  { op }: Batch,
  refs: readonly (ContactRef | undefined)[],
  resolved: Resolved,
  missing: ReadonlySet<unknown>,
): Receipt[] {
  const isAdd = op !== 'remove';
  return foundReceipts(refs, resolved, {
    absent: isAdd ? NOT_FOUND : { kind: 'missing' },
    found: (id) => (isAdd && missing.has(id) ? GONE : { kind: 'delivered' }),
  });
}

/** Nothing is said of single events: HubSpot works off later what it takes. */
export function sentReceipts(refs: readonly (ContactRef | undefined)[], resolved: Resolved): Receipt[] {
  return foundReceipts(refs, resolved, { absent: NOT_FOUND, found: () => ({ kind: 'unknown' }) });
}

interface Verdicts {
  readonly absent: Receipt;
  readonly found: (id: string) => Receipt;
}

function foundReceipts(
  refs: readonly (ContactRef | undefined)[],
  { ids, failed }: Resolved,
  { absent, found }: Verdicts,
): Receipt[] {
  return refs.map((ref) => {
    if (!ref) return UNKNOWN_PROPERTY;
    const id = ids.get(nameOf(ref));
    return id === undefined ? (failed.get(nameOf(ref)) ?? absent) : found(id);
  });
}
