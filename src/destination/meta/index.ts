/** `type: meta`: Custom Audiences of Facebook and Instagram ads. */
import type { DestinationType, Manifest } from '../destination.ts';
import { MOST_ROWS, metaOptions, metaSettings } from './options.ts';
import { KINDS } from './people.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'meta',
  title: 'Meta Custom Audiences',
  does: 'adds people to a Custom Audience and takes them out',
  verified: 'simulated',
  options: metaOptions,
  secrets: ['access_token', 'app_secret'],
  needsIdentifier: true,
  severalOfAKind: false,
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
  open: (context) => openSession(context, metaSettings(context.options)),
};
