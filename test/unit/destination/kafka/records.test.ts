/** Records, what errors mean, options, and that TLS asks for a certificate that is trusted. */
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import { meaningOf, outcomeOf, wordOf } from '../../../../src/destination/kafka/answer.ts';
import { kafkaOptions, kafkaSettings } from '../../../../src/destination/kafka/options.ts';
import { clientConfig } from '../../../../src/destination/kafka/producer.ts';
import { isTopic, recordsOf } from '../../../../src/destination/kafka/records.ts';
import { batch, change, openDestination } from '../../../conformance/destination/harness.ts';
import { cert, key } from '../self-signed.ts';
import { type LoginBroker, type LoginOptions, startLoginBroker } from './broker.ts';

const { errorCodes } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js');
const errors = createRequire(import.meta.url)('kafkajs/src/errors.js');

describe('records', () => {
  const removal = batch([change('remove', '1', { email: 'a@x.test' })]);

  it('of a removal have the identifiers, or are tombstones', () => {
    const [record] = recordsOf(removal, { removal: 'record' });
    expect(JSON.parse(record!.value!)).toMatchObject({ op: 'remove', identifiers: { email: 'a@x.test' } });
    const [tombstone] = recordsOf(removal, { removal: 'tombstone' });
    expect(tombstone).toMatchObject({
      key: '1',
      value: null,
      headers: { op: 'remove', batch_id: removal.id },
    });
    const [add] = recordsOf(batch([change('add', '1')]), { removal: 'tombstone' });
    expect(add!.value).not.toBeNull();
  });

  it.each([
    ['vip', true],
    ['a.b_c-D9', true],
    ['x'.repeat(249), true],
    ['x'.repeat(250), false],
    ['', false],
    ['.', false],
    ['..', false],
    ['two words', false],
    ['ümläut', false],
    ['a/b', false],
  ])('go to a topic that may be called %s: %s', (name, good) => {
    expect(isTopic(name)).toBe(good);
  });
});

/** The error that the client throws for a broker's code, wrapped as it wraps what it has tried again. */
function protocolError(type: string, wrapped: boolean): Error {
  const error = new errors.KafkaJSProtocolError(
    (errorCodes as { type: string }[]).find((each) => each.type === type),
  );
  return wrapped ? new errors.KafkaJSNumberOfRetriesExceeded(error, { retryCount: 0, retryTime: 0 }) : error;
}

describe('an error', () => {
  describe.each([false, true])('(given up on: %s)', (wrapped) => {
    it.each([
      ['MESSAGE_TOO_LARGE', 'rows'],
      ['RECORD_LIST_TOO_LARGE', 'rows'],
      ['INVALID_RECORD', 'rows'],
      ['SASL_AUTHENTICATION_FAILED', 'credentials'],
      ['UNSUPPORTED_SASL_MECHANISM', 'credentials'],
      ['TOPIC_AUTHORIZATION_FAILED', 'credentials'],
      ['CLUSTER_AUTHORIZATION_FAILED', 'credentials'],
      ['UNKNOWN_TOPIC_OR_PARTITION', 'topic'],
      ['INVALID_TOPIC_EXCEPTION', 'topic'],
      ['UNSUPPORTED_VERSION', 'topic'],
      ['NOT_LEADER_FOR_PARTITION', 'later'],
      ['LEADER_NOT_AVAILABLE', 'later'],
      ['NOT_ENOUGH_REPLICAS', 'later'],
      ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'later'],
      ['REQUEST_TIMED_OUT', 'later'],
      ['CORRUPT_MESSAGE', 'later'],
      ['NETWORK_EXCEPTION', 'later'],
      ['KAFKA_STORAGE_ERROR', 'later'],
    ])('%s', (type, meaning) => {
      expect(meaningOf(protocolError(type, wrapped))).toBe(meaning);
      expect(wordOf(protocolError(type, wrapped))).toBe(type);
    });
  });

  it.each([
    ['a cut connection', new errors.KafkaJSConnectionError('Connection error: read ECONNRESET')],
    ['no answer', new errors.KafkaJSRequestTimeoutError('Request timed out')],
    ['no broker', new errors.KafkaJSNoBrokerAvailableError()],
    ['a forgotten broker', new errors.KafkaJSBrokerNotFound('Broker 0 not found')],
    ['our own limit', new Error('no answer in time')],
  ])('without a broker’s word is one for later: %s', (_, error) => {
    expect(meaningOf(error)).toBe('later');
  });

  it.each([
    ['SASL PLAIN: Invalid username or password', 'credentials'],
    ['SASL PLAIN authentication failed: Request SaslAuthenticate timed out', 'later'],
    ['SASL SCRAM SHA256 failed: Connection closed by the server', 'later'],
  ])('while logging in may have no word: %s', (message, meaning) => {
    expect(meaningOf(new errors.KafkaJSSASLAuthenticationError(message))).toBe(meaning);
  });

  it('of rows refuses the batch, so that it is split; of credentials it ends the sync', () => {
    const one = batch([change('add', '1')]);
    expect(outcomeOf('k', one, protocolError('MESSAGE_TOO_LARGE', false))).toMatchObject({
      refused: { code: 'kafka_message_too_large' },
    });
    expect(outcomeOf('k', one, protocolError('NOT_ENOUGH_REPLICAS', false))).toMatchObject({
      receipts: [{ kind: 'retry', code: 'kafka_not_enough_replicas' }],
    });
    expect(() => outcomeOf('k', one, protocolError('SASL_AUTHENTICATION_FAILED', true))).toThrow(
      /credentials/,
    );
    expect(() => outcomeOf('k', one, protocolError('UNKNOWN_TOPIC_OR_PARTITION', true))).toThrow(
      /UNKNOWN_TOPIC/,
    );
  });
});

