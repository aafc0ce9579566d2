/** `type: mixpanel`: a profile property for each audience, and events. */
import type { DestinationType, Manifest } from '../destination.ts';
import { MOST_ROWS, mixpanelOptions, mixpanelSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';
import { KINDS } from './users.ts';

const manifest: Manifest = {
  type: 'mixpanel',
  title: 'Mixpanel',
  does: 'sets a property of profiles, and takes it away; sends events',
  verified: 'simulated',
  options: mixpanelOptions,
  secrets: ['project_token', 'service_account_secret'],
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
  open: (context) => openSession(context, mixpanelSettings(context.options)),
};
