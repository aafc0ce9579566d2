/** `type: mailchimp`: a static segment (tag) of an audience's contacts for each of ours, and events. */
import type { DestinationType, Manifest } from '../destination.ts';
import { KINDS } from './members.ts';
import { MOST_ROWS, mailchimpOptions, mailchimpSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'mailchimp',
  title: 'Mailchimp',
  does: 'tags contacts of an audience, and takes the tag away; sends events',
  verified: 'simulated',
  options: mailchimpOptions,
  secrets: ['api_key'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: 'events',
  anyTarget: false,
  operations: ['add', 'remove'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 4,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, mailchimpSettings(context.options)),
};
