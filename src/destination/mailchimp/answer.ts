/**
 * What Mailchimp's answers mean: who failed is named by the address. Source: Mailchimp Marketing API, responses of
 * `lists` (batch) and `lists/segments` (batch add or remove), and the error glossary.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

/** At very high volume Mailchimp answers 403 without a body of its own: that passes. */
export function isThrottled({ status, json }: ApiAnswer): boolean {
  return status === 403 && json === undefined;
}

/** Why a whole call failed, where it did; a lost segment and bad credentials are told apart before. */
export function failureOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome | undefined {
  const judge = { title: 'Mailchimp', type: 'mailchimp', now };
  if (!isThrottled(answer)) return failedCall(batch, answer, judge);
  const message = 'Mailchimp answered HTTP 403 without a word: too many calls';
  return { receipts: retryAll(batch, 'mailchimp_403', message), httpStatus: 403 };
}

export function unclear(batch: Batch, { status }: ApiAnswer): Outcome {
  return { receipts: retryAll(batch, 'no_answer', 'the answer is none of Mailchimp’s'), httpStatus: status };
}

export interface Failures {
  /** Address -> what Mailchimp says of it: only to be looked at, for it may repeat the address. */
  readonly named: ReadonlyMap<string, string>;
  /** It counts more failures than it names. */
  readonly unnamed: boolean;
}

/** Undefined where it is no such answer. */
export function failuresOf({ json }: ApiAnswer): Failures | undefined {
  if (!isRecord(json) || !Array.isArray(json.errors)) return undefined;
  const named = new Map<string, string>();
  for (const error of json.errors.filter(isRecord)) {
    const said = `${String(error.error_code ?? '')} ${String(error.error ?? '')}`;
    for (const address of [error.email_addresses ?? [], error.email_address ?? []].flat())
      if (typeof address === 'string') named.set(address.toLowerCase(), said);
  }
  return { named, unnamed: Number(json.error_count ?? 0) > 0 && named.size === 0 };
}

/** Who could not become a contact, and is none already. */
export function refusedNew({ named }: Failures): Map<string, Receipt> {
  const refused = [...named].filter(([, said]) => !said.startsWith('ERROR_CONTACT_EXISTS'));
  return new Map(refused.map(([address]) => [address, NOT_MADE]));
}

const NOT_MADE: Receipt = {
  kind: 'rejected',
  code: 'not_made',
  message:
    'Mailchimp takes the address as no contact: it is invalid, was deleted for good, or fields are required',
};
const NOT_IN_LIST = {
  kind: 'rejected',
  code: 'not_in_list',
  message: 'the audience has no such contact, and only contacts can be tagged, or have events',
} as const;
const NOT_REMOVED: Receipt = {
  kind: 'rejected',
  code: 'not_removed',
  message: 'Mailchimp did not take the contact out of the segment',
};
const UNCLEAR: Receipt = {
  kind: 'retry',
  code: 'unclear_errors',
  message: 'Mailchimp counts failures and does not say of whom',
};
/** How it says that somebody is no contact, or not in the segment; unconfirmed, so that anything else is tried again. */
const IS_ABSENT =
  /\b(not|isn.t|doesn.t|aren.t|no)\b.*\b(exist|found|list|audience|segment|member|subscri\w*)\b/i;

/** What became of an event. Somebody may become a contact any day. */
export function toldOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const { status: httpStatus } = answer;
  if (httpStatus === 404 && answer.json === undefined) return unclear(batch, answer);
  // It answers, and says whom it does not know: the other side is up.
  if (httpStatus === 404) return { receipts: [{ ...NOT_IN_LIST, daily: true }], httpStatus: 200 };
  return failureOf(batch, answer, now) ?? { receipts: [{ kind: 'delivered' }], httpStatus };
}

/** What became of each row. */
export function receiptsOf(
  { op }: Batch,
  addresses: readonly (string | undefined)[],
  { named, unnamed }: Failures,
  refused: ReadonlyMap<string, Receipt>,
): Receipt[] {
  return addresses.map((address = '') => {
    const before = refused.get(address);
    if (before) return before;
    const said = named.get(address);
    if (said === undefined) return unnamed ? UNCLEAR : { kind: 'delivered' };
    if (op !== 'remove') return NOT_IN_LIST;
    return IS_ABSENT.test(said) ? { kind: 'delivered' } : NOT_REMOVED;
  });
}
