/**
 * Contacts of an audience as Mailchimp takes them. Source: Mailchimp Marketing API, `lists` (batch) and
 * `lists/segments` (batch add or remove).
 */
import type { Batch } from '../destination.ts';
import { emailAddress, identifierOfKind } from '../normalise.ts';

export const KINDS = ['email'] as const;

/** In clear: trimmed, in lower case. */
export function identifierOf(kind: string, value: string): string | undefined {
  return kind === 'email' ? emailAddress(value) : undefined;
}

/** The address of each change, in order; undefined where it has none. */
export function addressesOf({ changes, kinds }: Pick<Batch, 'changes' | 'kinds'>): (string | undefined)[] {
  return changes.map((change) => identifierOfKind(change, 'email', kinds)?.toLowerCase());
}

/** Makes contacts, and leaves those alone who are there: their status is their own. */
export function newMembersBody(addresses: Iterable<string>, status: string): unknown {
  const members = [...new Set(addresses)].map((address) => ({ email_address: address, status }));
  return { members, update_existing: false };
}

export function segmentBody(op: Batch['op'], addresses: Iterable<string>): unknown {
  const members = [...new Set(addresses)];
  return op === 'remove' ? { members_to_remove: members } : { members_to_add: members };
}
