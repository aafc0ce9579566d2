/** Messages as the HTTP API source takes them. Source: HTTP API source, "Identify", "Group", "Track", "Batch". */
import { formatInstant } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { plainFields } from '../json.ts';
import { identifierOfKind } from '../normalise.ts';
import { uuidOf } from '../uuid.ts';
import type { SegmentSettings } from './options.ts';

export const KINDS = ['external_id'] as const;

/** In clear. Undefined for what cannot be the id of a user, or of a group. */
export function identifierOf(kind: string, value: string): string | undefined {
  if (kind !== 'external_id') return undefined;
  return value.trim() === '' ? undefined : value.trim();
}

/** A call's body. The id of a message is the same when the same is sent again: then it is dropped there. */
export function batchBody(batch: Batch, { send }: Pick<SegmentSettings, 'send'>): { batch: unknown[] } {
  const isGroup = send === 'group';
  const message = batch.events ? eventOf : send === 'track' ? crossingOf : traitsOf(send);
  return {
    batch: batch.changes.map((change) => {
      const id = identifierOfKind(change, 'external_id', batch.kinds) ?? '';
      return {
        messageId: batch.idOf(change),
        ...(isGroup ? groupOf(id, batch.events) : { userId: id }),
        ...message(change, batch),
      };
    }),
  };
}

/**
 * A group stands by itself, but no message without a user is taken: it has an anonymous one of its own, always the
 * same. An event names its group in the context. Source: "Group", `anonymousId`; B2B SaaS specification, `groupId`.
 */
function groupOf(groupId: string, isEvent: boolean): object {
  const anonymousId = uuidOf(`group ${groupId}`);
  return isEvent ? { anonymousId, context: { groupId } } : { anonymousId, groupId };
}

/** A trait of the audience's name, with the fields as further traits; of a user, or of a group. */
function traitsOf(type: 'identify' | 'group'): (change: Change, batch: Batch) => object {
  return ({ fields }, { op, audience }) => ({
    type,
    traits: { ...plainFields(fields), [audience.name]: op !== 'remove' },
  });
}

/** As audiences of the vendor's own are told: one event for entering, one for leaving. */
function crossingOf(change: Change, { op, audience }: Batch): object {
  return {
    type: 'track',
    event: op === 'remove' ? 'Audience Exited' : 'Audience Entered',
    timestamp: formatInstant(change.causedAt),
    properties: { ...plainFields(change.fields), audience_key: audience.name },
  };
}

function eventOf(change: Change, { audience }: Batch): object {
  return {
    type: 'track',
    event: audience.name,
    timestamp: formatInstant(change.causedAt),
    properties: plainFields(change.fields),
  };
}
