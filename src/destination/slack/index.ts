/** `type: slack`: a message for each run and sync, that says how many entered and left. */
import type { DestinationType, Manifest } from '../destination.ts';
import { slackOptions, slackSettings } from './options.ts';
import { BATCH_BYTES, BATCH_ROWS, CONCURRENCY, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'slack',
  title: 'Slack',
  does: 'posts how many entered and left, one message a run',
  verified: 'simulated',
  options: slackOptions,
  secrets: ['url'],
  needsIdentifier: false,
  severalOfAKind: true,
  takesFields: true,
  anyTarget: false,
  // A changed field is nothing to tell; as an add it would count as one who entered.
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: BATCH_ROWS, bytes: BATCH_BYTES },
  concurrency: CONCURRENCY,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, slackSettings(context.options)),
};
