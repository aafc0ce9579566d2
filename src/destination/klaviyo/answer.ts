/**
 * What Klaviyo's answers mean. Source: Klaviyo OpenAPI, `bulk_import_profiles`, `get_bulk_import_profiles_job`,
 * `get_errors_for_bulk_import_profiles_job`, `get_profiles`.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, JobState, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { type Attribute, nameOf, type ProfileRef } from './profiles.ts';

/** Why a whole call failed, where it did; a lost list and bad credentials are told apart before. */
export function failureOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome | undefined {
  return failedCall(batch, answer, { title: 'Klaviyo', type: 'klaviyo', now });
}

export function unclear(batch: Batch, { status }: ApiAnswer): Outcome {
  return { receipts: retryAll(batch, 'no_answer', 'the answer is none of Klaviyo’s'), httpStatus: status };
}

/** A job has the rows: it is asked after later. */
export function importOutcome(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const failed = failureOf(batch, answer, now);
  if (failed) return failed;
  const data = isRecord(answer.json) && isRecord(answer.json.data) ? answer.json.data : {};
  if (typeof data.id !== 'string' || data.id === '') return unclear(batch, answer);
  const receipt: Receipt = { kind: 'accepted', job: data.id };
  return { receipts: batch.changes.map(() => receipt), httpStatus: answer.status };
}

/**
 * Events are taken without a word of the single ones. 409 tells of ids that are there already, which are all of the
 * batch's or none; that it is 409 is unconfirmed.
 */
export function eventsOutcome(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const failed = answer.status === 409 ? undefined : failureOf(batch, answer, now);
  return failed ?? { receipts: batch.changes.map(() => ({ kind: 'unknown' })), httpStatus: answer.status };
}

/** Who was found is off the list, whether they were on it or not; an unknown profile is on none. */
export function removalReceipts(
  refs: readonly (ProfileRef | undefined)[],
  found: ReadonlyMap<string, string>,
): Receipt[] {
  return refs.map((ref) => ({ kind: ref && found.has(nameOf(ref)) ? 'delivered' : 'missing' }));
}

/** The list of an answer, or undefined where it has none. */
export function dataOf({ json }: ApiAnswer): Record<string, unknown>[] | undefined {
  return isRecord(json) && Array.isArray(json.data) ? json.data.filter(isRecord) : undefined;
}

/** The next page's cursor. Only that is taken from its address, which may be another's. */
export function cursorOf({ json }: ApiAnswer): string | undefined {
  const next = isRecord(json) && isRecord(json.links) ? json.links.next : undefined;
  if (typeof next !== 'string') return undefined;
  return new URLSearchParams(next.slice(next.indexOf('?') + 1)).get('page[cursor]') ?? undefined;
}

/** Attributes of a resource. */
export function attributesOf(resource: Record<string, unknown>): Record<string, unknown> {
  return isRecord(resource.attributes) ? resource.attributes : {};
}

/** `ended`: some rows failed, and it has to be asked which. */
export function jobOf({ status, json }: ApiAnswer): JobState | { readonly kind: 'ended'; failed: number } {
  const [code, message] = [`klaviyo_${status}`, `Klaviyo answers HTTP ${status} when asked after the job`];
  // Jobs expire: one that is not there any more is made again, which changes nothing for who is on the list.
  if (status === 404) return { kind: 'failed', again: true, code, message };
  const data = status === 200 && isRecord(json) && isRecord(json.data) ? json.data : {};
  const { status: state, failed_count: failed } = attributesOf(data);
  if (state === 'cancelled')
    return { kind: 'failed', again: true, code: 'cancelled', message: 'Klaviyo cancelled the job' };
  if (state !== 'complete') return { kind: 'running' };
  return Number(failed ?? 0) > 0 ? { kind: 'ended', failed: Number(failed) } : { kind: 'done' };
}

/** Why profiles were not imported, by their names; each error repeats the profile as it was sent. */
export function importErrors(errors: readonly Record<string, unknown>[], by: readonly Attribute[]) {
  const failed = new Map<string, { code: string; message: string }>();
  for (const error of errors) {
    const { code, original_payload: payload } = attributesOf(error);
    const said = typeof code === 'string' && /^[a-z_-]{1,40}$/.test(code) ? `: ${code}` : '';
    for (const ref of refsOf(payload, by))
      failed.set(nameOf(ref), {
        code: 'not_imported',
        message: `Klaviyo could not import the profile${said}`,
      });
  }
  return failed;
}

/** The payload is a profile, or only its attributes: the documentation does not say. */
function refsOf(payload: unknown, by: readonly Attribute[]): ProfileRef[] {
  const inner = isRecord(payload) && isRecord(payload.data) ? payload.data : payload;
  const attributes = isRecord(inner) && isRecord(inner.attributes) ? inner.attributes : inner;
  if (!isRecord(attributes)) return [];
  return by.flatMap((attribute) => {
    const value = attributes[attribute];
    return typeof value === 'string' ? [{ attribute, value }] : [];
  });
}
