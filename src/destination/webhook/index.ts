/** `type: webhook`: signed JSON to the user's own endpoint. */
import type { DestinationType, Manifest } from '../destination.ts';
import { webhookOptions, webhookSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'webhook',
  title: 'Webhook',
  does: 'posts signed batches of changes to your own endpoint',
  verified: 'real',
  options: webhookOptions,
  secrets: ['secret', 'headers'],
  needsIdentifier: false,
  severalOfAKind: true,
  takesFields: true,
  anyTarget: true,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: 500, bytes: BATCH_BYTES },
  concurrency: 4,
  idempotency: 'key',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, webhookSettings(context.options)),
};
