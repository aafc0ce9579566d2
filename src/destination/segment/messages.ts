/** Messages as the HTTP API source takes them. Source: HTTP API source, "Identify", "Track", "Batch". */
import { formatInstant } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { plainFields } from '../json.ts';
import { identifierOfKind } from '../normalise.ts';
import type { SegmentSettings } from './options.ts';

export const KINDS = ['external_id'] as const;

/** In clear. Undefined for what cannot be a user's id. */
export function identifierOf(kind: string, value: string): string | undefined {
  if (kind !== 'external_id') return undefined;
  return value.trim() === '' ? undefined : value.trim();
}

/** A call's body. The id of a message is the same when the same is sent again: then it is dropped there. */
export function batchBody(batch: Batch, { send }: Pick<SegmentSettings, 'send'>): { batch: unknown[] } {
  const message = batch.events ? eventOf : send === 'track' ? crossingOf : traitsOf;
  return {
    batch: batch.changes.map((change) => ({
      messageId: batch.idOf(change),
      userId: identifierOfKind(change, 'external_id', batch.kinds) ?? '',
      ...message(change, batch),
    })),
  };
}

/** A trait of the audience's name, with the fields as further traits. */
function traitsOf(change: Change, { op, audience }: Batch): object {
  return {
    type: 'identify',
    traits: { ...plainFields(change.fields), [audience.name]: op !== 'remove' },
  };
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
