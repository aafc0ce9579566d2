/** What an error of the client means for a batch. Only a broker's own words for it are shown, never a message. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Batch, Outcome } from '../destination.ts';
import { isRecord } from '../json.ts';
import { retryAll } from '../receipts.ts';

export type Meaning = 'credentials' | 'later' | 'rows' | 'topic';

/** Names of errors. Source: Apache Kafka, protocol guide, error codes. */
const CREDENTIALS = new Set([
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);
const ROWS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);
/** The first is called retriable, since it also shows for a moment where a topic has just been made. */
const TOPIC = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION', 'POLICY_VIOLATION']);

const CUT = /timed? ?out|connection|disconnect|closed|socket|ECONN|EPIPE/i;

/** A broker's word for what is wrong; undefined where none was said: the connection failed, or nothing came in time. */
export function wordOf(error: unknown): string | undefined {
  for (let each: unknown = error; isRecord(each) || each instanceof Error; ) {
    const { type, name, cause, message } = each as Partial<Record<string, unknown>>;
    // The client calls everything by this name that fails while it logs in: a connection that is cut, too.
    if (name === 'KafkaJSSASLAuthenticationError')
      return CUT.test(String(message)) ? undefined : 'SASL_AUTHENTICATION_FAILED';
    if (typeof type === 'string' && /^[A-Z][A-Z_]{2,60}$/.test(type)) return type;
    each = cause;
  }
  return undefined;
}

function isRetriable(error: unknown): boolean {
  const { retriable, cause } = error as { retriable?: unknown; cause?: unknown };
  return retriable === true || (cause instanceof Error && isRetriable(cause));
}

export function meaningOf(error: unknown): Meaning {
  const word = wordOf(error);
  if (word === undefined) return 'later';
  if (CREDENTIALS.has(word)) return 'credentials';
  if (ROWS.has(word)) return 'rows';
  return TOPIC.has(word) || !isRetriable(error) ? 'topic' : 'later';
}

/** Some of a batch may have been written: all of it is written again. Throws E406, E407. */
export function outcomeOf(destination: string, batch: Batch, error: unknown): Outcome {
  const word = wordOf(error);
  const code = `kafka_${word?.toLowerCase() ?? 'connection'}`;
  switch (meaningOf(error)) {
    case 'later':
      return { receipts: retryAll(batch, code, wording(word)) };
    case 'rows':
      return { refused: { code, message: wording(word) } };
    default:
      return stop(destination, error);
  }
}

/** Throws what stops the sync. */
export function stop(destination: string, error: unknown): never {
  const detail = wording(wordOf(error));
  switch (meaningOf(error)) {
    case 'credentials':
      return fail('E406', {
        destination,
        detail,
        hint: 'check the `sasl_` options; the user needs to be allowed to write to the topic',
      });
    case 'later':
      return fail('E404', { destination, detail });
    default:
      return fail('E407', {
        destination,
        detail,
        hint: 'make the topic, which segsync does not, or name another by `topic` or the sync’s `audience:`',
      });
  }
}

function wording(word: string | undefined): string {
  return word === undefined ? 'the connection failed, or no answer came' : `the broker answered ${word}`;
}
