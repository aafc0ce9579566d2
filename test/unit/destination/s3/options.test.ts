/** Where requests go, and what a file of `type: s3` may say. */
import { describe, expect, it } from 'vitest';
import { s3Options, s3Settings } from '../../../../src/destination/s3/options.ts';

const KEYS = { access_key_id: 'AKIA', secret_access_key: 'secret' };
const settingsOf = (options: Record<string, unknown>) =>
  s3Settings(s3Options.parse({ bucket: 'lake', ...KEYS, ...options }));

describe('a bucket', () => {
  it.each([
    [{}, 'https://lake.s3.us-east-1.amazonaws.com/', 's3://lake/'],
    [{ region: 'eu-west-1' }, 'https://lake.s3.eu-west-1.amazonaws.com/', 's3://lake/'],
    [{ region: 'cn-north-1' }, 'https://lake.s3.cn-north-1.amazonaws.com.cn/', 's3://lake/'],
    [{ path_style: true }, 'https://s3.us-east-1.amazonaws.com/lake/', 's3://lake/'],
    [{ bucket: 'a.lake' }, 'https://s3.us-east-1.amazonaws.com/a.lake/', 's3://a.lake/'],
    [{ endpoint: 'https://minio.example.com:9000/' }, 'https://minio.example.com:9000/lake/', undefined],
    [
      { endpoint: 'https://store.example.com', path_style: false },
      'https://lake.store.example.com/',
      'https://store.example.com/lake/',
    ],
  ])('of %j is at %s', (options, root, place) => {
    const settings = settingsOf(options);
    expect(settings.root).toBe(root);
    expect(settings.place).toBe(place ?? root);
  });
});

describe('a prefix', () => {
  it.each([
    ['', ''],
    ['a', 'a/'],
    ['a/b/', 'a/b/'],
    ['year=2026/x.y', 'year=2026/x.y/'],
  ])('%j stands as %j before keys', (prefix, stands) => {
    expect(settingsOf({ prefix }).prefix).toBe(stands);
  });

  it.each(['/a', 'a//b', '../a', 'a/..', './a', 'a b', 'a?b', 'a#', 'ä', `${'a/'.repeat(250)}`])(
    '%j is none',
    (prefix) => {
      expect(s3Options.safeParse({ bucket: 'lake', ...KEYS, prefix }).success).toBe(false);
    },
  );
});

describe('a store without TLS', () => {
  it.each([
    ['http://127.0.0.1:9000', true, true],
    ['http://10.1.2.3', true, true],
    ['http://[::1]:9000', true, true],
    ['http://minio.internal:9000', true, true],
    ['http://127.0.0.1:9000', false, false],
    ['http://minio.internal:9000', false, false],
    ['http://93.184.215.14', true, false],
    ['http://[2606:2800::1]', true, false],
  ])('at %s, allow_private_address %s: %s', (endpoint, allow_private_address, isFine) => {
    const { success } = s3Options.safeParse({ bucket: 'lake', ...KEYS, endpoint, allow_private_address });
    expect(success).toBe(isFine);
  });
});

it.each([
  { endpoint: 'https://minio.example.com/lake' },
  { endpoint: 'https://key:secret@minio.example.com' },
  { bucket: 'a/b' },
  { bucket: 'lake?x' },
  { kms_key_id: 'k' },
  { kms_key_id: 'k', encryption: 'AES256' },
  { region: 'eu-west-1.evil.example' },
])('refuses %j', (options) => {
  expect(s3Options.safeParse({ bucket: 'lake', ...KEYS, ...options }).success).toBe(false);
});

it('works without defaults, where references have no value', () => {
  const settings = s3Settings({ bucket: `\${env:B}`, endpoint: `\${env:E}`, ...KEYS });
  expect(settings).toMatchObject({ prefix: '', format: 'ndjson', gzip: false, batchRows: 5_000 });
});
