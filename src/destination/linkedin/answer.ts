/**
 * What LinkedIn's answers mean for the rows of a batch: each element has a status of its own, by its index, inside HTTP
 * 200. Source: LinkedIn Marketing API, DMP segment users. That others than 201 may come is said by those who call it.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

const DELIVERED: Receipt = { kind: 'delivered' };
const UNSAID: Receipt = { kind: 'retry', code: 'no_status', message: 'LinkedIn says nothing of the row' };

/** A segment that was just made is not there at once: five seconds by the documentation. */
const SETTLING_MS = 5_000;

/** Conflict, lock, and a segment that is not there yet. */
const PASSES = new Set([404, 408, 409, 423, 425, 429]);

/** `now` in microseconds. */
export function outcomeOf(batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const { status, json } = answer;
  const judge = { title: 'LinkedIn', type: 'linkedin', now };
  // Which of the two it is cannot be told: a segment that is gone is looked up, and made, by the next run.
  if (status === 404) return later(batch, status, 'the segment is not there, or not yet', SETTLING_MS);
  if (status === 409 || status === 423) return later(batch, status, `LinkedIn answered HTTP ${status}`);
  const failed = failedCall(batch, answer, judge);
  if (failed) return failed;
  const elements = isRecord(json) && Array.isArray(json.elements) ? json.elements : undefined;
  if (!elements) return later(batch, status, 'the answer is none of LinkedIn’s');
  return { receipts: batch.changes.map((_, index) => receiptOf(elements[index])), httpStatus: status };
}

function later(batch: Batch, status: number, message: string, afterMs?: number): Outcome {
  return { receipts: retryAll(batch, `linkedin_${status}`, message, afterMs), httpStatus: status };
}

/** Its words are left out: they may repeat what was sent. */
function receiptOf(element: unknown): Receipt {
  const status: unknown = isRecord(element) ? element.status : undefined;
  if (typeof status !== 'number') return UNSAID;
  if (status >= 200 && status < 300) return DELIVERED;
  const [code, message] = [`linkedin_row_${status}`, `LinkedIn answered ${status} for the row`];
  const passes = PASSES.has(status) || status >= 500 || status < 400;
  return { kind: passes ? 'retry' : 'rejected', code, message };
}
