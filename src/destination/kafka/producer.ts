/** One producer, made when it is needed and made anew by the next call after it failed. */
import type { KafkaConfig, Producer, ProducerConfig } from 'kafkajs';
import type { World } from '../../world.ts';
import { withinLimit } from '../limit.ts';
import type { KafkaSettings } from './options.ts';

export interface Producing {
  run<T>(work: (producer: Producer) => Promise<T>, signal?: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

/** Longest a connection may take. */
const CONNECTING_MS = 10_000;

/** A failed producer is not used again: another one learns anew who leads which partition. */
export function openProducing(world: World, settings: KafkaSettings): Producing {
  let producer: Promise<Producer> | undefined;
  const drop = (failed: Promise<Producer> | undefined): void => {
    if (producer === failed) producer = undefined;
    void failed?.then((each) => each.disconnect()).catch(() => {});
  };
  return {
    async run(work, signal) {
      producer ??= connect(settings);
      const mine = producer;
      try {
        return await withinLimit(world, settings.timeoutMs, mine.then(work), signal);
      } catch (error) {
        drop(mine);
        throw error;
      }
    },
    async close() {
      const last = producer;
      producer = undefined;
      const ended = last?.then((each) => each.disconnect()) ?? Promise.resolve();
      await withinLimit(world, CONNECTING_MS, ended).catch(() => {});
    },
  };
}

/** The client is loaded only now. */
async function connect(settings: KafkaSettings): Promise<Producer> {
  const { Kafka } = await import('kafkajs');
  const producer = new Kafka(clientConfig(settings)).producer(PRODUCER);
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    await producer.disconnect().catch(() => {});
    throw error;
  }
}

/**
 * Not `idempotent`: that keeps the client's own retries from doubling records, and there are none; what the delivery
 * sends again are other requests.
 */
const PRODUCER: ProducerConfig = { allowAutoTopicCreation: false, retry: { retries: 0 } };

/** Each broker of the list is tried once; more is the delivery's business. */
export function clientConfig({ brokers, tls, ca, sasl, timeoutMs }: KafkaSettings): KafkaConfig {
  return {
    clientId: 'segsync',
    brokers: [...brokers],
    ssl: tls && ca !== undefined ? { ca: [ca] } : tls,
    ...(sasl ? { sasl: { ...sasl } as NonNullable<KafkaConfig['sasl']> } : {}),
    connectionTimeout: Math.min(timeoutMs, CONNECTING_MS),
    authenticationTimeout: Math.min(timeoutMs, CONNECTING_MS),
    requestTimeout: timeoutMs,
    retry: { retries: brokers.length - 1, initialRetryTime: 50, maxRetryTime: 500 },
    // Otherwise it writes to the console.
    logCreator: () => () => {},
  };
}
