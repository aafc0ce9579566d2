/** `type: salesforce`: a checkbox on records of an organization, and records for events. */
import type { DestinationType, Manifest } from '../destination.ts';
import { MOST_ROWS, salesforceOptions, salesforceSettings } from './options.ts';
import { KINDS } from './records.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'salesforce',
  title: 'Salesforce',
  does: 'sets a checkbox on contacts or other records, and clears it; makes a record for each event',
  verified: 'simulated',
  options: salesforceOptions,
  secrets: ['client_id', 'client_secret', 'refresh_token'],
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
  open: (context) => openSession(context, salesforceSettings(context.options)),
};
