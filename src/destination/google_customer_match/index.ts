/** `type: google_customer_match`: customer lists of a Google Ads account, through the Data Manager API. */
import type { DestinationType, Manifest } from '../destination.ts';
import { FORGETS_AFTER } from './lists.ts';
import { KINDS } from './members.ts';
import { googleOptions, googleSettings, MOST_ROWS } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'google_customer_match',
  title: 'Google Customer Match',
  does: 'adds people to a customer list and takes them out',
  verified: 'simulated',
  options: googleOptions,
  secrets: ['client_secret', 'refresh_token', 'service_account'],
  needsIdentifier: true,
  severalOfAKind: true,
  kinds: KINDS,
  takesFields: false,
  anyTarget: false,
  operations: ['add', 'remove'],
  listsMembers: false,
  takesEvents: false,
  forgetsAfter: FORGETS_AFTER,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, googleSettings(context.options)),
};
