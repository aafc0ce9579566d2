/** Receipts that every adapter over HTTP gives. */
import type { Batch, Outcome, Receipt } from './destination.ts';

/** The same `retry` for every row of a batch. */
export function retryAll(batch: Batch, code: string, message: string, afterMs?: number): Receipt[] {
  const receipt: Receipt = { kind: 'retry', code, message, ...(afterMs === undefined ? {} : { afterMs }) };
  return batch.changes.map(() => receipt);
}

/** A request without an answer may have been applied: every row is tried again. */
export function unanswered(batch: Batch, { reason, message }: { reason: string; message: string }): Outcome {
  return { receipts: retryAll(batch, `network_${reason}`, message) };
}
