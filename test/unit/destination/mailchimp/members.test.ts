/** What Mailchimp gets, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import {
  failureOf,
  failuresOf,
  receiptsOf,
  refusedNew,
} from '../../../../src/destination/mailchimp/answer.ts';
import {
  addressesOf,
  identifierOf,
  newMembersBody,
  segmentBody,
} from '../../../../src/destination/mailchimp/members.ts';
import { mailchimpOptions, mailchimpSettings } from '../../../../src/destination/mailchimp/options.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

it.each([
  ['email', ' First.Last+ads@Gmail.com ', 'first.last+ads@gmail.com'],
  ['email', 'Zoë@Example.com', 'zoë@example.com'],
  ['email', 'nobody', undefined],
  ['email', 'a'.repeat(64), undefined],
  ['phone', '+4930123456', undefined],
  ['external_id', '1', undefined],
])('the identifier %s %j', (kind, value, expected) => expect(identifierOf(kind, value)).toBe(expected));

describe('a call', () => {
  it('names each address once', () => {
    const two = [change('add', '1', { email: 'A@x.test' }), change('add', '2', { email: 'a@x.test' })];
    const addresses = addressesOf(batch([...two, change('add', '3')]));
    expect(addresses).toEqual(['a@x.test', 'a@x.test', undefined]);
    expect(segmentBody('add', ['a@x.test', 'a@x.test'])).toEqual({ members_to_add: ['a@x.test'] });
    expect(segmentBody('remove', ['a@x.test'])).toEqual({ members_to_remove: ['a@x.test'] });
  });

  it('that makes contacts leaves those alone who are there', () => {
    expect(newMembersBody(['a@x.test', 'a@x.test'], 'pending')).toEqual({
      members: [{ email_address: 'a@x.test', status: 'pending' }],
      update_existing: false,
    });
  });
});

describe('an answer', () => {
  const addresses = ['a@x.test', 'b@x.test'];
  const kinds = (op: 'add' | 'remove', json: unknown) => {
    const failures = failuresOf({ status: 200, headers: {}, json });
    if (!failures) return 'none';
    const receipts = receiptsOf(batch([change(op, '1')]), addresses, failures, new Map());
    expect(JSON.stringify(receipts)).not.toContain('@');
    return receipts.map(({ kind }) => kind).join();
  };
  const error = (text: string) => ({ email_addresses: ['B@x.test'], error: `b@x.test ${text}` });

  it.each([
    ['add', { errors: [], error_count: 0 }, 'delivered,delivered'],
    ['add', { errors: [error('does not exist')], error_count: 1 }, 'delivered,rejected'],
    ['remove', { errors: [error('does not exist')], error_count: 1 }, 'delivered,delivered'],
    ['remove', { errors: [error('isn’t in this segment')] }, 'delivered,delivered'],
    ['remove', { errors: [error('caused trouble')] }, 'delivered,rejected'],
    ['add', { errors: [], error_count: 2 }, 'retry,retry'],
    ['add', {}, 'none'],
    ['add', undefined, 'none'],
  ] as const)('to %s: %j', (op, json, expected) => expect(kinds(op, json)).toBe(expected));

  it('about new contacts refuses those who are none already', () => {
    const errors = [
      { email_address: 'A@x.test', error_code: 'ERROR_CONTACT_EXISTS', error: 'x' },
      { email_address: 'b@x.test', error_code: 'ERROR_GENERIC', error: 'b@x.test was deleted' },
    ];
    const refused = refusedNew(failuresOf({ status: 200, headers: {}, json: { errors } })!);
    expect([...refused]).toMatchObject([['b@x.test', { kind: 'rejected', code: 'not_made' }]]);
  });

  it.each([
    [200, {}, undefined],
    [400, {}, 'refused'],
    [403, undefined, 'retry'],
    [429, {}, 'retry'],
    [503, undefined, 'retry'],
  ])('%i %j', (status, json, expected) => {
    const outcome = failureOf(batch([change('add', '1')]), { status, headers: {}, json }, 0n);
    expect(outcome && ('refused' in outcome ? 'refused' : outcome.receipts[0]!.kind)).toBe(expected);
  });
});

it('knows the data centre by the key', () => {
  const options = { api_key: 'abc-us6', list_id: 'a1' };
  expect(mailchimpSettings(options).base).toBe('https://us6.api.mailchimp.com/3.0');
  expect(mailchimpSettings({ ...options, base_url: 'http://x.test/' }).base).toBe('http://x.test');
  const accepts = (more: object) => mailchimpOptions.safeParse({ ...options, ...more }).success;
  expect([accepts({}), accepts({ api_key: 'abc' }), accepts({ list_id: '../x' })]).toEqual([
    true,
    false,
    false,
  ]);
  expect([accepts({ status_if_new: 'pending' }), accepts({ status_if_new: 'cleaned' })]).toEqual([
    true,
    false,
  ]);
});
