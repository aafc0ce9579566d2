/** `type: tiktok`: Custom Audiences of a TikTok ad account. */
import type { DestinationType, Manifest } from '../destination.ts';
import { MOST_ROWS, tiktokOptions, tiktokSettings } from './options.ts';
import { KINDS } from './people.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'tiktok',
  title: 'TikTok Custom Audiences',
  does: 'adds people to a Custom Audience and takes them out',
  verified: 'simulated',
  options: tiktokOptions,
  secrets: ['access_token'],
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
  open: (context) => openSession(context, tiktokSettings(context.options)),
};
