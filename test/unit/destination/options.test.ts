import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/project.ts';
import { fileOptions } from '../../../src/destination/file/options.ts';
import { parseRate } from '../../../src/destination/options.ts';
import { webhookOptions, webhookSettings } from '../../../src/destination/webhook/options.ts';
import { secretBytes, sign } from '../../../src/destination/webhook/signature.ts';

const URL_ = 'https://hooks.example.com/x';
const whsec = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;

function problems(options: Record<string, unknown>): string[] {
  const result = webhookOptions.safeParse({ url: URL_, ...options });
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('webhook options', () => {
  it('have the documented defaults', () => {
    expect(webhookSettings(webhookOptions.parse({ url: URL_ }))).toEqual({
      base: '',
      url: URL_,
      secret: undefined,
      batchRows: 500,
      concurrency: 4,
      requestsPerSecond: 100,
      timeoutMs: 30_000,
      headers: {},
      allowPrivateAddress: false,
    });
  });

  it('give settings for a plan where their references have no value', () => {
    const url = '$' + '{env:HOOK}';
    expect(webhookSettings({ url, secret: new Secret('') })).toMatchObject({
      batchRows: 500,
      secret: undefined,
    });
  });

  it('take a secret wrapped or plain', () => {
    const options = webhookOptions.parse({ url: URL_, secret: whsec(32) });
    const bytes = Buffer.alloc(32, 1);
    expect(webhookSettings(options).secret).toEqual(bytes);
    expect(webhookSettings({ ...options, secret: new Secret(whsec(32)) }).secret).toEqual(bytes);
  });

  it.each([
    [{ url: 'hooks.example.com' }, 'url: expected an address'],
    [{ url: 'ftp://x.test' }, 'url: expected an address'],
    [{ url: 'https://user:pass@x.test/' }, 'url: put user and password into `headers`'],
    [{ url: 'http://localhost:3000/' }, 'url: this address is loopback'],
    [{ url: 'http://[::1]/' }, 'url: this address is loopback'],
    [{ url: 'http://192.168.1.9/' }, 'url: this address is loopback'],
    [{ secret: 'hunter2' }, 'secret: expected `whsec_`'],
    [{ secret: whsec(23) }, 'secret: expected `whsec_`'],
    [{ secret: whsec(65) }, 'secret: expected `whsec_`'],
    [{ rate: '100' }, 'rate: expected a rate'],
    [{ rate: '0/s' }, 'rate: expected a rate'],
    [{ timeout: '0s' }, 'timeout: expected a duration'],
    [{ timeout: '1h' }, 'timeout: expected a duration'],
    [{ batch_size: 0 }, 'batch_size'],
    [{ concurrency: 1.5 }, 'concurrency'],
    [{ headers: { 'Webhook-Id': 'x' } }, 'headers.Webhook-Id'],
    [{ headers: { 'X-A': 'a\r\nX-B: b' } }, 'headers.X-A: a header holds printable ASCII only'],
    [{ colour: 'red' }, 'colour'],
  ])('refuse %j', (options, expected) => {
    const found = problems(options);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
    expect(found[0]).not.toContain('hunter2');
  });

  it('take a private address when that is allowed', () => {
    expect(problems({ url: 'http://localhost:3000/', allow_private_address: true })).toEqual([]);
  });
});

it.each([
  ['100/s', 100],
  ['6000/m', 100],
  ['1800/h', 0.5],
  ['1.5/s', undefined],
  ['-1/s', undefined],
  ['10/d', undefined],
])('rate %s is %s a second', (text, expected) => {
  expect(parseRate(text)).toBe(expected);
});

it('file options want a folder and know two formats and two layouts', () => {
  expect(fileOptions.parse({ directory: 'out' })).toEqual({
    directory: 'out',
    format: 'ndjson',
    layout: 'append',
  });
  expect(fileOptions.safeParse({ directory: '' }).success).toBe(false);
  expect(fileOptions.safeParse({ directory: 'out', format: 'xml' }).success).toBe(false);
  expect(fileOptions.safeParse({ directory: 'out', layout: 'pile' }).success).toBe(false);
  expect(fileOptions.safeParse({}).success).toBe(false);
});

describe('signature', () => {
  it('equals what openssl makes of the same key and text', () => {
    // printf 'msg_1.1700000000.{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:<32 times 01> -binary | base64
    const secret = secretBytes(whsec(32))!;
    expect(sign(secret, 'msg_1', '1700000000', '{"a":1}')).toBe(
      'v1,3tN+SMwreJINGaFSPFdhMpE4XGSVaCkC9ee+KquMGGQ=',
    );
  });

  it.each([24, 64])('takes a key of %i bytes', (bytes) => {
    expect(secretBytes(whsec(bytes))).toHaveLength(bytes);
  });
});
