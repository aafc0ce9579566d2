/** `type: segment`: traits and events of users, or of groups, through an HTTP API source. */
import type { DestinationType, Manifest } from '../destination.ts';
import { KINDS } from './messages.ts';
import { MOST_ROWS, segmentOptions, segmentSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'segment',
  title: 'Segment (HTTP API source)',
  does: 'sets a trait of users or groups to true or false, or sends an event for each who enters or leaves',
  verified: 'simulated',
  options: segmentOptions,
  secrets: ['write_key'],
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
  idempotency: 'key',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, segmentSettings(context.options)),
};
