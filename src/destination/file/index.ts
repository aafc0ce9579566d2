/** `type: file`: one line an operation, appended to a file for each audience, or in whole runs with their manifests. */
import type { DestinationType, Manifest } from '../destination.ts';
import { openAppending } from './appending.ts';
import { BATCH_BYTES, BATCH_ROWS } from './folder.ts';
import { fileOptions, fileSettings } from './options.ts';
import { openRuns } from './runs.ts';

const manifest: Manifest = {
  type: 'file',
  title: 'File',
  does: 'appends a line for each change to a file of the audience',
  verified: 'real',
  options: fileOptions,
  sample: { directory: 'out', format: 'csv' },
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
  open(context) {
    const settings = fileSettings(context.options);
    return settings.layout === 'runs' ? openRuns(context, settings) : openAppending(context, settings);
  },
};
