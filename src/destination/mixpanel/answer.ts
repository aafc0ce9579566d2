/**
 * What Mixpanel's answers mean. Source: ingestion.openapi.yaml, `profile-batch-update` with `verbose` and `strict`, and
 * `import-events`. Updates are answered with 200 whatever becomes of them. How they name the records that failed is
 * unconfirmed: it is read as that of events, which is published.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { openDisclosure } from '../disclosure.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { insertIdOf } from './users.ts';

const DELIVERED: Receipt = { kind: 'delivered' };

/** It would be taken all the same a second time, so that nothing is lost and nothing comes twice. */
const UNCLEAR: Receipt = {
  kind: 'retry',
  code: 'unclear_errors',
  message: 'Mixpanel refused other rows, and does not say that it took this one',
};

/** `now` in microseconds. `secrets` are shown nowhere, should Mixpanel repeat them. */
export function outcomeOf(batch: Batch, answer: ApiAnswer, now: bigint, secrets: readonly string[]): Outcome {
  const { status: httpStatus, json } = answer;
  const records = httpStatus === 200 || httpStatus === 400 ? recordsIn(json) : [];
  if (records.length > 0) return { receipts: receiptsOf(batch, json, records, secrets), httpStatus };
  const failed = failedCall(batch, answer, { title: 'Mixpanel', type: 'mixpanel', now });
  if (failed) return failed;
  if (isTaken(json)) return { receipts: batch.changes.map(() => DELIVERED), httpStatus };
  if (!isRecord(json) || typeof json.error !== 'string')
    return { receipts: retryAll(batch, 'no_answer', 'the answer is none of Mixpanel’s'), httpStatus };
  const message = openDisclosure(batch, secrets).pass(json.error) ?? 'Mixpanel took nothing of the request';
  return { refused: { code: 'mixpanel_refused', message }, httpStatus };
}

/** Updates say `1`, events `OK`. An error beside it is one. */
function isTaken(json: unknown): boolean {
  if (!isRecord(json)) return false;
  const { status, error } = json;
  return (status === 1 || status === 'OK') && (error === undefined || error === null || error === '');
}

type Failed = Record<string, unknown>;

function recordsIn(json: unknown): Failed[] {
  return isRecord(json) && Array.isArray(json.failed_records) ? json.failed_records.filter(isRecord) : [];
}

/** Of who is not named, the answer's count tells whether they were taken. */
function receiptsOf(
  batch: Batch,
  json: unknown,
  records: readonly Failed[],
  secrets: readonly string[],
): Receipt[] {
  const disclosure = openDisclosure(batch, secrets);
  const rowOf = openRows(batch);
  const rejected = new Map<number, Receipt>();
  for (const record of records) {
    const row = rowOf(record);
    if (row === undefined) continue;
    const said = typeof record.message === 'string' ? disclosure.pass(record.message) : undefined;
    rejected.set(row, {
      kind: 'rejected',
      code: 'mixpanel_row',
      message: said ?? 'Mixpanel refused the row',
    });
  }
  const others = takenOf(json) === batch.changes.length - rejected.size ? DELIVERED : UNCLEAR;
  return batch.changes.map((_, index) => rejected.get(index) ?? others);
}

/** Which row a record is: an event goes by its id, which is called `$insert_id` or `insert_id`, else its index tells. */
function openRows(batch: Batch): (record: Failed) => number | undefined {
  const ids = new Map(
    batch.events ? batch.changes.map((change, index) => [insertIdOf(batch, change), index]) : [],
  );
  return (record) => {
    const byId = ids.get(String(record.$insert_id ?? record.insert_id));
    if (byId !== undefined) return byId;
    const { index } = record;
    return typeof index === 'number' && batch.changes[index] ? index : undefined;
  };
}

function takenOf(json: unknown): unknown {
  return isRecord(json) ? (json.num_records_imported ?? json.num_good_events) : undefined;
}
