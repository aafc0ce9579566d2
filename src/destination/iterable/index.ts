/** `type: iterable`: a static list for each audience, and events. */
import type { DestinationType, Manifest } from '../destination.ts';
import { iterableOptions, iterableSettings, MOST_ROWS } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';
import { KINDS } from './users.ts';

const manifest: Manifest = {
  type: 'iterable',
  title: 'Iterable',
  does: 'subscribes users to a static list, and takes them off; sends events',
  verified: 'simulated',
  options: iterableOptions,
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
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, iterableSettings(context.options)),
};
