/**
 * Members of a cohort as calls take and answer them. Source: Behavioral Cohorts API, "Update cohort membership":
 * `BY_NAME` is by the user ids that the project itself gives.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Change, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { identifierOfKind } from '../normalise.ts';
import { retryAll } from '../receipts.ts';

export const KINDS = ['external_id'] as const;

/** In clear. Undefined for what cannot be a user's id. */
export function identifierOf(kind: string, value: string): string | undefined {
  if (kind !== 'external_id') return undefined;
  return value.trim() === '' ? undefined : value.trim();
}

/** Of one operation. Ids that Amplitude does not know are skipped, and named. */
export function membershipBody(cohort: string, ids: readonly string[], operation: 'ADD' | 'REMOVE') {
  return {
    cohort_id: cohort,
    skip_invalid_ids: true,
    memberships: [{ ids, id_type: 'BY_NAME', operation }],
  };
}

/** The body of a batch. */
export function batchBody(batch: Batch) {
  const ids = batch.changes.map((change) => userOf(change, batch.kinds));
  return membershipBody(batch.audience.ref, ids, batch.op === 'remove' ? 'REMOVE' : 'ADD');
}

function userOf(change: Change, kinds: Batch['kinds']): string {
  return identifierOfKind(change, 'external_id', kinds) ?? '';
}

const DELIVERED: Receipt = { kind: 'delivered' };
const UNKNOWN_USER: Receipt = {
  kind: 'rejected',
  daily: true,
  code: 'unknown_user',
  message: 'Amplitude does not know the user: it has to have sent an event there before',
};

/** What the answer says of each row. `now` in microseconds. */
export function outcomeOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const failed = failedCall(batch, answer, { title: 'Amplitude', type: 'amplitude', now });
  if (failed) return failed;
  const { status: httpStatus, json } = answer;
  const skipped = skippedIds(json);
  if (!skipped)
    return { receipts: retryAll(batch, 'no_answer', 'the answer is none of Amplitude’s'), httpStatus };
  const isLost = (change: Change): boolean =>
    batch.op !== 'remove' && skipped.has(userOf(change, batch.kinds));
  return {
    receipts: batch.changes.map((change) => (isLost(change) ? UNKNOWN_USER : DELIVERED)),
    httpStatus,
  };
}

function skippedIds(json: unknown): ReadonlySet<string> | undefined {
  if (!isRecord(json) || !Array.isArray(json.memberships_result)) return undefined;
  const results: readonly unknown[] = json.memberships_result;
  return new Set(
    results.flatMap((result) =>
      isRecord(result) && Array.isArray(result.skipped_ids) ? result.skipped_ids.map(String) : [],
    ),
  );
}
