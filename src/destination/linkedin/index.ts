/** `type: linkedin`: DMP segments of a LinkedIn ad account, filled by address. */
import type { DestinationType, Manifest } from '../destination.ts';
import { linkedinOptions, linkedinSettings, MOST_ROWS } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';
import { KINDS } from './users.ts';

const manifest: Manifest = {
  type: 'linkedin',
  title: 'LinkedIn Matched Audiences',
  does: 'adds people to a DMP segment and takes them out',
  verified: 'simulated',
  options: linkedinOptions,
  secrets: ['access_token', 'client_secret', 'refresh_token'],
  needsIdentifier: true,
  severalOfAKind: true,
  kinds: KINDS,
  takesFields: false,
  anyTarget: false,
  operations: ['add', 'remove'],
  listsMembers: false,
  takesEvents: false,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, linkedinSettings(context.options)),
};
