/** `type: sendgrid`: lists of SendGrid Marketing. */
import { MINUTE } from '../../instant.ts';
import type { DestinationType, Manifest } from '../destination.ts';
import { KIND_OF, KINDS } from './contacts.ts';
import { MOST_ROWS, sendgridOptions, sendgridSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'sendgrid',
  title: 'SendGrid Marketing',
  does: 'adds contacts to a list, and takes them off',
  verified: 'simulated',
  options: sendgridOptions,
  secrets: ['api_key'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: false,
  // The index of contacts lags; by how much is not published.
  settlesAfter: 10n * MINUTE,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  manifestWith(options) {
    const { identifierType } = sendgridSettings(options);
    // A reference without a value stands as it is written.
    return { ...manifest, kinds: identifierType in KIND_OF ? [KIND_OF[identifierType]] : KINDS };
  },
  open: (context) => openSession(context, sendgridSettings(context.options)),
};
