/** The answer `{"errors": [{index, code, message, retryable}]}`: receipts row by row. */
import type { HttpResponse } from '../../world.ts';
import type { Batch, Receipt } from '../destination.ts';
import { type Disclosure, openDisclosure } from '../disclosure.ts';
import { isRecord } from '../json.ts';

const DELIVERED: Receipt = { kind: 'delivered' };

/** Some row failed and the answer does not say which: none may count as delivered. */
const UNCLEAR: Receipt = {
  kind: 'retry',
  code: 'unclear_errors',
  message: 'the answer lists an error without the index of a row in the batch',
};

/** The answer was read up to a limit, and what it says of the rows does not fit. */
const TOO_LONG: Receipt = {
  kind: 'retry',
  code: 'errors_too_long',
  message: 'the answer lists errors and is longer than what is read of one; a smaller `batch_size` helps',
};

const LISTS_ERRORS = /^\s*\{.*"errors"\s*:\s*\[\s*[^\]\s]/s;

/**
 * Receipts for the body of a 2xx answer: all delivered, unless it is such an object. Of two errors for one row
 * the first counts. Nothing of `secrets` gets into a message. An entry without the index of a row makes the rows that have no error of their own `retry`.
 */
export function rowErrors(
  batch: Batch,
  { body, cut = false }: Pick<HttpResponse, 'body' | 'cut'>,
  secrets: readonly string[] = [],
): Receipt[] {
  if (cut && LISTS_ERRORS.test(body)) return batch.changes.map(() => TOO_LONG);
  const errors = parseErrors(body);
  if (!errors) return batch.changes.map(() => UNCLEAR);
  if (errors.length === 0) return batch.changes.map(() => DELIVERED);
  const disclosure = openDisclosure(batch, secrets);
  const byRow = new Map<number, Receipt>();
  let others = DELIVERED;
  for (const entry of errors) {
    const index = isRecord(entry) ? entry.index : undefined;
    if (!isRecord(entry) || !isRow(index, batch)) others = UNCLEAR;
    else if (!byRow.has(index)) byRow.set(index, receiptOf(entry, disclosure));
  }
  return batch.changes.map((_, index) => byRow.get(index) ?? others);
}

/** Undefined for errors that cannot be understood. */
function parseErrors(body: string): readonly unknown[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return LISTS_ERRORS.test(body) ? undefined : [];
  }
  const errors = isRecord(answer) ? answer.errors : undefined;
  if (errors === undefined || errors === null) return [];
  return Array.isArray(errors) ? errors : undefined;
}

function receiptOf(entry: Record<string, unknown>, disclosure: Disclosure): Receipt {
  const code = typeof entry.code === 'string' || typeof entry.code === 'number' ? String(entry.code) : '';
  const message = typeof entry.message === 'string' ? entry.message : '';
  return {
    kind: entry.retryable === true ? 'retry' : 'rejected',
    code: (/^[\w.:-]{1,64}$/.test(code) && disclosure.pass(code)) || 'row_error',
    message: disclosure.pass(message) || 'the endpoint refused the row',
  };
}

function isRow(index: unknown, batch: Batch): index is number {
  return Number.isInteger(index) && (index as number) >= 0 && (index as number) < batch.changes.length;
}
