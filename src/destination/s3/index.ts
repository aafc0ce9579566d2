/** `type: s3`: an object for each batch, and a manifest for each run. */
import type { DestinationType, Manifest } from '../destination.ts';
import { s3Options, s3Settings } from './options.ts';
import { BATCH_BYTES, BATCH_ROWS, CONCURRENCY, openSession } from './session.ts';

const manifest: Manifest = {
  type: 's3',
  title: 'S3 and compatible stores',
  does: 'puts an object for each batch of changes, and a manifest for each run',
  verified: 'real',
  options: s3Options,
  secrets: ['access_key_id', 'secret_access_key', 'session_token'],
  needsIdentifier: false,
  severalOfAKind: true,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: BATCH_ROWS, bytes: BATCH_BYTES },
  concurrency: CONCURRENCY,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, s3Settings(context.options)),
};
