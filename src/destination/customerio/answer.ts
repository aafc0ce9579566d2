/**
 * What Customer.io's answers mean: a batch names the items that it refuses by their index, a segment says nothing of
 * single people. Source: Customer.io Track API, OpenAPI: `batch`, `add_to_segment`.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

/** Why a whole call failed, where it did, or is none of Customer.io's; the keys' refusal is told apart before. */
export function failureOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome | undefined {
  const failed = failedCall(batch, answer, { title: 'Customer.io', type: 'customerio', now });
  if (failed || isRecord(answer.json)) return failed;
  const receipts = retryAll(batch, 'no_answer', 'the answer is none of Customer.io’s');
  return { receipts, httpStatus: answer.status };
}

/** Index of an item -> why it was refused. One that names no item may be about any: `others`. */
export interface Refused {
  readonly items: ReadonlyMap<number, Receipt>;
  readonly others: boolean;
}

export function refusedItems({ status, json }: ApiAnswer, count: number): Refused {
  const errors = isRecord(json) && Array.isArray(json.errors) ? json.errors : [];
  const items = new Map<number, Receipt>();
  let others = status === 207 && errors.length === 0;
  for (const error of errors) {
    const index: unknown = isRecord(error) ? error.batch_index : undefined;
    if (typeof index === 'number' && index >= 0 && index < count) items.set(index, receiptOf(error));
    else others = true;
  }
  return { items, others };
}

/** A code only: Customer.io's messages may repeat what was sent. */
function receiptOf(error: Record<string, unknown>): Receipt {
  const said = typeof error.reason === 'string' && /^[a-z_]{1,40}$/.test(error.reason) ? error.reason : '';
  const message = `Customer.io refused the person${said === '' ? '' : `: ${said}`}`;
  return { kind: 'rejected', code: 'customerio_item', message };
}

const UNCLEAR: Receipt = {
  kind: 'retry',
  code: 'unclear_errors',
  message: 'Customer.io tells of an error without saying which item it is about',
};

/** Who was not refused: taken, though it works off what it takes later, and passes over people it does not know. */
export function receiptsOf(batch: Batch, { items, others }: Refused): Receipt[] {
  const rest: Receipt = others ? UNCLEAR : { kind: 'unknown' };
  return batch.changes.map((_, index) => items.get(index) ?? rest);
}
