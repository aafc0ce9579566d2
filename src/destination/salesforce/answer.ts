/** What Salesforce's answers mean. Source: REST API, "Status Codes and Error Responses", sObject Collections results. */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

const DELIVERED: Receipt = { kind: 'delivered' };

/** Codes of records that may be written a moment later. */
const LATER = new Set(['UNABLE_TO_LOCK_ROW', 'SERVER_UNAVAILABLE', 'REQUEST_RUNNING_TOO_LONG']);

/** 403 also says that the day's calls are used up: that passes, and the credentials are right. */
export function isOverLimit({ status, json }: ApiAnswer): boolean {
  return status === 403 && codesIn(json).includes('REQUEST_LIMIT_EXCEEDED');
}

/** The codes of an answer that is a list of errors. */
export function codesIn(json: unknown): string[] {
  const errors: readonly unknown[] = Array.isArray(json) ? json : [];
  return errors.flatMap((error) => (isRecord(error) ? codeOf(error.errorCode ?? error.statusCode) : []));
}

/** A code is a word in capitals; anything else may hold what was sent. */
function codeOf(code: unknown): string[] {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,80}$/.test(code) ? [code] : [];
}

/** Of a call that failed as a whole. `now` in microseconds. */
export function failedOutcome(batch: Batch, answer: ApiAnswer, now: bigint): Outcome | undefined {
  if (isOverLimit(answer)) {
    const message = 'the day’s API calls of the organization are used up';
    return { receipts: retryAll(batch, 'salesforce_limit', message), httpStatus: answer.status };
  }
  return failedCall(batch, answer, { title: 'Salesforce', type: 'salesforce', now });
}

/** Results in the order of the records; undefined where there are not as many. */
export function resultsOf(json: unknown, records: number): Receipt[] | undefined {
  if (!Array.isArray(json) || json.length !== records) return undefined;
  return (json as readonly unknown[]).map((result) => {
    if (isRecord(result) && result.success === true) return DELIVERED;
    const [code = 'refused'] = isRecord(result) ? codesIn(result.errors) : [];
    const kind = LATER.has(code) ? 'retry' : 'rejected';
    return { kind, code: `salesforce_${code.toLowerCase()}`, message: 'Salesforce refuses the record' };
  });
}

/** Of several records of one row the worst counts. */
export function worstOf(receipts: readonly Receipt[]): Receipt {
  return (
    receipts.find(({ kind }) => kind === 'retry') ??
    receipts.find(({ kind }) => kind === 'rejected') ??
    DELIVERED
  );
}
