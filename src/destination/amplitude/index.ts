/** `type: amplitude`: cohorts of a project. */
import type { DestinationType, Manifest } from '../destination.ts';
import { KINDS } from './members.ts';
import { amplitudeOptions, amplitudeSettings, MOST_ROWS } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'amplitude',
  title: 'Amplitude cohorts',
  does: 'adds users to a cohort, and takes them out',
  verified: 'simulated',
  options: amplitudeOptions,
  secrets: ['api_key', 'secret_key'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: false,
  anyTarget: false,
  operations: ['add', 'remove'],
  listsMembers: false,
  takesEvents: false,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 1,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, amplitudeSettings(context.options)),
};
