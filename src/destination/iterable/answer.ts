/**
 * What Iterable's answers mean for the rows of a batch: those that failed are named by their value, addresses in lower
 * case. Source: Iterable API, `lists/subscribe`, response `ListSubscribeResponse`.
 */
import { failedCall } from '../answers.ts';
import type { ApiAnswer } from '../api.ts';
import type { Batch, Outcome, Receipt } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

const DELIVERED: Receipt = { kind: 'delivered' };

interface Failure {
  readonly code: string;
  readonly message: string;
  /** They may be known another day. */
  readonly daily?: boolean;
}

/** Names of the lists of failed values begin so. */
const FAILURES: Readonly<Record<string, Failure>> = {
  invalidData: {
    code: 'invalid_data',
    message: 'Iterable cannot take the fields: a type differs from before',
  },
  invalid: { code: 'invalid', message: 'Iterable calls the identifier invalid' },
  notFound: {
    daily: true,
    code: 'not_found',
    message: 'Iterable does not know the user, and `create_users` is false',
  },
  forgotten: { code: 'forgotten', message: 'Iterable has forgotten the user for good' },
  conflict: { code: 'conflict', message: 'Iterable knows another user by the identifier' },
};

export interface Asked {
  readonly batch: Batch;
  /** The identifier that was sent of each change, in order. */
  readonly users: readonly string[];
  /** Microseconds. */
  readonly now: bigint;
}

/** What the answer says of each row. */
export function outcomeOf({ batch, users, now }: Asked, answer: ApiAnswer): Outcome {
  const failed = failedCall(batch, answer, { title: 'Iterable', type: 'iterable', now });
  return failed ?? { receipts: receiptsOf(batch, users, answer.json), httpStatus: answer.status };
}

function receiptsOf(batch: Batch, users: readonly string[], json: unknown): Receipt[] {
  if (!isRecord(json)) return retryAll(batch, 'no_answer', 'the answer is none of Iterable’s');
  const failed = failuresOf(json);
  const receipts = users.map((user) => receiptOf(failed.get(user.toLowerCase()) ?? failed.get(user), batch));
  const named = users.filter((user) => failed.has(user.toLowerCase()) || failed.has(user)).length;
  const unnamed = Number(json.failCount ?? 0) - named;
  if (!(unnamed > 0)) return receipts;
  const unclear: Receipt = {
    kind: 'retry',
    code: 'unclear_errors',
    message: 'Iterable counts more failures than it names',
  };
  return receipts.map((receipt) => (receipt === DELIVERED ? unclear : receipt));
}

/** Value -> why it failed. */
function failuresOf(json: Record<string, unknown>): Map<string, Failure> {
  const failed = new Map<string, Failure>();
  const lists = { ...json, ...(isRecord(json.failedUpdates) ? json.failedUpdates : {}) };
  for (const [name, values] of Object.entries(lists)) {
    const kind = Object.keys(FAILURES).find((each) => name.startsWith(each));
    if (!kind || !Array.isArray(values)) continue;
    for (const value of values) if (typeof value === 'string') failed.set(value, FAILURES[kind]!);
  }
  return failed;
}

/** Who is not known is not on the list. */
function receiptOf(failure: Failure | undefined, { op }: Batch): Receipt {
  if (!failure || (op === 'remove' && /^(not_found|forgotten)$/.test(failure.code))) return DELIVERED;
  return { kind: 'rejected', ...failure };
}
