/** Which network addresses lie inside: loopback, link-local, private and reserved ranges. */
import { BlockList, isIP } from 'node:net';

const IPV4_RANGES: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const IPV6_RANGES: readonly (readonly [string, number])[] = [
  ['::', 96],
  ['100::', 64],
  // Teredo: the IPv4 address in it is that of a relay, and another one hides behind that.
  ['2001::', 32],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** Prefixes of 96 bits after which an IPv6 address holds an IPv4 one: mapped, translated (SIIT), and NAT64. */
const IPV4_IN_IPV6 = ['::ffff:', '::ffff:0:', '64:ff9b::'];

const INSIDE = new BlockList();
for (const [address, bits] of IPV4_RANGES) {
  INSIDE.addSubnet(address, bits, 'ipv4');
  for (const prefix of IPV4_IN_IPV6) INSIDE.addSubnet(`${prefix}${address}`, 96 + bits, 'ipv6');
}
for (const [address, bits] of IPV6_RANGES) INSIDE.addSubnet(address, bits, 'ipv6');

/** True for an IPv4 or IPv6 address (no brackets) of a loopback, link-local, private or reserved range. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.split('%')[0]!;
  const family = isIP(bare);
  return family !== 0 && INSIDE.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * True when a URL's host (as `URL.hostname` gives it) is private by its text alone: such an address, or a name
 * that means this machine. Any other name has to be resolved to know.
 */
export function isPrivateHost(hostname: string): boolean {
  const bare = bareHost(hostname);
  return isThisMachine(bare) || isPrivateAddress(bare);
}

/** True when a URL's host is this machine by its text alone; such a request never goes through a proxy. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = bareHost(hostname);
  return isThisMachine(bare) || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

function isThisMachine(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}
