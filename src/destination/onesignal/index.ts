/** `type: onesignal`: tags of an app's users, and events. */
import type { DestinationType, Manifest } from '../destination.ts';
import { onesignalOptions, onesignalSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';
import { KINDS } from './users.ts';

const manifest: Manifest = {
  type: 'onesignal',
  title: 'OneSignal',
  does: 'sets a tag of users, and takes it away; sends events',
  verified: 'simulated',
  options: onesignalOptions,
  secrets: ['api_key'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: 1, bytes: BATCH_BYTES },
  concurrency: 16,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, onesignalSettings(context.options)),
};
