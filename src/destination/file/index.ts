/** `type: file`: one line an operation, appended to a file for each audience. */
import type { DestinationType, Manifest } from '../destination.ts';
import { fileOptions, fileSettings } from './options.ts';
import { BATCH_BYTES, BATCH_ROWS, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'file',
  title: 'File',
  does: 'appends a line for each change to a file of the audience',
  verified: 'real',
  options: fileOptions,
  secrets: [],
  needsIdentifier: false,
  severalOfAKind: true,
  takesFields: true,
  anyTarget: true,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: BATCH_ROWS, bytes: BATCH_BYTES },
  concurrency: 1,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, fileSettings(context.options)),
};
