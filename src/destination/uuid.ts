/** UUIDs for other sides that take no other key. */
import { createHash } from 'node:crypto';

/** Ours, drawn once: names of two programs never give one UUID. */
const NAMESPACE = Buffer.from('7c1d7f6e5b0f4f0b9a3d2e8c64b1a975', 'hex');

/** The same for the same text: version 5. Source: RFC 9562, section 5.5. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(text, 'utf8').digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
