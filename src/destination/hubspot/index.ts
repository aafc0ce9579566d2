/** `type: hubspot`: a static list of contacts for each audience, and events. */
import { MINUTE } from '../../instant.ts';
import type { DestinationType, Manifest } from '../destination.ts';
import { KINDS } from './contacts.ts';
import { hubspotOptions, hubspotSettings, MOST_ROWS } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'hubspot',
  title: 'HubSpot',
  does: 'puts contacts on a static list, and takes them off; sends events',
  verified: 'simulated',
  options: hubspotOptions,
  secrets: ['access_token', 'client_secret', 'refresh_token'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  // How soon a contact that was made is found is not documented.
  settlesAfter: 5n * MINUTE,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, hubspotSettings(context.options)),
};
