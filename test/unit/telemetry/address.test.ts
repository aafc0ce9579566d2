import { describe, expect, it } from 'vitest';
import { formatListenAddress, parseListenAddress } from '../../../src/telemetry/address.ts';

describe('--metrics', () => {
  it.each([
    ['9464', '127.0.0.1', 9464],
    ['0', '127.0.0.1', 0],
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['localhost:9464', 'localhost', 9464],
    ['[::]:9464', '::', 9464],
    ['[::1]:65535', '::1', 65_535],
  ])('%s', (value, host, port) => {
    expect(parseListenAddress(value)).toEqual({ host, port });
    if (value.includes(':')) expect(formatListenAddress({ host, port })).toBe(value);
  });

  it.each([
    '',
    'metrics',
    '65536',
    '99999',
    ':9464',
    '::1:9464',
    '[::1]',
    'http://localhost:9464',
    '9464 ',
    '-1',
    '127.0.0.1:',
  ])('refuses %j', (value) => {
    expect(() => parseListenAddress(value)).toThrow(/E604.*`--metrics` takes a port such as 9464/);
  });
});
