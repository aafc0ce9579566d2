/** What an answer means for the rows of a batch, by the rules of the options. */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { type Disclosure, openDisclosure } from '../disclosure.ts';
import { retryAll } from '../receipts.ts';
import type { AnswerRules, ErrorRules } from './options.ts';
import { at } from './pointer.ts';

export interface Judgement {
  readonly rules: AnswerRules;
  readonly now: bigint;
  readonly secrets: readonly string[];
}

const DELIVERED: Receipt = { kind: 'delivered' };

const UNCLEAR: Receipt = {
  kind: 'retry',
  code: 'unclear_errors',
  message: 'the API tells of an error without saying which row it is about',
};

/** Whether an answer says that the credentials are wrong. */
export function refusesCredentials({ status }: ApiAnswer, { statuses }: AnswerRules): boolean {
  return (statuses?.credentials ?? [401, 403]).includes(status);
}

/** Of an answer that does not refuse the credentials. */
export function outcomeOf(batch: Batch, answer: ApiAnswer, judgement: Judgement): Outcome {
  const { rules, now } = judgement;
  const { status, json } = answer;
  const named = rules.statuses ?? {};
  const httpStatus = status;
  if (named.missing?.includes(status) && batch.op === 'remove')
    return { receipts: batch.changes.map(() => ({ kind: 'missing' })), httpStatus: 200 };
  const [code, message] = [`http_${status}`, `the API answered HTTP ${status}`];
  if (named.retry?.includes(status)) return { receipts: retryAll(batch, code, message), httpStatus };
  if (!named.success?.includes(status)) {
    const failed = failedCall(batch, answer, { title: 'the API', type: 'http', now });
    if (failed) return failed;
  }
  const { ok } = rules;
  if (!isShaped(json, rules)) return noAnswer(batch, httpStatus);
  if (ok && !isOneOf(at(json, ok.at), ok.is)) return notOk(batch, rules, at(json, ok.at), httpStatus);
  const done = doneReceipt(answer, rules);
  if (!done) return noAnswer(batch, httpStatus);
  const receipts = receiptsOf(batch, json, judgement, done);
  const invalid = Number(rules.failed_count === undefined ? 0 : (at(json, rules.failed_count) ?? 0));
  return { receipts, httpStatus, ...(invalid > 0 ? { invalid } : {}) };
}

/** Whether the answer has what the rules read: errors may be left out where there are none, all else may not. */
function isShaped(json: unknown, { ok, errors, failed_count }: AnswerRules): boolean {
  const reads = ok !== undefined || errors !== undefined || failed_count !== undefined;
  if (reads && json === undefined) return false;
  const listed = errors === undefined ? undefined : at(json, errors);
  if (listed !== undefined && listed !== null && !Array.isArray(listed)) return false;
  return failed_count === undefined || isCount(at(json, failed_count));
}

function isCount(value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'string') && /^\d+$/.test(String(value));
}

function noAnswer(batch: Batch, httpStatus: number): Outcome {
  const message = 'the answer lacks what the options say is in it';
  return { receipts: retryAll(batch, 'no_answer', message), httpStatus };
}

/** A failure in a 2xx, of the whole call. */
function notOk(batch: Batch, rules: AnswerRules, value: unknown, httpStatus: number): Outcome {
  const failure = { code: 'not_ok', message: 'the API says in its answer that the call failed' };
  if (rules.retry_codes && isOneOf(value, rules.retry_codes))
    return { receipts: retryAll(batch, failure.code, failure.message), httpStatus };
  return { refused: failure, httpStatus };
}

/** Of rows without an error; undefined where a job should be named and is not. */
function doneReceipt({ json }: ApiAnswer, { job, failed_count }: AnswerRules): Receipt | undefined {
  if (job !== undefined) {
    const id = at(json, job);
    const known = (typeof id === 'string' && id !== '') || typeof id === 'number';
    return known ? { kind: 'accepted', job: String(id) } : undefined;
  }
  const failed = failed_count === undefined ? 0 : Number(at(json, failed_count) ?? 0);
  return failed > 0 ? { kind: 'unknown' } : DELIVERED;
}

function receiptsOf(batch: Batch, json: unknown, judgement: Judgement, done: Receipt): Receipt[] {
  const { rules, secrets } = judgement;
  const errors = errorsIn(json, rules);
  if (errors.length === 0) return batch.changes.map(() => done);
  const disclosure = openDisclosure(batch, secrets);
  const byRow = new Map<number, Receipt>();
  let others = done;
  for (const error of errors) {
    const rows = rowsOf(error, batch, rules);
    if (rows.length === 0) others = UNCLEAR;
    for (const row of rows) byRow.set(row, failureOf(error, rules, disclosure));
  }
  return batch.changes.map((_, index) => byRow.get(index) ?? others);
}

/** The errors that an answer lists. */
export function errorsIn(json: unknown, { errors }: ErrorRules): readonly unknown[] {
  const found = errors === undefined ? undefined : at(json, errors);
  return Array.isArray(found) ? found : [];
}

function rowsOf(error: unknown, { changes }: Batch, { index, value }: ErrorRules): number[] {
  if (index !== undefined) {
    const row = at(error, index);
    return isCount(row) && Number(row) < changes.length ? [Number(row)] : [];
  }
  const named = value === undefined ? undefined : at(error, value);
  if (typeof named !== 'string' && typeof named !== 'number') return [];
  return rowsAbout(changes, String(named));
}

interface Named {
  readonly key: string;
  readonly identifiers: Readonly<Record<string, string>>;
}

/** Places of the rows that have a value as an identifier; where none has, of those whose key it is. */
export function rowsAbout(rows: readonly Named[], value: string): number[] {
  const wanted = value.trim().toLowerCase();
  const isSame = (text: string): boolean => text.trim().toLowerCase() === wanted;
  const by = (values: (row: Named) => readonly string[]): number[] =>
    rows.flatMap((row, place) => (values(row).some(isSame) ? [place] : []));
  const known = by(({ identifiers }) => Object.values(identifiers));
  return known.length > 0 ? known : by(({ key }) => [key]);
}

function failureOf(error: unknown, rules: ErrorRules, disclosure: Disclosure): Receipt {
  const failure = reasonOf(error, rules, disclosure);
  const said = rules.code === undefined ? undefined : at(error, rules.code);
  const later =
    (rules.retryable !== undefined && at(error, rules.retryable) === true) ||
    (rules.retry_codes !== undefined && isOneOf(said, rules.retry_codes));
  return { kind: later ? 'retry' : 'rejected', ...failure };
}

/** Its code, if nothing of a person is in it. */
export function reasonOf(
  error: unknown,
  { code }: ErrorRules,
  disclosure: Disclosure,
): { code: string; message: string } {
  const said = code === undefined ? undefined : at(error, code);
  const known =
    typeof said === 'string' || typeof said === 'number' ? disclosure.pass(String(said)) : undefined;
  return { code: known ? `row_${known}` : 'row_refused', message: 'the API refuses the row' };
}

/** Equal to the value, or to one of a list, by their texts. */
export function isOneOf(value: unknown, wanted: unknown): boolean {
  const all: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  return value !== undefined && all.some((each) => String(each) === String(value));
}
