/** A session with the simulated HubSpot, where the shared story does not reach. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import {
  ACCESS_TOKEN,
  EVENT,
  GRANT,
  type HubspotSimulator,
  startHubspot,
} from '../../../destinations/hubspot.ts';

let hubspot: HubspotSimulator;
let session: DestinationSession;
const open = (options: Record<string, unknown> = {}) =>
  openDestination('hubspot', '/', {
    ...{ base_url: hubspot.url, access_token: ACCESS_TOKEN, allow_private_address: true },
    ...options,
  });

beforeEach(async () => {
  hubspot = await startHubspot();
  session = await open();
});
afterEach(async () => {
  await session.close();
  await hubspot.close();
});

const who = (op: 'add' | 'remove', ...names: string[]) =>
  names.map((name) => change(op, name, { email: `${name}@example.com` }));
const changes = () => hubspot.calls.filter(hubspot.isChange);

describe('an audience', () => {
  it('is the static list of its name, made once', async () => {
    await session.check();
    expect(await session.ensureAudience({ name: 'a/b ü', dryRun: true })).toBe('new:a/b ü');
    const ref = await session.ensureAudience({ name: 'a/b ü', dryRun: false });
    expect(await session.ensureAudience({ name: 'a/b ü', dryRun: true })).toBe(ref);
    hubspot.makeList('taken', 'SNAPSHOT');
    expect(await session.ensureAudience({ name: 'taken', dryRun: true })).toMatch(/^\d+$/);
  });

  it('is never an active list', async () => {
    hubspot.makeList('vip', 'DYNAMIC');
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow(/^E407.*active list/);
  });

  it('is no list that is spelt otherwise', async () => {
    hubspot.makeList('VIP');
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow(
      /^E407.*upper and lower/,
    );
  });

  it('that is gone stops the sync', async () => {
    hubspot.know({ email: 'a@example.com' });
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    hubspot.dropList('vip');
    for (const op of ['add', 'remove'] as const)
      await expect(session.send(batch(who(op, 'a'), 'vip', ref), {}), op).rejects.toThrow(/^E407/);
  });
});

describe('a change', () => {
  it('makes nobody, and calls the list only for who is known', async () => {
    hubspot.know({ email: 'a@example.com' });
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const added = await session.send(batch(who('add', 'a', 'b'), 'vip', ref), {});
    expect(kindsOf(added)).toEqual(['delivered', 'rejected']);
    expect([...hubspot.members('vip')]).toEqual(['a@example.com']);
    expect(kindsOf(await session.send(batch(who('remove', 'c'), 'vip', ref), {}))).toEqual(['missing']);
    expect(changes()).toHaveLength(1);
    expect(hubspot.contacts()).toHaveLength(1);
  });

  it('of a removal makes nobody, though adds may', async () => {
    const making = await open({ create_contacts: true });
    const ref = await making.ensureAudience({ name: 'vip', dryRun: false });
    const fields = { firstname: 'Ada', points: { number: '12.50' } };
    await making.send(batch([change('add', '1', { email: 'a@example.com' }, fields)], 'vip', ref), {});
    await making.send(batch(who('remove', 'b'), 'vip', ref), {});
    expect(hubspot.contacts()).toEqual([{ email: 'a@example.com', firstname: 'Ada', points: '12.50' }]);
    expect([...hubspot.members('vip')]).toEqual(['a@example.com']);
  });

  it('by a property of the account’s own; who was added by the address is taken off by it', async () => {
    hubspot.know({ email: 'a@example.com', customer_id: '1' });
    hubspot.know({ email: 'b@example.com', customer_id: '2' });
    const byId = await open({ id_property: 'customer_id' });
    const ref = await byId.ensureAudience({ name: 'vip', dryRun: false });
    const both = ['1', '2'].map((key) => change('add', key, { external_id: key }));
    expect(kindsOf(await byId.send(batch(both, 'vip', ref), {}))).toEqual(['delivered', 'delivered']);
    const removals = [change('remove', '1', { external_id: '1' }), ...who('remove', 'b')];
    expect(kindsOf(await byId.send(batch(removals, 'vip', ref), {}))).toEqual(['delivered', 'delivered']);
    expect([...hubspot.members('vip')]).toEqual([]);
    const other = batch([change('remove', '1', { external_id: '1' })], 'vip', ref);
    expect(kindsOf(await session.send(other, {}))).toEqual(['rejected']);
  });

  it('with fields that would not be written stops the sync', async () => {
    const withFields = batch([change('add', '1', { email: 'a@example.com' }, { tier: 'gold' })]);
    await expect(session.send(withFields, {})).rejects.toThrow(/create_contacts: true/);
  });

  it('whose contact is not found is judged as the change of the list', async () => {
    hubspot.letIn('another');
    await expect(session.send(batch(who('remove', 'a')), {})).rejects.toThrow(/^E406/);
    await expect(session.check()).rejects.toThrow(/^E406/);
  });
});

describe('an event', () => {
  const entered = (...names: string[]) => ({
    ...batch(who('add', ...names), EVENT, 'on_enter'),
    events: true,
  });

  it('is of the contact’s record, once though its request comes twice, and makes nobody', async () => {
    hubspot.know({ email: 'a@example.com' });
    const of = entered('a', 'b');
    expect(kindsOf(await session.send(of, {}))).toEqual(['unknown', 'rejected']);
    await session.send(of, {});
    expect([...hubspot.occurrences.values()]).toEqual([
      {
        name: EVENT,
        contact: { email: 'a@example.com' },
        properties: {},
        at: '2026-11-22T09:59:58.123456Z',
      },
    ]);
    expect(hubspot.contacts()).toHaveLength(1);
    const others = hubspot.calls.length;
    expect(kindsOf(await session.send(entered('c'), {}))).toEqual(['rejected']);
    expect(hubspot.calls.slice(others).filter(hubspot.isChange)).toEqual([]);
  });

  it('has the fields as texts, without those that are empty, and none of them is the contact’s', async () => {
    const making = await open({ create_contacts: true });
    const fields = { level: { number: '12.50' }, cart: null };
    const changes = [change('add', '1', { email: 'a@example.com' }, fields)];
    await making.send({ ...batch(changes, EVENT), events: true }, {});
    expect([...hubspot.occurrences.values()].map(({ properties }) => properties)).toEqual([
      { level: '12.50' },
    ]);
    expect(hubspot.contacts()).toEqual([{ email: 'a@example.com' }]);
  });

  it('of another name than a whole one stops the sync', async () => {
    const wrong = { ...batch(who('add', 'a'), 'cart_abandoned'), events: true };
    await expect(session.send(wrong, {})).rejects.toThrow(/^E407.*whole name/);
  });

  it('that HubSpot says it knows counts as sent, when it is alone', async () => {
    for (const name of ['a', 'b']) hubspot.know({ email: `${name}@example.com` });
    const known = { reply: { status: 409, body: { status: 'error', category: 'CONFLICT' } } };
    hubspot.faults.push(known, known);
    expect(await session.send(entered('a', 'b'), {})).toMatchObject({ refused: { code: 'hubspot_409' } });
    expect(kindsOf(await session.send(entered('a'), {}))).toEqual(['unknown']);
  });

  it('shows the call that carries it', () => {
    expect(session.example(entered('a'))).toMatchObject({
      to: `POST ${hubspot.url}/events/2026-03/send/batch`,
      body: { inputs: [{ eventName: EVENT, objectId: 'ID', properties: {} }] },
    });
  });
});

it('keeps the limits with all the rows there may be', async () => {
  const making = await open({ create_contacts: true });
  const { batchRows } = making.limits;
  const ref = await making.ensureAudience({ name: 'vip', dryRun: false });
  const names = Array.from({ length: batchRows }, (_, i) => `n${i}`);
  const added = batch(who('add', ...names), 'vip', ref);
  expect(new Set(kindsOf(await making.send(added, {})))).toEqual(new Set(['delivered']));
  expect(hubspot.members('vip').size).toBe(batchRows);
  const events = { ...batch(who('add', ...names), EVENT), events: true };
  expect(new Set(kindsOf(await making.send(events, {})))).toEqual(new Set(['unknown']));
  await making.send(batch(who('remove', ...names), 'vip', ref), {});
  expect(hubspot.members('vip').size).toBe(0);
  const largest = Math.max(...hubspot.calls.map(({ body }) => Buffer.byteLength(body)));
  const counted = added.changes.reduce((sum, each) => sum + making.sizeOf(each, { segment: 'vip' }), 0);
  expect(counted).toBeGreaterThan(largest);
});

it('gets a token for its grant, and a new one when that is refused, once', async () => {
  await hubspot.close();
  hubspot = await startHubspot({ oauth: true });
  const oauth = await open({ access_token: undefined, ...GRANT });
  await oauth.check();
  hubspot.expire();
  await oauth.check();
  const grants = hubspot.calls.filter(({ path }) => path === '/oauth/2026-03/token');
  expect(grants).toHaveLength(2);
  hubspot.letIn('never');
  await expect(oauth.check()).rejects.toThrow(/^E406/);
  const wrong = await open({ access_token: undefined, ...GRANT, refresh_token: 'other' });
  await expect(wrong.check()).rejects.toThrow(/^E406.*invalid_grant/);
});
