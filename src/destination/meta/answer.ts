/**
 * What Meta's answers mean. An error is told by its code, also inside HTTP 200; sources: Graph API error handling,
 * and Marketing API rate limiting.
 */
import type { ApiAnswer } from '../api.ts';
import { isRecord } from '../json.ts';

export interface MetaError {
  /** 0 where the answer is no JSON. */
  readonly code: number;
  readonly subcode: number;
  readonly status: number;
  /** `credentials` and `audience` stop the sync; `refused` is about what was sent. */
  readonly kind: 'later' | 'credentials' | 'permission' | 'audience' | 'row' | 'refused';
}

/** Unknown and service errors, limits of calls, and a temporary lock. */
const LATER = new Set([1, 2, 4, 17, 32, 341, 613, 80003, 80004, 80014]);
const CREDENTIALS = new Set([102, 190]);
const PERMISSION = new Set([3, 10, 200, 272, 294]);
/** Deleted, or no longer shared with the account. */
const NO_AUDIENCE = new Set([1487301, 1487366]);
/** A removal that would make a small audience too small, say: final for today. */
const ROW = new Set([2650]);
/** The audience may not be used any more. */
const BLOCKED_SUBCODE = 1713230;

/** The error that an answer tells of; undefined when it is none. */
export function errorOf({ status, json }: ApiAnswer): MetaError | undefined {
  const error = isRecord(json) && isRecord(json.error) ? json.error : undefined;
  if (!error) {
    if (status < 300 && isRecord(json)) return undefined;
    const isLater = status < 400 || status === 408 || status === 429 || status >= 500;
    return { code: 0, subcode: 0, status, kind: isLater ? 'later' : kindOfStatus(status) };
  }
  const [code, subcode] = [Number(error.code ?? 0), Number(error.error_subcode ?? 0)];
  return { code, subcode, status, kind: kindOf(code, subcode, status, error.is_transient === true) };
}

function kindOf(code: number, subcode: number, status: number, isTransient: boolean): MetaError['kind'] {
  if (CREDENTIALS.has(code)) return 'credentials';
  if (PERMISSION.has(code)) return 'permission';
  if (NO_AUDIENCE.has(code) || subcode === BLOCKED_SUBCODE) return 'audience';
  if (isTransient || LATER.has(code) || status === 429 || status >= 500) return 'later';
  return ROW.has(code) ? 'row' : 'refused';
}

function kindOfStatus(status: number): MetaError['kind'] {
  if (status === 401) return 'credentials';
  return status === 403 ? 'permission' : 'refused';
}

/** Milliseconds until calls are let through again, by the usage header; undefined where it does not say. */
export function regainMs(headers: Readonly<Record<string, string>>): number | undefined {
  const text = headers['x-business-use-case-usage'];
  const minutes = text === undefined ? [] : [...text.matchAll(/"estimated_time_to_regain_access":\s*(\d+)/g)];
  const most = Math.max(0, ...minutes.map(([, number]) => Number(number)));
  return most > 0 ? most * 60_000 : undefined;
}

/** How many rows the other side could not use; it does not say which. */
export function invalidRows(json: unknown): number {
  const count = isRecord(json) ? Number(json.num_invalid_entries ?? 0) : 0;
  return Number.isInteger(count) && count > 0 ? count : 0;
}
