/** `type: file`: one line an operation, appended to a file for each audience. */
import type { DestinationType, Manifest } from '../destination.ts';
import { fileOptions, fileSettings } from './options.ts';
import { BATCH_BYTES, BATCH_ROWS, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'file',
  title: 'File',
  options: fileOptions,
  secrets: [],
  needsIdentifier: false,
  anyTarget: true,
  operations: ['add', 'remove', 'update'],
  takesEvents: true,
  batch: { rows: BATCH_ROWS, bytes: BATCH_BYTES },
  concurrency: 1,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, fileSettings(context.options)),
};
