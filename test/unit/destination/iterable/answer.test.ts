/** What Iterable gets, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../src/destination/iterable/answer.ts';
import { iterableSettings } from '../../../../src/destination/iterable/options.ts';
import { callOf, identifierOf } from '../../../../src/destination/iterable/users.ts';
import { batch, change, openDestination } from '../../../conformance/destination/harness.ts';
import { API_KEY, startIterable } from '../../../destinations/iterable.ts';

const BY_EMAIL = iterableSettings({ api_key: 'k' });
const BY_ID = iterableSettings({ api_key: 'k', users_by: 'user_id', create_users: true });

describe('a call', () => {
  const both = { email: 'a@x.test', external_id: '1' };

  it('subscribes by address, and makes nobody unless told', () => {
    const added = batch([change('add', '1', both, { points: { number: '2.5' }, tier: null })], 'vip', '7');
    expect(callOf(added, BY_EMAIL)).toEqual({
      path: '/api/lists/subscribe',
      body: {
        listId: 7,
        subscribers: [{ email: 'a@x.test', dataFields: { points: 2.5, tier: null } }],
        updateExistingUsersOnly: true,
      },
    });
  });

  it('subscribes by user id', () => {
    expect(callOf(batch([change('add', '1', both)], 'vip', '7'), BY_ID).body).toEqual({
      listId: 7,
      subscribers: [{ userId: '1', preferUserId: true, dataFields: {} }],
      updateExistingUsersOnly: false,
    });
  });

  it('takes off the list, and unsubscribes from nothing', () => {
    expect(callOf(batch([change('remove', '1', both)], 'vip', '7'), BY_EMAIL)).toEqual({
      path: '/api/lists/unsubscribe',
      body: { listId: 7, subscribers: [{ email: 'a@x.test' }], channelUnsubscribe: false },
    });
  });
});

it('takes identifiers of the kind that the project knows users by', () => {
  expect(identifierOf('email', ' A@X.test ', 'email')).toBe('a@x.test');
  expect(identifierOf('email', 'a@x.test', 'user_id')).toBeUndefined();
  expect(identifierOf('external_id', ' 1 ', 'user_id')).toBe('1');
  expect(identifierOf('external_id', '1', 'email')).toBeUndefined();
  expect(identifierOf('phone', '+4930123456', 'email')).toBeUndefined();
});

describe('an answer', () => {
  const users = ['a@x.test', 'B@x.test'];
  const kinds = (op: 'add' | 'remove', status: number, json: unknown) => {
    const sent = batch([change(op, '1'), change(op, '2')]);
    const outcome = outcomeOf({ batch: sent, users, now: 0n }, { status, json, headers: {} });
    return 'refused' in outcome ? 'refused' : outcome.receipts.map(({ kind }) => kind).join();
  };

  it.each([
    ['add', 200, { failCount: 0 }, 'delivered,delivered'],
    ['add', 200, { failCount: 1, failedUpdates: { forgottenEmails: ['b@x.test'] } }, 'delivered,rejected'],
    ['add', 200, { failCount: 1, invalidEmails: ['a@x.test'] }, 'rejected,delivered'],
    ['add', 200, { failCount: 1, failedUpdates: { notFoundEmails: ['a@x.test'] } }, 'rejected,delivered'],
    ['remove', 200, { failCount: 1, failedUpdates: { notFoundEmails: ['a@x.test'] } }, 'delivered,delivered'],
    ['add', 200, { failCount: 2, failedUpdates: { conflictEmails: ['a@x.test'] } }, 'rejected,retry'],
    ['add', 200, { failCount: 1 }, 'retry,retry'],
    ['add', 200, undefined, 'retry,retry'],
    ['add', 400, {}, 'refused'],
    ['add', 429, {}, 'retry,retry'],
    ['add', 500, {}, 'retry,retry'],
  ] as const)('to %s: %i %j', (op, status, json, expected) => expect(kinds(op, status, json)).toBe(expected));
});

it('sends an event once, though its request comes twice', async () => {
  const iterable = await startIterable(['a@x.test']);
  const options = { base_url: iterable.url, api_key: API_KEY, allow_private_address: true };
  const session = await openDestination('iterable', '/', options);
  await session.check();
  const entered = { ...batch([change('add', '1', { email: 'a@x.test' })]), events: true };
  await session.send(entered, {});
  await session.send(entered, {});
  expect([...iterable.events.values()]).toEqual([{ email: 'a@x.test', eventName: 'vip' }]);
  await session.close();
  await iterable.close();
});
