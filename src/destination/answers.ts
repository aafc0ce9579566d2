/** What an answer means that says nothing of single rows: the same for every vendor, but for the name. */
import type { Instant } from '../instant.ts';
import type { ApiAnswer } from './api.ts';
import type { Batch, Outcome } from './destination.ts';
import { retryAll } from './receipts.ts';
import { retryAfterMs } from './retry-after.ts';

export interface Judge {
  /** The vendor's name, for messages. */
  readonly title: string;
  /** Begins the codes of receipts. */
  readonly type: string;
  readonly now: Instant;
  /** How long to wait, where the vendor says it otherwise than by `Retry-After`. */
  readonly waitMs?: (answer: ApiAnswer) => number | undefined;
}

/** The credentials are refused: the whole sync stops. */
export function isRefusedKey({ status }: Pick<ApiAnswer, 'status'>): boolean {
  return status === 401 || status === 403;
}

/**
 * The outcome of a call that failed as a whole: what may pass (408, 429, 5xx, and a redirect, which is not followed)
 * is tried again, anything else is refused. Undefined for 2xx: then the rows' own answers count.
 */
export function failedCall(batch: Batch, answer: ApiAnswer, judge: Judge): Outcome | undefined {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return undefined;
  const { title, type, now, waitMs } = judge;
  const [code, message] = [`${type}_${status}`, `${title} answered HTTP ${status}`];
  if (status === 408 || status === 425 || status === 429 || status >= 500 || status < 400) {
    const afterMs = retryAfterMs(headers['retry-after'], now) ?? waitMs?.(answer);
    return { receipts: retryAll(batch, code, message, afterMs), httpStatus: status };
  }
  return { refused: { code, message }, httpStatus: status };
}
