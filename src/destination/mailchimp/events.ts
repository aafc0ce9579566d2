/** An event of a contact. Source: Mailchimp Marketing API, `lists/members/events` (add). */
import { createHash } from 'node:crypto';
import { fail } from '../../diagnostics/diagnostic.ts';
import { formatInstant } from '../../instant.ts';
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

/** `hash`: by which a contact is known. */
export function eventPath(list: string, hash: string): string {
  return `${list}/members/${hash}/events`;
}

export function eventBody({ fields, causedAt }: Change, name: string): unknown {
  return { name, properties: textsOf(fields), occurred_at: formatInstant(causedAt) };
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
  const hash = createHash('md5').update(address, 'utf8').digest('hex');
  const body = eventBody(batch.changes[0]!, batch.audience.name);
  const answer = await call({ method: 'POST', path: eventPath(list, hash), body, signal });
  if (answer.status === 404) await listIsThere();
  return toldOf(batch, answer, now());
}
