/** `type: http`: any API, its requests told in YAML. */
import type { DestinationType, Manifest } from '../destination.ts';
import { httpOptions, httpSettings } from './options.ts';
import { openSession } from './session.ts';

const manifest: Manifest = {
  type: 'http',
  title: 'Any HTTP API',
  does: 'makes the requests that its file tells: add, remove, update, events',
  verified: 'simulated',
  options: httpOptions,
  secrets: ['credentials'],
  needsIdentifier: true,
  severalOfAKind: false,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: false,
  takesEvents: true,
  batch: { rows: 100_000, bytes: 50_000_000 },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, httpSettings(context.options)),
};
