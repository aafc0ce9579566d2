/** Users as Iterable's lists and events take them. Source: Iterable API, `lists/subscribe`, `lists/unsubscribe`, `events/trackBulk`. */
import { SECOND } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { plainFields } from '../json.ts';
import { emailAddress, identifierOfKind } from '../normalise.ts';
import type { IterableSettings } from './options.ts';

export const KINDS = ['email', 'external_id'] as const;

/** In clear, and only of the kind that the project knows its users by. */
export function identifierOf(
  kind: string,
  value: string,
  usersBy: IterableSettings['usersBy'],
): string | undefined {
  if (kind === 'email') return usersBy === 'email' ? emailAddress(value) : undefined;
  if (kind !== 'external_id' || usersBy !== 'user_id') return undefined;
  return value.trim() === '' ? undefined : value.trim();
}

/** The one identifier that is sent. */
export function userOf(change: Change, kinds: Batch['kinds'], usersBy: IterableSettings['usersBy']): string {
  const wanted = usersBy === 'email' ? 'email' : 'external_id';
  return identifierOfKind(change, wanted, kinds) ?? '';
}

/** What a call says, below `path`. */
export function callOf(batch: Batch, settings: IterableSettings): { path: string; body: unknown } {
  const { op, audience, changes, kinds, events } = batch;
  const isByEmail = settings.usersBy === 'email';
  const whose = (change: Change): Record<string, unknown> => {
    const user = userOf(change, kinds, settings.usersBy);
    return isByEmail ? { email: user } : { userId: user };
  };
  const mayCreate = isByEmail ? {} : { preferUserId: true };
  if (events) {
    const happened = changes.map((change) => ({
      ...whose(change),
      eventName: audience.name,
      id: batch.idOf(change).slice(0, 32),
      createdAt: Number(change.causedAt / SECOND),
      dataFields: plainFields(change.fields),
    }));
    return { path: '/api/events/trackBulk', body: { events: happened } };
  }
  const listId = Number(audience.ref);
  if (op === 'remove') {
    const subscribers = changes.map(whose);
    return { path: '/api/lists/unsubscribe', body: { listId, subscribers, channelUnsubscribe: false } };
  }
  const subscribers = changes.map((change) => ({
    ...whose(change),
    ...mayCreate,
    dataFields: plainFields(change.fields),
  }));
  return {
    path: '/api/lists/subscribe',
    body: { listId, subscribers, updateExistingUsersOnly: !settings.createUsers },
  };
}
