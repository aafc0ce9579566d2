/**
 * What TikTok's answers mean. Its `code` decides, mostly inside HTTP 200; 0 is success. Source: TikTok Business API,
 * return codes; of those not named here only the first digit is taken.
 */
import type { ApiAnswer } from '../api.ts';
import { isRecord } from '../json.ts';

export interface TiktokError {
  readonly status: number;
  /** Undefined where the answer is none of the API's. */
  readonly code?: number;
  /** `credentials` stops the sync; `refused` is about what was sent. */
  readonly kind: 'later' | 'credentials' | 'refused';
}

/** Too many requests. */
const BUSY = 40100;
/** No permission; a token that is missing, wrong, expired or revoked, or an app that is none. */
const CREDENTIALS = new Set([40001, 40101, 40102, 40103, 40104, 40105, 40106]);

/** The error that an answer tells of; undefined when it is none. */
export function errorOf({ status, json }: ApiAnswer): TiktokError | undefined {
  const code = isRecord(json) && Number.isSafeInteger(json.code) ? (json.code as number) : undefined;
  if (code === 0 && status >= 200 && status < 300) return undefined;
  if (code === undefined || code === 0) return { status, kind: kindOfStatus(status) };
  return { status, code, kind: kindOf(code, status) };
}

/** A status of its own may come with any code; too many requests come with 401, too. */
function kindOf(code: number, status: number): TiktokError['kind'] {
  if (code === BUSY || status === 429 || status >= 500) return 'later';
  if (CREDENTIALS.has(code)) return 'credentials';
  return code >= 40_000 && code < 50_000 ? 'refused' : 'later';
}

function kindOfStatus(status: number): TiktokError['kind'] {
  if (status === 401 || status === 403) return 'credentials';
  return status < 400 || status === 408 || status === 429 || status >= 500 ? 'later' : 'refused';
}

/** Only numbers: TikTok's own words may repeat what was sent. */
export function wording({ status, code }: TiktokError): string {
  return code === undefined ? `it answered HTTP ${status}, and nothing of its API` : `TikTok's code ${code}`;
}
