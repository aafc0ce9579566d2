/** Users as `users/track` takes them. Source: Braze, `post_user_track`, user attributes object and event object. */
import { formatInstant } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { plainFields } from '../json.ts';
import { emailAddress, identifierOfKind, phoneNumber } from '../normalise.ts';

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
        properties: plainFields(change.fields),
      })),
    };
  }
  const member = op === 'remove' ? null : true;
  return {
    attributes: changes.map((change) => ({
      ...plainFields(change.fields),
      ...whose(change),
      [audience.name]: member,
    })),
  };
}

function userOf(change: Change, kinds: Batch['kinds']): Record<string, string> {
  for (const kind of KINDS) {
    const known = identifierOfKind(change, kind, kinds);
    if (known !== undefined) return { [kind]: known };
  }
  return {};
}
