/** Users as `users/track` takes them. Source: Braze, `post_user_track`, user attributes object and event object. */
import { formatInstant } from '../../instant.ts';
import type { Batch, Change, FieldValue } from '../destination.ts';
import { emailAddress, phoneNumber } from '../normalise.ts';

/** In this order, the first that a person has is the one that is used. */
export const KINDS = ['external_id', 'email', 'phone'] as const;

/** In clear: trimmed; an address in lower case, a number in E.164. Undefined for what cannot be one. */
export function identifierOf(kind: string, value: string, defaultCountry?: string): string | undefined {
  if (kind === 'email') return emailAddress(value);
  if (kind === 'phone') return phoneNumber(value, defaultCountry);
  return value.trim() === '' ? undefined : value.trim();
}

export interface TrackBody {
  readonly attributes?: readonly Record<string, unknown>[];
  readonly events?: readonly Record<string, unknown>[];
}

/**
 * A call's body: an attribute of the audience's name that is true for members and taken from those who leave, with
 * the fields as further attributes; or an event of that name.
 */
export function trackBody(batch: Batch, { createUsers }: { readonly createUsers: boolean }): TrackBody {
  const { op, audience, changes, kinds, events } = batch;
  const isNew = createUsers && op !== 'remove';
  const whose = (change: Change) => ({ ...userOf(change, kinds), _update_existing_only: !isNew });
  if (events) {
    return {
      events: changes.map((change) => ({
        ...whose(change),
        name: audience.name,
        time: formatInstant(change.causedAt),
        properties: attributesOf(change),
      })),
    };
  }
  const member = op === 'remove' ? null : true;
  return {
    attributes: changes.map((change) => ({
      ...attributesOf(change),
      ...whose(change),
      [audience.name]: member,
    })),
  };
}

function userOf({ identifiers }: Change, kinds: Batch['kinds']): Record<string, string> {
  for (const wanted of KINDS) {
    const known = Object.entries(identifiers).find(([name]) => (kinds[name] ?? name) === wanted);
    if (known) return { [wanted]: known[1] };
  }
  return {};
}

/** Numbers as JSON's: Braze keeps no more digits either. */
function attributesOf({ fields }: Change): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
}

function plain(value: FieldValue): unknown {
  return value !== null && typeof value === 'object' ? Number(value.number) : value;
}
