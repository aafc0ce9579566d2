/** What a store's answer means. Pure. Source: the error responses of Amazon S3's API. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Instant } from '../../instant.ts';
import type { HttpResponse } from '../../world.ts';
import type { Batch, Outcome } from '../destination.ts';
import { retryAll } from '../receipts.ts';
import { retryAfterMs } from '../retry-after.ts';

export type Meaning = 'done' | 'later' | 'too large' | 'refused key' | 'unusable';

/** Some of them come with 400 or 403, and pass by themselves all the same. */
const LATER = new Set([
  'BadDigest',
  'ConditionalRequestConflict',
  'IncompleteBody',
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'SlowDown',
  'TemporaryRedirect',
  'ThrottlingException',
  'XAmzContentSHA256Mismatch',
]);

const REFUSED_KEY = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidSecurity',
  'InvalidToken',
  'NotSignedUp',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnauthorizedAccess',
]);

const TOO_LARGE = new Set(['EntityTooLarge', 'MaxMessageLengthExceeded']);

/** They come with 403, and no other key would help. */
const UNUSABLE = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'InvalidObjectState']);

export function meaningOf(answer: HttpResponse): Meaning {
  const { status } = answer;
  if (status >= 200 && status < 300) return 'done';
  const code = codeOf(answer) ?? '';
  if (LATER.has(code)) return 'later';
  if (REFUSED_KEY.has(code)) return 'refused key';
  if (TOO_LARGE.has(code) || status === 413) return 'too large';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'later';
  if (UNUSABLE.has(code)) return 'unusable';
  return status === 401 || status === 403 ? 'refused key' : 'unusable';
}

/** The first one, a word; the message beside it is not read: it may repeat what was sent. */
export function codeOf({ body }: Pick<HttpResponse, 'body'>): string | undefined {
  return /<Code>\s*([A-Za-z][A-Za-z0-9.]{0,63})\s*<\/Code>/.exec(body)?.[1];
}

/** What became of a part. Throws E406 and E407. */
export function outcomeOf(
  destination: string,
  batch: Batch,
  answer: HttpResponse,
  { now, part }: { readonly now: Instant; readonly part: string },
): Outcome {
  const { status: httpStatus, headers } = answer;
  const meaning = meaningOf(answer);
  if (meaning === 'done' && isStored(answer))
    return { receipts: batch.changes.map(() => ({ kind: 'delivered' })), httpStatus, part };
  if (meaning === 'done') return { receipts: retryAll(batch, 's3_no_etag', NO_STORE) };
  if (meaning === 'too large')
    return { refused: { code: 's3_too_large', message: `the store answered ${told(answer)}` }, httpStatus };
  if (meaning !== 'later') return refuse(destination, answer);
  const afterMs = retryAfterMs(headers['retry-after'], now);
  return {
    receipts: retryAll(batch, `s3_${httpStatus}`, `the store answered ${told(answer)}`, afterMs),
    httpStatus,
  };
}

/** Throws what a call that is about nobody has come to, unless it is done: E404, E406, E407. `of`: begins the message. */
export function expectDone(destination: string, answer: HttpResponse, of = ''): void {
  const meaning = meaningOf(answer);
  if (meaning === 'done') return;
  if (meaning === 'later') fail('E404', { destination, detail: `${of}it answers ${told(answer)}` });
  refuse(destination, answer, of);
}

/** A store names what it has stored: whoever does not is something in between. */
export function isStored({ headers }: Pick<HttpResponse, 'headers'>): boolean {
  return headers.etag !== undefined;
}

/** No answer of a store, though one of 2xx. */
export const NO_STORE = 'the answer is none of an S3 store’s';

function refuse(destination: string, answer: HttpResponse, of = ''): never {
  const detail = `${of}${told(answer)}`;
  if (meaningOf(answer) === 'refused key') fail('E406', { destination, detail, hint: keyHint(answer) });
  return fail('E407', {
    destination,
    detail: detailOf(answer, of),
    hint: HINTS[codeOf(answer) ?? ''] ?? HINT,
  });
}

function told(answer: HttpResponse): string {
  const code = codeOf(answer);
  return `HTTP ${answer.status}${code === undefined ? '' : ` (${code})`}`;
}

function keyHint(answer: HttpResponse): string {
  switch (codeOf(answer)) {
    case 'ExpiredToken':
    case 'TokenRefreshRequired':
      return 'the temporary credentials are over: get new ones';
    case 'SignatureDoesNotMatch':
      return 'check `secret_access_key`: it is not the secret of `access_key_id`';
    case 'AccessDenied':
      return 'let the key put objects below `prefix` (`s3:PutObject`) and list the bucket (`s3:ListBucket`, for checks)';
    default:
      return 'check `access_key_id`, `secret_access_key` and `session_token`';
  }
}

const HINT = 'check `bucket`, `region`, `endpoint` and the bucket’s own settings';

const HINTS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'make the bucket, or check `bucket` and `endpoint`',
  RequestTimeTooSkewed: 'set this machine’s clock right: a signature is good for a quarter of an hour',
};

function detailOf(answer: HttpResponse, of: string): string {
  const code = codeOf(answer);
  const region = regionOf(answer);
  if (code === 'NoSuchBucket') return `${of}there is no such bucket (HTTP ${answer.status})`;
  if (code === 'RequestTimeTooSkewed') return `${of}this machine’s clock and the store’s differ too much`;
  return region === undefined
    ? `${of}${told(answer)}`
    : `${of}${told(answer)}: the bucket is in \`${region}\``;
}

/** Where a bucket really is, of an answer to a request that was signed for another region, or sent there. */
function regionOf({ body, headers }: HttpResponse): string | undefined {
  const named = headers['x-amz-bucket-region'] ?? /<Region>([^<]*)<\/Region>/.exec(body)?.[1] ?? '';
  return /^[a-z0-9-]{1,40}$/.test(named) ? named : undefined;
}
