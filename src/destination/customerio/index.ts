/** `type: customerio`: a manual segment for each audience, and events. */
import type { DestinationType, Manifest } from '../destination.ts';
import { customerioOptions, customerioSettings, MOST_ROWS } from './options.ts';
import { KINDS } from './people.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'customerio',
  title: 'Customer.io',
  does: 'puts people into a manual segment, and takes them out; sends events',
  verified: 'simulated',
  options: customerioOptions,
  secrets: ['api_key', 'app_api_key'],
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
  open: (context) => openSession(context, customerioSettings(context.options)),
};
