import { describe, expect, it } from 'vitest';
import { isLoopbackHost, isPrivateAddress, isPrivateHost } from '../../../src/private-address.ts';

describe('isPrivateAddress', () => {
  it.each([
    ['0.0.0.0', true],
    ['9.255.255.255', false],
    ['10.0.0.0', true],
    ['10.255.255.255', true],
    ['11.0.0.0', false],
    ['100.63.255.255', false],
    ['100.64.0.0', true],
    ['127.8.9.1', true],
    ['169.254.169.254', true],
    ['172.15.255.255', false],
    ['172.16.0.1', true],
    ['172.31.255.255', true],
    ['172.32.0.0', false],
    ['192.168.0.1', true],
    ['192.169.0.1', false],
    ['224.0.0.1', true],
    ['255.255.255.255', true],
    ['8.8.8.8', false],
    ['::', true],
    ['::1', true],
    ['::ffff:192.168.1.1', true],
    ['::ffff:c0a8:101', true],
    ['::ffff:8.8.8.8', false],
    ['64:ff9b::a9fe:a9fe', true],
    ['64:ff9b::8.8.8.8', false],
    ['fc00::1', true],
    ['fe80::1%eth0', true],
    ['2002:7f00:1::', true],
    ['2606:4700::1111', false],
    ['example.com', false],
  ])('%s: %s', (address, expected) => {
    expect(isPrivateAddress(address)).toBe(expected);
  });
});

it.each([
  ['localhost', true, true],
  ['LOCALHOST.', true, true],
  ['x.localhost', true, true],
  ['[::1]', true, true],
  ['127.0.0.1', true, true],
  ['192.168.0.1', true, false],
  ['notlocalhost', false, false],
  ['127.example.com', false, false],
])('host %s: private %s, loopback %s', (host, isPrivate, isLoopback) => {
  expect(isPrivateHost(host)).toBe(isPrivate);
  expect(isLoopbackHost(host)).toBe(isLoopback);
});