describe('options', () => {
  const brokers = ['k:9092'];
  const sasl = { sasl_mechanism: 'scram-sha-512', sasl_username: 'u', sasl_password: 'p' };

  it.each([
    [{ brokers }, true],
    [{ brokers: [] }, false],
    [{ brokers: ['k'] }, false],
    [{ brokers: ['kafka://k:9092'] }, false],
    [{ brokers: ['[::1]:9092'] }, true],
    [{ brokers, topic: 'two words' }, false],
    [{ brokers, topic: 'one', removal: 'tombstone' }, false],
    [{ brokers, removal: 'tombstone' }, true],
    [{ brokers, ...sasl }, true],
    [{ brokers, ...sasl, sasl_password: undefined }, false],
    [{ brokers, sasl_username: 'u' }, false],
    [{ brokers, ca: 'x' }, false],
    [{ brokers, ca: 'x', tls: true }, true],
  ])('%j', (options, good) => {
    expect(kafkaOptions.safeParse(options).success).toBe(good);
  });

  it('become the client’s', () => {
    expect(clientConfig(kafkaSettings({ brokers, tls: true, ...sasl, timeout: '5s' }))).toMatchObject({
      ...{ brokers, ssl: true, requestTimeout: 5_000, connectionTimeout: 5_000, retry: { retries: 0 } },
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    });
    expect(clientConfig(kafkaSettings({ brokers, tls: true, ca: 'PEM' }))).toMatchObject({
      ssl: { ca: ['PEM'] },
    });
    expect(clientConfig(kafkaSettings({ brokers }))).toMatchObject({ ssl: false });
    expect(clientConfig(kafkaSettings({ brokers }))).not.toHaveProperty('sasl');
  });

  it('may lack values where nothing is sent', async () => {
    expect(kafkaSettings({ brokers: '$' + '{env:BROKERS}' }).brokers).toEqual(['$' + '{env:BROKERS}']);
  });
});

describe('TLS', () => {
  it.each([
    ['trusted', cert, true],
    ['unknown', undefined, false],
  ])('speaks to a broker only where its certificate is %s', async (_, ca, reaches) => {
    let asked = 0;
    const server = createServer({ cert, key }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        asked += 1;
        socket.destroy();
      });
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const session = await openDestination('kafka', '/', {
      ...{ brokers: [`127.0.0.1:${port}`], tls: true, timeout: '2s' },
      ...(ca === undefined ? {} : { ca }),
    });
    try {
      await expect(session.check()).rejects.toMatchObject({ diagnostics: [{ code: 'E404' }] });
      expect(asked > 0).toBe(reaches);
    } finally {
      await session.close();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('SASL', () => {
  async function withBroker(
    options: LoginOptions,
    mechanism: string,
    play: (session: DestinationSession, broker: LoginBroker) => Promise<void>,
  ): Promise<void> {
    const broker = await startLoginBroker(options);
    const session = await openDestination('kafka', '/', {
      ...{ brokers: [broker.address], timeout: '3s', sasl_mechanism: mechanism },
      ...{ sasl_username: 'app', sasl_password: 'p@ss-w0rd' },
    });
    try {
      await play(session, broker);
    } finally {
      await session.close();
      await broker.close();
    }
  }

  it('plain tells user and password, and a broker lets them in', async () => {
    await withBroker({ password: 'p@ss-w0rd' }, 'plain', async (session, broker) => {
      await session.check();
      expect(broker.logins).toEqual(['app p@ss-w0rd']);
    });
  });

  it('that is refused stops the sync with exit 77, and repeats nothing', async () => {
    await withBroker({ password: 'another' }, 'plain', async (session) => {
      const failure = session.send(batch([change('add', '1')]), {});
      await expect(failure).rejects.toMatchObject({ exit: 77, diagnostics: [{ code: 'E406' }] });
      await expect(failure).rejects.not.toThrow(/p@ss/);
    });
  });

  it('by a mechanism that the broker does not know is refused, too', async () => {
    await withBroker({ password: 'p@ss-w0rd' }, 'scram-sha-512', async (session) => {
      await expect(session.check()).rejects.toMatchObject({ exit: 77 });
    });
  });

  it('that is cut off is no refusal', async () => {
    await withBroker({ password: 'p@ss-w0rd', cuts: true }, 'plain', async (session) => {
      await expect(session.check()).rejects.toMatchObject({ exit: 75, diagnostics: [{ code: 'E404' }] });
    });
  });
});

it('asks for a name that can be a topic’s', async () => {
  const session = await openDestination('kafka', '/', { brokers: ['k:9092'] });
  const ref = (name: string) => session.ensureAudience({ name, dryRun: true });
  await expect(ref('two words')).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
  expect(await ref('vip')).toBe('k:9092/vip');
});
