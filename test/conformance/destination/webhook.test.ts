/** How the webhook destination signs, and what it makes of every kind of answer; over real loopback HTTP. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDestination } from '../../../src/adapters.ts';
import type { DestinationSession, Receipt } from '../../../src/destination/destination.ts';
import { openHttpClient } from '../../../src/http-client.ts';
import { parseInstant } from '../../../src/instant.ts';
import type { World } from '../../../src/world.ts';
import { type Fault, startWebhookReceiver, type WebhookReceiver } from '../../webhook-receiver.ts';
import { batch, change, kindsOf, openDestination, receiptsOf, WORLD } from './harness.ts';
import { SECRET } from './harnesses.ts';

let receiver: WebhookReceiver;
let session: DestinationSession;

const NOW = parseInstant('2026-11-22T10:00:00.000000Z', 'UTC')!;

function worldAtNow(): World {
  return { ...WORLD, clock: { ...WORLD.clock, now: () => NOW } };
}

async function open(options: Record<string, unknown> = {}): Promise<DestinationSession> {
  return openDestination(
    'webhook',
    '/',
    { url: receiver.url, allow_private_address: true, secret: SECRET, ...options },
    worldAtNow(),
  );
}

beforeEach(async () => {
  receiver = await startWebhookReceiver({ secret: SECRET });
  session = await open();
});

afterEach(async () => {
  await session.close();
  await receiver.close();
});

const three = () => batch([change('add', '101'), change('add', '102'), change('add', '103')]);

async function receiptsAfter(fault: Fault): Promise<readonly Receipt[]> {
  receiver.script(fault);
  return receiptsOf(await session.send(three(), {}));
}

describe('the request', () => {
  it('is the documented body, byte by byte', async () => {
    const sent = batch(
      [change('add', '42', { email: 'ada@x.test' }, { first_name: 'Ada', value: { number: '12.50' } })],
      'Cart "abandoners"',
    );
    await session.send(sent, {});
    expect(receiver.requests[0]!.body).toBe(
      '{"type":"segment.membership.changed","timestamp":"2026-11-22T10:00:00.000000Z",' +
        '"data":{"sync":"vip.hook","segment":"vip","audience":"Cart \\"abandoners\\"",' +
        `"batch_id":"${sent.id}",` +
        '"changes":[{"op":"add","key":"42","caused_at":"2026-11-22T09:59:58.123456Z",' +
        '"identifiers":{"email":"ada@x.test"},"fields":{"first_name":"Ada","value":12.50}}]}}',
    );
  });

  it('is signed over id, timestamp and the exact bytes', async () => {
    const sent = batch([change('add', '1', { email: 'ä"\n🎈@x.test' })]);
    await session.send(sent, {});
    const { headers, body, method, signatureValid } = receiver.requests[0]!;
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const unixSeconds = '1795341600';
    const expected = createHmac('sha256', key).update(`${sent.id}.${unixSeconds}.${body}`).digest('base64');
    expect(method).toBe('POST');
    expect(headers['webhook-id']).toBe(sent.id);
    expect(headers['webhook-timestamp']).toBe(unixSeconds);
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(headers['content-type']).toBe('application/json');
    expect(signatureValid).toBe(true);
  });

  it('bears id and timestamp, but no signature, without a secret; and headers of the user’s', async () => {
    const open_ = await startWebhookReceiver();
    const plain = await openDestination(
      'webhook',
      '/',
      {
        url: open_.url,
        allow_private_address: true,
        headers: { Authorization: 'Bearer t', 'X-Team': 'growth' },
      },
      worldAtNow(),
    );
    await plain.send(batch([change('add', '1')]), {});
    const { headers } = open_.requests[0]!;
    expect(headers['webhook-id']).toMatch(/^batch-/);
    expect(headers['webhook-timestamp']).toBe('1795341600');
    expect(headers['webhook-signature']).toBeUndefined();
    expect(headers.authorization).toBe('Bearer t');
    expect(headers['x-team']).toBe('growth');
    await open_.close();
  });

  it('goes only where private addresses are allowed, when it goes to one by a name', async () => {
    const name = 'private.test';
    const lookup = (async (host: string) => {
      expect(host).toBe(name);
      return [{ address: '127.0.0.1', family: 4 }];
    }) as unknown as Parameters<typeof openHttpClient>[0];
    const rebound = await openDestination(
      'webhook',
      '/',
      { url: receiver.url.replace('127.0.0.1', name) },
      { ...worldAtNow(), network: { ...worldAtNow().network, ...openHttpClient(lookup) } },
    );
    await expect(rebound.send(three(), {})).rejects.toMatchObject({
      diagnostics: [{ code: 'E402', exit: 78 }],
    });
    await expect(rebound.check()).rejects.toMatchObject({ diagnostics: [{ code: 'E402' }] });
    expect(receiver.requests).toEqual([]);
  });
});

describe('an answer of 2xx', () => {
  it.each([
    ['empty', { status: 204 }],
    ['plain text', { body: 'thanks', headers: { 'content-type': 'text/plain' } }],
    ['HTML', { body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['JSON under another content type', { body: '{"errors":[]}', headers: { 'content-type': 'text/html' } }],
    ['JSON that is no object', { body: '[1,2]' }],
    ['null', { body: 'null' }],
    ['broken JSON', { body: '{"ok": tr' }],
  ])('is delivered when it is %s', async (_, fault) => {
    expect((await receiptsAfter(fault)).map(({ kind }) => kind)).toEqual(Array(3).fill('delivered'));
  });

  it.each([
    ['errors that break off', { body: '{"errors":[{"index"' }],
    ['errors of another type', { body: '{"errors":"none"}' }],
  ])('delivers nobody for sure when it tells %s', async (_, fault) => {
    expect((await receiptsAfter(fault)).map(({ kind }) => kind)).toEqual(Array(3).fill('retry'));
  });

  it('fails the rows it names, and only them', async () => {
    const receipts = await receiptsAfter({
      errors: [
        { index: 2, code: 'busy', message: 'try later', retryable: true },
        { index: 0, code: 'invalid_phone', message: 'not a number', retryable: false },
      ],
    });
    expect(receipts).toEqual([
      { kind: 'rejected', code: 'invalid_phone', message: 'not a number' },
      { kind: 'delivered' },
      { kind: 'retry', code: 'busy', message: 'try later' },
    ]);
    expect([...receiver.audiences.get('vip')!.keys()]).toEqual(['102']);
  });

  it('fails named rows even under a wrong content type', async () => {
    const receipts = await receiptsAfter({
      body: '{"errors":[{"index":1}]}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(receipts.map(({ kind }) => kind)).toEqual(['delivered', 'rejected', 'delivered']);
  });

  it('lets the first of two errors for a row count', async () => {
    const receipts = await receiptsAfter({
      errors: [
        { index: 1, code: 'first', retryable: true },
        { index: 1, code: 'second', retryable: false },
      ],
    });
    expect(receipts[1]).toMatchObject({ kind: 'retry', code: 'first' });
  });

  it.each([[3], [-1], [0.5], ['1'], [null], [undefined]])(
    'takes no row as delivered when an error has the index %s',
    async (index) => {
      const receipts = await receiptsAfter({
        errors: [
          { index: 0, code: 'bad' },
          { index, code: 'odd' },
        ],
      });
      expect(receipts.map(({ kind }) => kind)).toEqual(['rejected', 'retry', 'retry']);
    },
  );

  it.each([[null], ['x'], [[0]]])('survives an entry that is %j', async (entry) => {
    const receipts = await receiptsAfter({ errors: [entry] });
    expect(receipts.map(({ kind }) => kind)).toEqual(['retry', 'retry', 'retry']);
  });

  it('survives wrong types in an entry', async () => {
    const receipts = await receiptsAfter({
      errors: [{ index: 0, code: { a: 1 }, message: ['x'], retryable: 'yes' }],
    });
    expect(receipts[0]).toEqual({
      kind: 'rejected',
      code: 'row_error',
      message: 'the endpoint refused the row',
    });
  });

  it('repeats nothing of a person, whatever the endpoint says', async () => {
    const person = change(
      'add',
      'cust-778899',
      { email: 'ada@x.test' },
      { name: 'Ada Lovelace', n: { number: '61.25' } },
    );
    const said = [
      'ADA@X.TEST is not valid',
      'no customer cust-778899',
      'Mrs Lovelace is unknown',
      'value 61.25 refused',
      'belongs to old@address.test',
      'call +49 170 1234567',
    ];
    for (const message of said) {
      receiver.script({ errors: [{ index: 0, code: 'Lovelace', message }] });
      const [receipt] = receiptsOf(await session.send(batch([person]), {}));
      expect(receipt).toEqual({
        kind: 'rejected',
        code: 'row_error',
        message: 'the endpoint refused the row',
      });
    }
  });

  it('keeps a long message to 200 characters', async () => {
    const [receipt] = await receiptsAfter({ errors: [{ index: 0, message: 'no\n'.repeat(1000) }] });
    expect(receipt).toMatchObject({ kind: 'rejected' });
    expect((receipt as { message: string }).message).toMatch(/^(no )+.*…$/);
    expect((receipt as { message: string }).message.length).toBeLessThanOrEqual(200);
  });
});

describe('a refusal', () => {
  it.each([400, 409, 413, 422])('of %i is one for the whole batch', async (status) => {
    receiver.script({ status, body: 'ada@x.test is bad' });
    const outcome = await session.send(three(), {});
    expect(outcome).toMatchObject({ refused: { code: `http_${status}` }, httpStatus: status });
    expect(JSON.stringify(outcome)).not.toContain('ada');
  });

  it.each([404, 405, 410])(
    'of %i is one of the address: it stops the sync, and nobody is rejected',
    async (status) => {
      receiver.script({ status });
      await expect(session.send(three(), {})).rejects.toMatchObject({ diagnostics: [{ code: 'E405' }] });
      receiver.script({ status });
      await expect(session.check()).rejects.toMatchObject({ diagnostics: [{ code: 'E405' }] });
    },
  );

  it.each([401, 403])('of %i stops the sync with exit 77', async (status) => {
    receiver.script({ status });
    await expect(session.send(three(), {})).rejects.toMatchObject({
      exit: 77,
      diagnostics: [{ code: 'E401' }],
    });
  });

  it('comes from a receiver that knows another secret', async () => {
    const stranger = await open({ secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` });
    await expect(stranger.send(three(), {})).rejects.toMatchObject({ exit: 77 });
    await expect(stranger.check()).rejects.toMatchObject({ exit: 77 });
    expect(receiver.audiences.size).toBe(0);
  });

  it.each([301, 302, 307, 308])('of %i is a redirect, which is not followed', async (status) => {
    receiver.script({ status, headers: { location: receiver.url } });
    await expect(session.send(three(), {})).rejects.toMatchObject({ diagnostics: [{ code: 'E403' }] });
    expect(receiver.requests.length).toBe(1);
  });
});

describe('trouble', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('of %i is tried again', async (status) => {
    const receipts = await receiptsAfter({
      status,
      body: '<html><h1>Bad gateway</h1>',
      headers: { 'content-type': 'text/html' },
    });
    expect(receipts).toHaveLength(3);
    for (const receipt of receipts) {
      expect(receipt).toMatchObject({ kind: 'retry', code: `http_${status}` });
      expect(receipt).not.toHaveProperty('afterMs');
    }
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['1.5', 1_500],
    ['999999', 3_600_000],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['Sun, 29 Nov 2026 10:00:00 GMT', 3_600_000],
    ['soon', undefined],
    ['-5', undefined],
  ])('with Retry-After %s waits %s ms', async (header, afterMs) => {
    for (const status of [429, 503]) {
      const [receipt] = await receiptsAfter({ status, headers: { 'retry-after': header } });
      expect((receipt as { afterMs?: number }).afterMs).toBe(afterMs);
    }
  });

  it.each(['before', 'after'] as const)('of a connection cut %s applying is tried again', async (drop) => {
    const sent = three();
    receiver.script({ drop });
    const first = receiptsOf(await session.send(sent, {}));
    expect(first[0]).toMatchObject({ kind: 'retry', code: 'network_reset' });
    expect(receiver.audiences.get('vip')?.size ?? 0).toBe(drop === 'after' ? 3 : 0);
    expect(kindsOf(await session.send(sent, {}))).toEqual(['delivered', 'delivered', 'delivered']);
    expect(receiver.audiences.get('vip')!.size).toBe(3);
    const ids = receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect(receiver.requests.filter(({ applied }) => applied)).toHaveLength(1);
  });

  it('of an answer that is too slow is tried again', async () => {
    await session.close();
    session = await open({ timeout: '1s' });
    receiver.script({ delayMs: 1_500 });
    const started = performance.now();
    const [receipt] = receiptsOf(await session.send(three(), {}));
    expect(receipt).toMatchObject({ kind: 'retry', code: 'network_timeout' });
    expect(performance.now() - started).toBeLessThan(1_400);
  });

  it('of nobody listening is tried again', async () => {
    await receiver.close();
    const [receipt] = receiptsOf(await session.send(three(), {}));
    expect(receipt).toMatchObject({ kind: 'retry', code: 'network_refused' });
    await expect(session.check()).rejects.toMatchObject({ exit: 75, diagnostics: [{ code: 'E404' }] });
    receiver = await startWebhookReceiver();
  });

  it('of being told to stop is tried again', async () => {
    receiver.script({ delayMs: 5_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const [receipt] = receiptsOf(await session.send(three(), { signal: controller.signal }));
    expect(receipt).toMatchObject({ kind: 'retry', code: 'network_aborted' });
  });
});

it('names an audience by the endpoint, without what may be secret in it', async () => {
  const ref = async (url: string) => (await open({ url })).ensureAudience({ name: 'vip', dryRun: false });
  const first = await ref('https://hooks.example.com/T0KEN/x?sig=S3CRET');
  expect(first).toMatch(/^vip@hooks\.example\.com\/[0-9a-f]{16}$/);
  expect(await ref('https://hooks.example.com/T0KEN/x?sig=rotated')).toBe(first);
  expect(await ref('https://hooks.example.com/other/x')).not.toBe(first);
  expect(receiver.requests).toEqual([]);
});

it('names an audience even where the references in its url have no value', async () => {
  const destination = (await loadDestination(WORLD, 'webhook'))!;
  const unset = destination.open({
    world: WORLD,
    name: 'hook',
    root: '/',
    options: { url: '$' + '{env:HOOK}' },
  });
  expect(await unset.ensureAudience({ name: 'vip', dryRun: true })).toMatch(/^vip@unset\.invalid\//);
  expect(unset.limits.batchRows).toBe(500);
});
