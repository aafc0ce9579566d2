/** What an answer of `users/track` means for the rows of a batch. Source: Braze, `post_user_track`, responses. */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { openDisclosure } from '../disclosure.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

const DELIVERED: Receipt = { kind: 'delivered' };

/** An error without an index may be about any row that has none of its own. */
const UNCLEAR: Receipt = {
  kind: 'retry',
  code: 'unclear_errors',
  message: 'Braze lists an error without saying which row it is about',
};

/** `now` in microseconds. */
export function outcomeOf(batch: Batch, answer: ApiAnswer, now: bigint, secret: string): Outcome {
  const failed = failedCall(batch, answer, {
    ...{ title: 'Braze', type: 'braze', now },
    waitMs: ({ headers }) => untilReset(headers, now),
  });
  return failed ?? { receipts: receiptsOf(batch, answer.json, secret), httpStatus: answer.status };
}

/** `message` other than `success`: nothing was processed. */
function receiptsOf(batch: Batch, json: unknown, secret: string): Receipt[] {
  if (!isRecord(json)) return retryAll(batch, 'no_answer', 'the answer is none of Braze’s');
  const errors = Array.isArray(json.errors) ? json.errors : [];
  if (json.message !== 'success' && errors.length === 0)
    return retryAll(batch, 'not_processed', 'Braze processed nothing of the request');
  const disclosure = openDisclosure(batch, [secret]);
  const byRow = new Map<number, Receipt>();
  let others = DELIVERED;
  for (const error of errors) {
    const index: unknown = isRecord(error) ? error.index : undefined;
    if (typeof index !== 'number' || index < 0 || index >= batch.changes.length) {
      others = UNCLEAR;
      continue;
    }
    const said = isRecord(error) && typeof error.type === 'string' ? disclosure.pass(error.type) : undefined;
    byRow.set(index, { kind: 'rejected', code: 'braze_row', message: said ?? 'Braze refused the row' });
  }
  return batch.changes.map((_, index) => byRow.get(index) ?? others);
}

/** The instant at which the limit begins anew. */
function untilReset(headers: ApiAnswer['headers'], now: bigint): number | undefined {
  const reset = Number(headers['x-ratelimit-reset']);
  const ms = reset * 1000 - Number(now / 1000n);
  return Number.isFinite(ms) && ms > 0 && ms < 3_600_000 ? Math.ceil(ms) : undefined;
}
