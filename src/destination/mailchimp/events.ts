/** An event of a contact. Source: Mailchimp Marketing API, `lists/members/events` (add). */
import { createHash } from 'node:crypto';
import { fail } from '../../diagnostics/diagnostic.ts';
import { formatInstant } from '../../instant.ts';
import type { ApiRequest } from '../api.ts';
import type { Batch, Change, FieldValue, Outcome } from '../destination.ts';
import { toldOf } from './answer.ts';
import { joined, type Work } from './changes.ts';
import { addressesOf } from './members.ts';

/** Throws E407 for what cannot be an event's name: it has 2 to 30 characters. */
export function stopIfNoName(destination: string, name: string): void {
  if (/^.{2,30}$/u.test(name)) return;
  const detail = `\`${name}\` cannot be the name of an event: it has 2 to 30 characters`;
  fail('E407', { destination, detail, hint: 'give the sync another `audience:`' });
}

export interface Telling {
  /** The path of the audience (list). */
  readonly list: string;
  readonly address: string;
  readonly name: string;
}

/** A contact is known by the hash of their address. */
export function eventCall(change: Change, { list, address, name }: Telling): ApiRequest {
  const hash = createHash('md5').update(address.toLowerCase(), 'utf8').digest('hex');
  const body = { name, properties: textsOf(change.fields), occurred_at: formatInstant(change.causedAt) };
  return { method: 'POST', path: `${list}/members/${hash}/events`, body };
}

/** Properties are texts; one without a value is left out. */
function textsOf(fields: Change['fields']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, textOf(value)]])),
  );
}

function textOf(value: Exclude<FieldValue, null>): string {
  return typeof value === 'object' ? value.number : String(value);
}

/**
 * Tells of the one event of a batch. `listIsThere` throws where the whole audience is gone, which is answered as
 * somebody is who is no contact.
 */
export async function told(batch: Batch, work: Work, listIsThere: () => Promise<void>): Promise<Outcome> {
  const { list, call, now, signal } = work;
  const [address = ''] = addressesOf(batch);
  const refused = await joined(batch, work);
  if (!(refused instanceof Map)) return refused;
  const notMade = refused.get(address);
  if (notMade) return { receipts: [notMade] };
  const request = eventCall(batch.changes[0]!, { list, address, name: batch.audience.name });
  const answer = await call({ ...request, signal });
  if (answer.status === 404) await listIsThere();
  return toldOf(batch, answer, now());
}
