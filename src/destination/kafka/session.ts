/** An open Kafka destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { DestinationSession, OpenContext } from '../destination.ts';
import { rememberedJson } from '../json.ts';
import { outcomeOf, stop } from './answer.ts';
import type { KafkaSettings } from './options.ts';
import { openProducing } from './producer.ts';
import { isTopic, recordBytes, recordsOf, topicOf } from './records.ts';

/** Below the 1,048,588 bytes that a broker takes for one partition (`message.max.bytes`). */
export const BATCH_BYTES = 1_000_000;

/** Written by all replicas that are in step. */
const ALL = -1;

/** A session on one cluster. Opens no connection before it is needed. */
export function openSession(context: OpenContext, settings: KafkaSettings): DestinationSession {
  const { world, name: destination } = context;
  const { brokers, batchRows, concurrency, timeoutMs } = settings;
  const producing = openProducing(world, settings);
  const textOf = rememberedJson();
  return {
    limits: { batchRows, batchBytes: BATCH_BYTES, concurrency },
    async check() {
      await producing.run(async () => {}).catch((error: unknown) => stop(destination, error));
    },
    async ensureAudience({ name }) {
      const topic = topicOf(name, settings);
      if (!isTopic(topic)) {
        fail('E407', {
          destination,
          detail: `\`${name}\` cannot be the name of a topic`,
          hint: 'give the sync another `audience:` of letters, digits, `.`, `_` and `-`, or set `topic`',
        });
      }
      // Brokers come and go: the first one that is named stands for the cluster.
      return settings.topic === undefined ? `${brokers[0]}/${topic}` : `${brokers[0]}/${topic}/${name}`;
    },
    identifier: (_kind, value) => value,
    example: (batch) => ({
      to: `topic ${topicOf(batch.audience.name, settings)}`,
      body: recordsOf(batch, settings).map(({ value, ...record }) => ({
        ...record,
        value: value === null ? null : (JSON.parse(value) as unknown),
      })),
    }),
    sizeOf: (change, { segment }) => recordBytes(change, segment, textOf),
    async send(batch, { signal }) {
      const topic = topicOf(batch.audience.name, settings);
      const messages = recordsOf(batch, settings, textOf);
      try {
        await producing.run(
          (producer) => producer.send({ topic, messages, acks: ALL, timeout: timeoutMs }),
          signal,
        );
        return { receipts: batch.changes.map(() => ({ kind: 'delivered' })) };
      } catch (error) {
        return outcomeOf(destination, batch, error);
      }
    },
    close: () => producing.close(),
  };
}
