/**
 * What the answers of the Data Manager API mean. An error is told by its reasons, else by its HTTP status; sources:
 * `google/ads/datamanager/v1/error.proto`, and the guide's page on errors.
 */
import type { ApiAnswer } from '../api.ts';
import { isRecord } from '../json.ts';

export interface GoogleError {
  readonly status: number;
  /** The most telling of its reasons, a word in capitals; empty where it names none. */
  readonly reason: string;
  /** `credentials`, `account` and `list` stop the sync; `refused` is about what was sent. */
  readonly kind: 'later' | 'credentials' | 'account' | 'list' | 'refused';
  /** Milliseconds to wait, where the answer tells. */
  readonly waitMs?: number;
}

/** What only the account's owner can mend, and how. */
export const ACCOUNT_HINTS: Readonly<Record<string, string>> = {
  TERMS_AND_CONDITIONS_NOT_SIGNED: 'accept the Customer Match terms of the account in Google Ads',
  EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED:
    'declare in Google Ads of every campaign of the account whether it is EU political advertising',
  NOT_ALLOWLISTED: 'Google has to let the account use Customer Match',
  ADVERTISER_NOT_ALLOWLISTED_FOR_UPLOADED_DATA: 'Google has to let the account use Customer Match',
  USER_LIST_TYPE_NOT_SUPPORTED_FOR_ACCOUNT: 'the account may not have lists of this `upload_key_type`',
  DESTINATION_ACCOUNT_TYPE_MISMATCH: '`account_id` has to be that of a Google Ads account',
  OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH: 'check `login_account_id` against the account’s managers',
};

/** The list is gone, or another one than it was. */
const LIST = /^(NOT_FOUND|INVALID_USER_LIST_ID|INVALID_USER_LIST_TYPE|INVALID_DESTINATION)$/;
const CREDENTIALS = /^(UNAUTHENTICATED|PERMISSION_DENIED)$/;
/** A quota of a day is not there again within minutes. */
const HOUR_MS = 3_600_000;

/** The error that an answer tells of; undefined when it is none. */
export function errorOf({ status, json }: ApiAnswer): GoogleError | undefined {
  const error = isRecord(json) && isRecord(json.error) ? json.error : undefined;
  if (!error && status >= 200 && status < 300 && isRecord(json)) return undefined;
  const details = detailsOf(error);
  const reasons = [...details.flatMap(reasonsOf), error?.status].filter(isReason);
  const reason = reasons.find((each) => each in ACCOUNT_HINTS || LIST.test(each)) ?? reasons[0] ?? '';
  const wait = waitMs(details);
  return { status, reason, kind: kindOf(status, reason), ...(wait === undefined ? {} : { waitMs: wait }) };
}

function kindOf(status: number, reason: string): GoogleError['kind'] {
  if (status === 408 || status === 429 || status >= 500 || status < 400) return 'later';
  if (reason in ACCOUNT_HINTS) return 'account';
  if (status === 401 || CREDENTIALS.test(reason)) return 'credentials';
  if (LIST.test(reason) || status === 404) return 'list';
  return status === 403 ? 'credentials' : 'refused';
}

/** Words in capitals alone: whatever else it says may repeat what was sent. */
function isReason(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z][A-Z_0-9]{2,80}$/.test(value);
}

function detailsOf(error: Record<string, unknown> | undefined): Record<string, unknown>[] {
  return Array.isArray(error?.details) ? error.details.filter(isRecord) : [];
}

/** Of an `ErrorInfo` its own, of a `BadRequest` those of its fields. */
function reasonsOf({ reason, fieldViolations }: Record<string, unknown>): unknown[] {
  const fields = Array.isArray(fieldViolations) ? fieldViolations.filter(isRecord) : [];
  return [...fields.map((field) => field.reason), reason];
}

/** `RetryInfo` says it as `12s`; of a quota its name tells the window. */
function waitMs(details: readonly Record<string, unknown>[]): number | undefined {
  for (const { retryDelay, metadata } of details) {
    const seconds = typeof retryDelay === 'string' ? /^(\d+(\.\d+)?)s$/.exec(retryDelay)?.[1] : undefined;
    if (seconds !== undefined) return Math.min(Math.ceil(Number(seconds) * 1000), HOUR_MS);
    const quota = isRecord(metadata) ? String(metadata.quota_limit) : '';
    if (/PerDay/.test(quota)) return HOUR_MS;
  }
  return undefined;
}

/** The job that has the rows; undefined where the answer does not name it. */
export function requestIdOf(json: unknown): string | undefined {
  const id = isRecord(json) ? json.requestId : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
}
