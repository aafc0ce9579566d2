/** A session with the simulated Customer.io, where the shared story does not reach. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import {
  API_KEY,
  APP_API_KEY,
  type CustomerioSimulator,
  REFUSED,
  SITE_ID,
  startCustomerio,
} from '../../../destinations/customerio.ts';

let customerio: CustomerioSimulator;
let session: DestinationSession;
const open = (options: Record<string, unknown> = {}) =>
  openDestination('customerio', '/', {
    ...{ site_id: SITE_ID, api_key: API_KEY, app_api_key: APP_API_KEY, allow_private_address: true },
    ...{ track_url: customerio.url, app_url: customerio.url },
    ...options,
  });

beforeEach(async () => {
  customerio = await startCustomerio();
  session = await open();
});
afterEach(async () => {
  await session.close();
  await customerio.close();
});

const who = (op: 'add' | 'remove', ...keys: string[]) =>
  keys.map((key) => change(op, key, { external_id: key }));

describe('an audience', () => {
  it('is the manual segment of its name, made once', async () => {
    customerio.makeSegment('VIP');
    await session.check();
    expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('new:vip');
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(ref);
    customerio.makeSegment('vip');
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow(/^E407.*several/);
  });

  it('is never a data-driven one', async () => {
    customerio.makeSegment('vip', 'dynamic');
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow(/^E407.*data-driven/);
  });

  it('that is gone stops the sync', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    customerio.dropSegment('vip');
    await expect(session.send(batch(who('add', '1'), 'vip', ref), {})).rejects.toThrow(/^E407/);
  });
});

describe('a change', () => {
  it('makes nobody, and is one call', async () => {
    customerio.know({ id: '1' });
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const outcome = await session.send(batch(who('add', '1', '2'), 'vip', ref), {});
    expect(kindsOf(outcome)).toEqual(['unknown', 'unknown']);
    expect([...customerio.members('vip')]).toEqual(['1']);
    expect(customerio.people()).toHaveLength(1);
    expect(customerio.calls.filter(customerio.isChange)).toHaveLength(1);
  });

  it('sets fields of people who are there', async () => {
    customerio.know({ id: '1' });
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const changes = ['1', '2'].map((key) => change('update', key, { external_id: key }, { tier: 'gold' }));
    await session.send(batch(changes, 'vip', ref), {});
    expect(customerio.people()).toEqual([{ id: '1', attributes: { tier: 'gold' } }]);
  });

  it('makes people where that is said, for adds alone, and leaves out who is refused', async () => {
    const making = await open({ create_people: true });
    customerio.know({ id: REFUSED });
    const ref = await making.ensureAudience({ name: 'vip', dryRun: false });
    const outcome = await making.send(batch(who('add', '1', REFUSED), 'vip', ref), {});
    expect(kindsOf(outcome)).toEqual(['unknown', 'rejected']);
    await making.send(batch(who('remove', '2'), 'vip', ref), {});
    expect(customerio.people().map(({ id }) => id)).toEqual([REFUSED, '1']);
    expect([...customerio.members('vip')]).toEqual(['1']);
    expect(kindsOf(await making.send(batch(who('add', REFUSED), 'vip', ref), {}))).toEqual(['rejected']);
  });

  it('takes out by what somebody was added by', async () => {
    customerio.know({ id: '1', email: 'a@example.com' });
    customerio.know({ id: '2', email: 'b@example.com' });
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    await session.send(batch(who('add', '1', '2'), 'vip', ref), {});
    const removals = [...who('remove', '1'), change('remove', '2', { email: 'b@example.com' })];
    await session.send(batch(removals, 'vip', ref), {});
    expect([...customerio.members('vip')]).toEqual([]);
  });
});

it('sends an event once, though its request comes twice, and needs no key of the App API', async () => {
  const alone = await open({ app_api_key: undefined });
  await alone.check();
  const entered = { ...batch(who('add', '1', REFUSED)), events: true };
  expect(kindsOf(await alone.send(entered, {}))).toEqual(['unknown', 'rejected']);
  await alone.send(entered, {});
  expect([...customerio.events.values()]).toEqual([{ who: { id: '1' }, name: 'vip', at: 1795341598 }]);
  await expect(alone.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow(/^E406.*app_api_key/);
});

it('keeps the limits with all the rows, and all the bytes, there may be', async () => {
  const making = await open({ create_people: true });
  const { batchRows, batchBytes } = making.limits;
  const ref = await making.ensureAudience({ name: 'vip', dryRun: false });
  const full = batch(who('add', ...Array.from({ length: batchRows }, (_, i) => `n${i}`)), 'vip', ref);
  expect(new Set(kindsOf(await making.send(full, {})))).toEqual(new Set(['unknown']));
  expect(customerio.members('vip').size).toBe(batchRows);
  // As many long rows as a batch may have bytes.
  const long = (i: number) => change('add', `l${i}`, { external_id: `l${i}` }, { note: 'ä'.repeat(1_000) });
  const one = making.sizeOf(long(1), { segment: 'vip' });
  const heavy = batch(
    Array.from({ length: Math.floor(batchBytes / one) }, (_, i) => long(i)),
    'vip',
    ref,
  );
  for (const events of [false, true])
    expect(new Set(kindsOf(await making.send({ ...heavy, events }, {})))).toEqual(new Set(['unknown']));
});

it('knows bad keys, and another region', async () => {
  await expect((await open({ app_api_key: 'x' })).check()).rejects.toThrow(/^E406/);
  customerio.liveIn('eu');
  await expect(session.check()).rejects.toThrow(/^E407.*region/);
  customerio.letIn('another');
  await expect(session.check()).rejects.toThrow(/^E406/);
  const making = await open({ create_people: true });
  await expect(making.send(batch(who('add', '1'), 'vip', '1'), {})).rejects.toThrow(/^E406/);
});
