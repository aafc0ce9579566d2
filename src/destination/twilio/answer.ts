/** What Twilio's answers mean for the rows of a batch. Source: Bulk Upsert Consents; error 30646. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';
import { correlationOf } from './consents.ts';

const UNNAMED: Receipt = {
  kind: 'retry',
  code: 'unnamed',
  message: 'Twilio’s answer does not say what became of the row',
};

/** Throws E407 where the sender is none. `now` in microseconds. */
export function outcomeOf(destination: string, batch: Batch, answer: ApiAnswer, now: bigint): Outcome {
  const failed = failedCall(batch, answer, { title: 'Twilio', type: 'twilio', now });
  if (failed) return failed;
  const { json, status: httpStatus } = answer;
  if (!isRecord(json) || !Array.isArray(json.items))
    return { receipts: retryAll(batch, 'no_answer', 'the answer is none of Twilio’s'), httpStatus };
  const items = new Map(json.items.filter(isRecord).map((item) => [item.correlation_id, item]));
  const receipts = batch.changes.map((change) => {
    const item = items.get(correlationOf(batch, change));
    return item ? receiptOf(destination, item) : UNNAMED;
  });
  return { receipts, httpStatus };
}

/** The names of errors alone: what stands around them may repeat a number. */
function receiptOf(destination: string, { error_code, error_messages }: Record<string, unknown>): Receipt {
  const code = Number(error_code);
  if (code === 0) return { kind: 'delivered' };
  const said = [error_messages].flat().join(' ');
  const names = [...new Set(said.match(/\b(INVALID|INTERNAL)_[A-Z_]{2,40}\b/g))];
  if (names.includes('INVALID_SENDER_ID')) {
    const hint = 'set `sender_id` to the SID of a messaging service, or a number, of this account';
    fail('E407', { destination, detail: 'Twilio does not know the sender', hint });
  }
  const because = names.length > 0 ? `: ${names.join(', ')}` : '';
  return {
    kind: names.includes('INTERNAL_SERVER_ERROR') ? 'retry' : 'rejected',
    code: Number.isInteger(code) ? `twilio_${code}` : 'twilio_row',
    message: `Twilio refused the opt-out${because}`,
  };
}
