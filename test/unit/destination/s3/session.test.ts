/** An open bucket against the simulator: signatures, keys, what a check finds. */
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import {
  batch,
  change,
  kindsOf,
  openDestination,
  receiptsOf,
} from '../../../conformance/destination/harness.ts';
import { BUCKET, KEY_ID, REGION, type S3Simulator, SECRET, startS3 } from '../../../destinations/s3.ts';

let simulator: S3Simulator;

beforeEach(async () => {
  simulator = await startS3();
});
afterEach(() => simulator.close());

const open = (options: Record<string, unknown> = {}): Promise<DestinationSession> =>
  openDestination('s3', '/', {
    ...{ bucket: BUCKET, region: REGION, endpoint: simulator.url, allow_private_address: true },
    ...{ access_key_id: KEY_ID, secret_access_key: SECRET },
    ...options,
  });

const one = () => batch([change('add', '1', { email: 'Ada@Example.com' })]);

describe('a part', () => {
  it('is under the audience’s name, whatever that is, and says what it holds', async () => {
    const session = await open({ prefix: 'a=b/c.d' });
    for (const name of ['vip', 'Big spenders!', "it's (50%) *+~", '../x', '李雷 🎈']) {
      const sent = batch([change('add', '1')], name);
      expect(kindsOf(await session.send(sent, {})), name).toEqual(['delivered']);
      const folder = [...Buffer.from(name)]
        .map((byte) => String.fromCharCode(byte))
        .map((letter) =>
          /[\w-]/.test(letter) && letter.charCodeAt(0) < 128
            ? letter
            : `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .join('');
      expect([...simulator.objects.keys()].at(-1)).toBe(`a=b/c.d/${folder}/parts/part-${sent.id}.ndjson`);
    }
    expect(simulator.objects.values().next().value!.headers['content-type']).toBe('application/x-ndjson');
  });

  it('may be compressed, the same each time', async () => {
    const session = await open({ gzip: true, format: 'csv' });
    const sent = one();
    await session.send(sent, {});
    const [key, { body }] = simulator.objects.entries().next().value!;
    expect(key).toBe(`vip/parts/part-${sent.id}.csv.gz`);
    expect(gunzipSync(body).toString()).toMatch(/^op,key,segment,caused_at,identifiers,fields\nadd,1,vip,/);
    await session.send(sent, {});
    expect(simulator.objects.size).toBe(1);
    expect(simulator.objects.get(key)!.body).toEqual(body);
  });

  it('asks for encryption where it is told to', async () => {
    await (await open({ encryption: 'aws:kms', kms_key_id: 'arn:aws:kms:eu-west-1:1:key/a b' })).send(
      one(),
      {},
    );
    expect([...simulator.objects.values()][0]!.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-west-1:1:key/a b',
    });
  });

  it('carries the token of temporary credentials', async () => {
    simulator.askToken('FwoGZXIvYXdzEBY/+=');
    expect(kindsOf(await (await open({ session_token: 'FwoGZXIvYXdzEBY/+=' })).send(one(), {}))).toEqual([
      'delivered',
    ]);
    await expect((await open()).send(one(), {})).rejects.toMatchObject({ exit: 77 });
  });

  it('is one for later where nobody answers', async () => {
    simulator.faults.push({ drop: true });
    expect(receiptsOf(await (await open()).send(one(), {}))).toMatchObject([
      { kind: 'retry', code: 'network_reset' },
    ]);
  });
});

describe('a check', () => {
  it('only looks', async () => {
    await (await open()).check();
    expect(simulator.calls.map(({ method, query }) => `${method} ${query}`)).toEqual([
      'GET list-type=2&max-keys=1&prefix=',
    ]);
  });

  it.each([
    [{ access_key_id: 'AKIANOBODY' }, 'E406', 77, 'InvalidAccessKeyId'],
    [{ secret_access_key: 'wrong' }, 'E406', 77, 'SignatureDoesNotMatch'],
    [{ bucket: 'pond' }, 'E407', 1, 'no such bucket'],
    [{ region: 'us-east-1' }, 'E407', 1, 'the bucket is in `eu-west-1`'],
    [{ endpoint: 'http://127.0.0.1:1' }, 'E404', 75, 'refused'],
  ])('of %j is %s', async (options, code, exit, text) => {
    await expect((await open(options)).check()).rejects.toMatchObject({
      exit,
      diagnostics: [{ code, message: expect.stringContaining(text) }],
    });
  });

  it('finds a clock that is off', async () => {
    simulator.shiftClock(20);
    await expect((await open()).check()).rejects.toMatchObject({
      diagnostics: [{ code: 'E407', message: expect.stringContaining('clock') }],
    });
  });
});

it('is another audience in another bucket, below another prefix, at another store', async () => {
  const refs = await Promise.all(
    [
      {},
      { bucket: 'pond' },
      { prefix: 'x' },
      { endpoint: 'https://minio.example.com' },
      { format: 'csv' },
    ].map(async (options) => (await open(options)).ensureAudience({ name: 'vip', dryRun: true })),
  );
  expect(new Set(refs).size).toBe(refs.length - 1);
  expect(refs.at(-1)).toBe(refs[0]);
  expect(simulator.calls).toEqual([]);
});
