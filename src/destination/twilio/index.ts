/** `type: twilio`: opt-outs from text messages. Being in a segment is no consent, and never becomes one here. */
import type { DestinationType, Manifest } from '../destination.ts';
import { KINDS } from './consents.ts';
import { MOST_ROWS, twilioOptions, twilioSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'twilio',
  title: 'Twilio (consents)',
  does: 'opts people out of text messages when they enter, and never in',
  verified: 'simulated',
  options: twilioOptions,
  secrets: ['auth_token', 'api_key_secret'],
  needsIdentifier: true,
  severalOfAKind: false,
  kinds: KINDS,
  takesFields: false,
  anyTarget: false,
  // Events alone: to take an opt-out back would be to derive consent.
  operations: ['add'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, twilioSettings(context.options)),
};
