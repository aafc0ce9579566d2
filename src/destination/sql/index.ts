/** `type: sql`: a table of members in another database. */
import type { DestinationType, Manifest } from '../destination.ts';
import { MOST_ROWS, sqlOptions, sqlSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'sql',
  title: 'SQL table',
  does: 'keeps a table of members in PostgreSQL, MySQL, MariaDB or SQLite',
  verified: 'real',
  options: sqlOptions,
  secrets: ['url'],
  needsIdentifier: false,
  severalOfAKind: true,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: true,
  takesEvents: false,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

export const destination: DestinationType = {
  manifest,
  open: (context) => openSession(context, sqlSettings(context.options)),
};
