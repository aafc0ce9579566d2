/** `type: kafka`: a record for each change. */
import type { DestinationType, Manifest } from '../destination.ts';
import { kafkaOptions, kafkaSettings, MOST_ROWS } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'kafka',
  title: 'Kafka',
  does: 'writes a record for each change, and for each event',
  verified: 'real',
  options: kafkaOptions,
  secrets: ['sasl_password'],
  needsIdentifier: false,
  severalOfAKind: true,
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
  open: (context) => openSession(context, kafkaSettings(context.options)),
};
