/**
 * What SendGrid's answers mean. Source: `tsg_mc_contacts_v3`: `PutMarketingContacts`, `ContactImport`,
 * `PostMarketingContactsSearchEmails`; `tsg_mc_lists_v3`: `DeleteContact`.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, JobState, Outcome } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

/** Of a call that failed as a whole. `now` in microseconds. */
export function failedOutcome(batch: Batch, answer: ApiAnswer, now: bigint): Outcome | undefined {
  // A page of something in between says 404, too.
  if (answer.status === 404 && !isRecord(answer.json)) return unread(batch, answer);
  return failedCall(batch, answer, { title: 'SendGrid', type: 'sendgrid', now });
}

export function unread(batch: Batch, { status }: ApiAnswer): Outcome {
  return { receipts: retryAll(batch, 'no_answer', 'the answer is none of SendGrid’s'), httpStatus: status };
}

/** Of an upsert: a job has its rows. One invalid address refuses all of them. */
export function upsertOutcome(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const failed = failedOutcome(batch, answer, now);
  if (failed) return failed;
  const { json, status } = answer;
  const job = isRecord(json) ? json.job_id : undefined;
  if (typeof job !== 'string' || job === '') return unread(batch, answer);
  return { receipts: batch.changes.map(() => ({ kind: 'accepted', job })), httpStatus: status };
}

/** An upsert says so of a list that it does not know: 404, or an error about `list_ids`. */
export function isListGone({ status, json }: ApiAnswer): boolean {
  if (!isRecord(json)) return false;
  const errors: readonly unknown[] = Array.isArray(json.errors) ? json.errors : [];
  const isAboutList = errors.some((error) => isRecord(error) && String(error.field).startsWith('list_ids'));
  return status === 404 || (status === 400 && isAboutList);
}

/** Identifier in lower case -> id of the contact, of a look-up. Undefined for an answer that is none. */
export function contactsIn({ status, json }: ApiAnswer): ReadonlyMap<string, string> | undefined {
  if (!isRecord(json)) return undefined;
  // Nobody of those who were asked for.
  if (status === 404) return new Map();
  if (!isRecord(json.result)) return undefined;
  const found = new Map<string, string>();
  for (const [identifier, entry] of Object.entries(json.result)) {
    const contact = isRecord(entry) ? entry.contact : undefined;
    if (isRecord(contact) && typeof contact.id === 'string') found.set(identifier.toLowerCase(), contact.id);
  }
  return found;
}

/**
 * What became of an upsert. It counts the contacts that it could not use; which they are stands in a file that is not
 * read. A state that is not known counts as running.
 */
export function jobStateOf(json: unknown): JobState {
  const { status, results } = isRecord(json) ? json : {};
  switch (status) {
    case 'completed':
      return { kind: 'done' };
    case 'errored': {
      const errored = isRecord(results) ? Number(results.errored_count) : Number.NaN;
      return { kind: 'done', invalid: Number.isSafeInteger(errored) && errored > 0 ? errored : 1 };
    }
    case 'failed':
      return {
        ...{ kind: 'failed', again: false, code: 'sendgrid_failed' },
        message: 'SendGrid could use no contact of the job',
      };
    default:
      return { kind: 'running' };
  }
}
