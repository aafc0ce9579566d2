/**
 * Occurrences of a custom event. Source: HubSpot public API specification, `Events/Send Event Completions` 2026-03,
 * `send/batch`.
 */
import { fail } from '../../diagnostics/diagnostic.ts';
import { formatInstant } from '../../instant.ts';
import type { Batch, Change, Outcome } from '../destination.ts';
import { uuidOf } from '../uuid.ts';
import { failureOf, sentReceipts } from './answer.ts';
import { type ContactRef, nameOf, propertiesOf, refOf } from './contacts.ts';
import { type Context, resolve } from './members.ts';

/** Of what is sent, so that HubSpot knows it: the account's number and the event's own name. */
const NAME = /^pe\d+_[a-z][a-z0-9_]*$/;

export function eventsPath(version: string): string {
  return `/events/${version}/send/batch`;
}

/** By the contact's record: an address of nobody would be an occurrence of nobody. */
export function eventsBody(batch: Batch, occurrences: readonly Occurrence[]): unknown {
  const inputs = occurrences.map(({ change, objectId }) => ({
    eventName: batch.audience.name,
    objectId,
    occurredAt: formatInstant(change.causedAt),
    uuid: uuidOf(batch.idOf(change)),
    properties: valuesOf(change),
  }));
  return { inputs };
}

export interface Occurrence {
  readonly change: Change;
  readonly objectId: string;
}

/** Texts; a property without a value is left out. */
function valuesOf({ fields }: Change): Record<string, string> {
  return propertiesOf(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)));
}

/** Two calls: one that finds or makes the contacts, one that carries their events. Both are judged alike. */
export async function told(batch: Batch, context: Context): Promise<Outcome> {
  const { destination, client, settings, now, signal } = context;
  if (!NAME.test(batch.audience.name)) notTheName(destination, batch.audience.name);
  const refs = batch.changes.map((change) => refOf(change, batch.kinds, settings.idProperty));
  const resolved = await resolve(batch, refs, context);
  if (!('ids' in resolved)) return resolved;
  const idOf = (ref: ContactRef | undefined) => ref && resolved.ids.get(nameOf(ref));
  const occurrences = batch.changes.flatMap((change, index) => {
    const objectId = idOf(refs[index]);
    return objectId === undefined ? [] : [{ change, objectId }];
  });
  const receipts = sentReceipts(refs, resolved);
  if (occurrences.length === 0) return { receipts };
  const answer = await client.call({
    method: 'POST',
    path: eventsPath(settings.version),
    body: eventsBody(batch, occurrences),
    signal,
  });
  // It knows the id already. Of several it is not said which: they are split until each is alone.
  if (answer.status === 409 && occurrences.length === 1) return { receipts, httpStatus: answer.status };
  return failureOf(batch, answer, now()) ?? { receipts, httpStatus: answer.status };
}

function notTheName(destination: string, name: string): never {
  const hint = 'set the sync’s `audience:` to the event’s internal name, such as `pe1234567_cart_abandoned`';
  return fail('E407', { destination, detail: `\`${name}\` is not the whole name of a custom event`, hint });
}
