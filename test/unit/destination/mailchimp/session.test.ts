/** A session with the simulated Mailchimp, where the shared story does not reach. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import {
  batch,
  change,
  kindsOf,
  openDestination,
  receiptsOf,
} from '../../../conformance/destination/harness.ts';
import {
  API_KEY,
  FORGOTTEN,
  LIST,
  type MailchimpSimulator,
  startMailchimp,
} from '../../../destinations/mailchimp.ts';

let mailchimp: MailchimpSimulator;
let session: DestinationSession;
const open = (options: Record<string, unknown> = {}) =>
  openDestination('mailchimp', '/', {
    ...{ base_url: mailchimp.url, api_key: API_KEY, list_id: LIST, allow_private_address: true },
    ...options,
  });

beforeEach(async () => {
  mailchimp = await startMailchimp(['a@example.com']);
  session = await open();
});
afterEach(async () => {
  await session.close();
  await mailchimp.close();
});

const who = (op: 'add' | 'remove', ...names: string[]) =>
  names.map((name) => change(op, name, { email: `${name}@example.com` }));

it('finds a segment on whatever page it is, and makes it once', async () => {
  for (const name of ['a', 'b', 'c', 'VIP']) mailchimp.makeSegment(name);
  await session.check();
  expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('new:vip');
  const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
  expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe(ref);
  mailchimp.makeSegment('vip');
  await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow(/^E407.*several/);
});

it('tags contacts, and makes none', async () => {
  const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
  const added = await session.send(batch(who('add', 'a', 'b'), 'vip', ref), {});
  expect(kindsOf(added)).toEqual(['delivered', 'rejected']);
  expect(kindsOf(await session.send(batch(who('remove', 'a', 'b'), 'vip', ref), {}))).toEqual([
    'delivered',
    'delivered',
  ]);
  expect([...mailchimp.members('vip')]).toEqual([]);
  expect([...mailchimp.contacts.keys()]).toEqual(['a@example.com']);
});

it('makes contacts where that is said, for adds alone, and changes nobody’s status', async () => {
  mailchimp.contacts.set('a@example.com', 'unsubscribed');
  const making = await open({ status_if_new: 'pending' });
  const ref = await making.ensureAudience({ name: 'vip', dryRun: false });
  const changes = [...who('add', 'a', 'b'), change('add', 'gone', { email: FORGOTTEN })];
  const kinds = kindsOf(await making.send(batch(changes, 'vip', ref), {}));
  expect(kinds).toEqual(['delivered', 'delivered', 'rejected']);
  await making.send(batch(who('remove', 'c'), 'vip', ref), {});
  expect([...mailchimp.contacts]).toEqual([
    ['a@example.com', 'unsubscribed'],
    ['b@example.com', 'pending'],
  ]);
  const alone = batch([change('add', 'gone', { email: FORGOTTEN })], 'vip', ref);
  expect(kindsOf(await making.send(alone, {}))).toEqual(['rejected']);
});

it('keeps the limits with all the rows there may be', async () => {
  const making = await open({ status_if_new: 'pending' });
  const { batchRows } = making.limits;
  const ref = await making.ensureAudience({ name: 'vip', dryRun: false });
  const names = Array.from({ length: batchRows }, (_, i) => `n${i}`);
  const added = batch(who('add', ...names), 'vip', ref);
  expect(new Set(kindsOf(await making.send(added, {})))).toEqual(new Set(['delivered']));
  expect(mailchimp.members('vip').size).toBe(batchRows);
  const largest = Math.max(...mailchimp.calls.map(({ body }) => Buffer.byteLength(body)));
  const counted = added.changes.reduce((sum, each) => sum + making.sizeOf(each, { segment: 'vip' }), 0);
  expect(counted).toBeGreaterThan(largest);
});

it('stops for what is not there, and for a bad key', async () => {
  const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
  mailchimp.dropSegment('vip');
  await expect(session.send(batch(who('add', 'a'), 'vip', ref), {})).rejects.toThrow(/^E407.*segment/);
  await expect((await open({ list_id: 'other' })).check()).rejects.toThrow(/^E407.*no audience other/);
  mailchimp.letIn('another');
  await expect(session.check()).rejects.toThrow(/^E406/);
  const making = await open({ status_if_new: 'pending' });
  await expect(making.send(batch(who('add', 'a'), 'vip', ref), {})).rejects.toThrow(/^E406/);
});

describe('an event', () => {
  const entered = (name: string, fields = {}, event = 'cart abandoned') => ({
    ...batch([change('add', name, { email: `${name}@example.com` }, fields)], event),
    events: true,
  });

  it('is one contact’s, with the fields as texts', async () => {
    const fields = { tier: 'gold', points: { number: '1.50' }, ok: true, none: null };
    expect(session.limits).toMatchObject({ batchRows: 500, eventRows: 1 });
    expect(kindsOf(await session.send(entered('a', fields), {}))).toEqual(['delivered']);
    expect(mailchimp.events).toEqual([
      {
        ...{ email: 'a@example.com', name: 'cart abandoned', occurred_at: '2026-11-22T09:59:58.123456Z' },
        properties: { tier: 'gold', points: '1.50', ok: 'true' },
      },
    ]);
    expect(session.example(entered('a'))).toMatchObject({
      to: `POST ${mailchimp.url}/lists/${LIST}/members/<md5 of the address>/events`,
      body: { name: 'cart abandoned', properties: {} },
    });
  });

  it('of somebody who is no contact is rejected, and asked for daily; with `status_if_new` they become one', async () => {
    const receipts = receiptsOf(await session.send(entered('b'), {}));
    expect(receipts).toMatchObject([{ kind: 'rejected', code: 'not_in_list', daily: true }]);
    const making = await open({ status_if_new: 'pending' });
    expect(kindsOf(await making.send(entered('b'), {}))).toEqual(['delivered']);
    expect(mailchimp.contacts.get('b@example.com')).toBe('pending');
    const gone = change('add', 'gone', { email: FORGOTTEN });
    expect(kindsOf(await making.send({ ...batch([gone], 'x1'), events: true }, {}))).toEqual(['rejected']);
    expect(mailchimp.events).toHaveLength(1);
  });

  it.each(['x', 'x'.repeat(31)])('called %s stops the sync', async (name) => {
    await expect(session.send(entered('a', {}, name), {})).rejects.toThrow(/^E407.*2 to 30/);
  });

  it('stops the sync where the audience is gone, and waits where something else answers', async () => {
    mailchimp.faults.push({ reply: { status: 404, body: '<html>' } });
    expect(kindsOf(await session.send(entered('a'), {}))).toEqual(['retry']);
    mailchimp.dropList();
    await expect(session.send(entered('a'), {})).rejects.toThrow(/^E407.*no audience/);
  });
});
