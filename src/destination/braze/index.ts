/** `type: braze`: an attribute of users for each audience, and events. */
import type { DestinationType, Manifest } from '../destination.ts';
import { brazeOptions, brazeSettings, MOST_ROWS } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';
import { KINDS } from './users.ts';

const manifest: Manifest = {
  type: 'braze',
  title: 'Braze',
  does: 'sets an attribute of users, and takes it away; sends events',
  verified: 'simulated',
  options: brazeOptions,
  secrets: ['api_key'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 4,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, brazeSettings(context.options)),
};
