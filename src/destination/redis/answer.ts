/** What an error means for a batch. A server's message may quote what it was sent: only its first word is used. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Batch, Outcome } from '../destination.ts';
import { retryAll } from '../receipts.ts';

export type Meaning = 'credentials' | 'later' | 'other';

const CREDENTIALS = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM']);
/** It starts, fails over, has no memory left, or waits for a script. Source: Redis, error replies of `server.c`. */
const LATER = new Set([
  'LOADING',
  'TRYAGAIN',
  'CLUSTERDOWN',
  'READONLY',
  'MASTERDOWN',
  'NOREPLICAS',
  'MISCONF',
  'OOM',
  'BUSY',
  'UNKILLABLE',
  'EXECABORT',
]);

/** The first word of a server's error; undefined where the connection failed. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || 'code' in error) return undefined;
  // A transaction names each command's error, the first of which is the cause of the rest.
  const replies: unknown = 'replies' in error ? error.replies : undefined;
  const first = Array.isArray(replies) ? replies.find((reply) => reply instanceof Error) : undefined;
  if (first) return codeOf(first);
  const code = /^[A-Z]{2,20}(?=\s|$)/.exec(error.message)?.[0];
  if (code !== 'ERR') return code;
  // Codes that have no word of their own. Source: Redis, `networking.c` and `acl.c`.
  if (/^ERR (invalid password|Client sent AUTH|AUTH )/i.test(error.message)) return 'NOAUTH';
  return /^ERR max number of clients/i.test(error.message) ? 'BUSY' : 'ERR';
}

export function meaningOf(code: string | undefined): Meaning {
  if (code === undefined || LATER.has(code)) return 'later';
  return CREDENTIALS.has(code) ? 'credentials' : 'other';
}

/** A transaction that failed, or whose end is not known: all of it is sent again. Throws E406, E407. */
export function outcomeOf(destination: string, batch: Batch, error: unknown): Outcome {
  const code = codeOf(error);
  if (meaningOf(code) !== 'later') return stop(destination, error);
  return { receipts: retryAll(batch, `redis_${code?.toLowerCase() ?? 'connection'}`, wording(code)) };
}

/** Throws what stops the sync. */
export function stop(destination: string, error: unknown): never {
  const code = codeOf(error);
  const detail = wording(code);
  switch (meaningOf(code)) {
    case 'credentials':
      return fail('E406', {
        destination,
        detail,
        hint: 'check user and password in `url`; the commands and keys that the user needs are on the page of `type: redis`',
      });
    case 'later':
      return fail('E404', { destination, detail });
    default:
      return fail('E407', { destination, detail, hint: HINTS[code!] ?? 'check `url` and its database' });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  WRONGTYPE: 'something else is kept under one of these keys: choose another `key_prefix` or `lookup_prefix`',
  MOVED: 'this is a node of a cluster, which is not supported: name a proxy, or a server by itself',
  CROSSSLOT: 'this is a cluster, which is not supported: name a server by itself',
};

function wording(code: string | undefined): string {
  return code === undefined ? 'the connection failed' : `the server answered ${code}`;
}
