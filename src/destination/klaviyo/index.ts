/** `type: klaviyo`: a list for each audience, and events. */
import { MINUTE } from '../../instant.ts';
import type { DestinationType, Manifest } from '../destination.ts';
import { klaviyoOptions, klaviyoSettings, MOST_ROWS } from './options.ts';
import { KINDS } from './profiles.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'klaviyo',
  title: 'Klaviyo',
  does: 'imports profiles into a list, and takes them off; sends events',
  verified: 'simulated',
  options: klaviyoOptions,
  secrets: ['api_key'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  // How soon a look-up finds an imported profile is not documented.
  settlesAfter: 15n * MINUTE,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, klaviyoSettings(context.options)),
};
