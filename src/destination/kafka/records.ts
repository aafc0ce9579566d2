/** A batch as records: one for each change, which keeps the order of a member's changes by its key. Pure. */
import type { Batch, Change } from '../destination.ts';
import { changeJson } from '../json.ts';
import type { KafkaSettings } from './options.ts';

export interface OneRecord {
  readonly key: string;
  /** Null: a tombstone. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Source: Apache Kafka, `Topic.java`: legal characters, and 249 of them at most. */
export function isTopic(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..';
}

export function topicOf(audience: string, { topic }: Pick<KafkaSettings, 'topic'>): string {
  return topic ?? audience;
}

/** Where the records of several audiences share a topic, each says in its headers whose it is. */
export function recordsOf(
  batch: Batch,
  { removal }: Pick<KafkaSettings, 'removal'>,
  textOf: typeof changeJson = changeJson,
): OneRecord[] {
  const { id, op, sync, segment, audience, changes, events } = batch;
  const headers = {
    ...{ sync, segment, audience: audience.name },
    ...{ op: events ? 'event' : op, batch_id: id },
  };
  const isTombstone = op === 'remove' && removal === 'tombstone';
  return changes.map((change) => ({
    key: change.key,
    value: isTombstone ? null : textOf(change, segment),
    headers,
  }));
}

/** Names and lengths of headers, a batch's id, and what the protocol puts around a record. */
const AROUND = 120;

/** At least the bytes of a record, but for the names of sync, segment and audience. */
export function recordBytes(change: Change, segment: string, textOf: typeof changeJson): number {
  return Buffer.byteLength(textOf(change, segment)) + Buffer.byteLength(change.key) + AROUND;
}
