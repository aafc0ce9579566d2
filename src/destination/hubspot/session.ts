/** An open HubSpot destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, Example, OpenContext } from '../destination.ts';
import { sent } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { openClient } from './client.ts';
import { identifierOf } from './contacts.ts';
import { eventsBody, eventsPath, told } from './events.ts';
import { askForList, ensureList } from './lists.ts';
import { changed, membersPath } from './members.ts';
import type { HubspotSettings } from './options.ts';

/** No limit is published; far above what 100 contacts take. */
export const BATCH_BYTES = 3_000_000;

/** A session on one account. Opens no connection. */
export function openSession(context: OpenContext, settings: HubspotSettings): DestinationSession {
  const { world, name: destination } = context;
  const client = openClient(context, settings);
  const now = () => world.clock.now();
  const lists = { destination, client, version: settings.version };
  return {
    limits: limitsOf(settings, BATCH_BYTES),
    async check() {
      // Whether there is such a list or not, the answer proves the token.
      await askForList(lists, 'segsync check');
    },
    ensureAudience: ({ name, dryRun }) => ensureList(lists, name, dryRun),
    identifier: (kind, value) => identifierOf(kind, value, settings.idProperty),
    example: (batch) => exampleOf(batch, settings),
    sizeOf: (change) => changeBytes(change, 300),
    async send(batch, { signal }) {
      stopIfFieldsAreLost(destination, batch, settings);
      const work = batch.events ? told : changed;
      return sent(destination, batch, () => work(batch, { destination, client, settings, now, signal }));
    },
    async close() {},
  };
}

/** Fields of contacts are written by the call that makes them, and by no other. */
function stopIfFieldsAreLost(destination: string, batch: Batch, settings: HubspotSettings): void {
  if (settings.createContacts || batch.events || batch.op === 'remove') return;
  if (batch.changes.every(({ fields }) => Object.keys(fields).length === 0)) return;
  const detail = '`fields` are written only with `create_contacts: true`';
  fail('E407', { destination, detail, hint: 'set that, or take `fields` off the sync' });
}

/** What comes after the look-up: the ids of records are known only then. */
function exampleOf(batch: Batch, settings: HubspotSettings): Example {
  const { base, version } = settings;
  if (batch.events) {
    const occurrences = batch.changes.map((change) => ({ change, objectId: 'ID' }));
    return { to: `POST ${base}${eventsPath(version)}`, body: eventsBody(batch, occurrences) };
  }
  return { to: `PUT ${base}${membersPath(batch, settings)}`, body: batch.changes.map(() => 'ID') };
}
