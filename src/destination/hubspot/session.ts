/** An open HubSpot destination. */
import { fail } from '../../diagnostics/diagnostic.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, Example, OpenContext } from '../destination.ts';
import { sent } from '../failures.ts';
import { changeBytes } from '../json.ts';
import { openClient } from './client.ts';
import { identifierOf } from './contacts.ts';
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
      return sent(destination, batch, () => changed(batch, { destination, client, settings, now, signal }));
    },
    async close() {},
  };
}

/** Fields are written by the call that makes contacts, and by no other. */
function stopIfFieldsAreLost(destination: string, batch: Batch, settings: HubspotSettings): void {
  if (settings.createContacts || batch.op === 'remove') return;
  if (batch.changes.every(({ fields }) => Object.keys(fields).length === 0)) return;
  const detail = '`fields` are written only with `create_contacts: true`';
  fail('E407', { destination, detail, hint: 'set that, or take `fields` off the sync' });
}

/** The change of the list: the ids of its records are known only after they were looked up. */
function exampleOf(batch: Batch, settings: HubspotSettings): Example {
  return { to: `PUT ${settings.base}${membersPath(batch, settings)}`, body: batch.changes.map(() => 'ID') };
}
