/** A session with the simulated Klaviyo, where the shared story does not reach. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession, JobContext } from '../../../../src/destination/destination.ts';
import { polled } from '../../../../src/destination/klaviyo/jobs.ts';
import { removed } from '../../../../src/destination/klaviyo/removal.ts';
import {
  batch,
  change,
  kindsOf,
  openDestination,
  receiptsOf,
} from '../../../conformance/destination/harness.ts';
import { API_KEY, INVALID, type KlaviyoSimulator, startKlaviyo } from '../../../destinations/klaviyo.ts';

let klaviyo: KlaviyoSimulator;
let session: DestinationSession;
const open = (options = {}) =>
  openDestination('klaviyo', '/', {
    ...{ base_url: klaviyo.url, api_key: API_KEY, allow_private_address: true },
    ...options,
  });

beforeEach(async () => {
  klaviyo = await startKlaviyo();
  session = await open();
});
afterEach(async () => {
  await session.close();
  await klaviyo.close();
});

const who = (op: 'add' | 'remove', ...names: string[]) =>
  names.map((name) => change(op, name, { email: `${name}@example.com` }));
const removals = () => klaviyo.calls.filter(({ method }) => method === 'DELETE');

it('finds a list on whatever page it is, by its exact name, and makes it once', async () => {
  for (const name of ['a', 'b', 'c', 'VIP']) klaviyo.add(name, 'x@example.com');
  await session.check();
  expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('new:vip');
  const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
  expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(ref);
  expect(klaviyo.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

it('takes no list for another of the same name', async () => {
  const made = { data: { type: 'list', attributes: { name: 'vip' } } };
  const headers = {
    ...{ authorization: `Klaviyo-API-Key ${API_KEY}`, revision: '2026-07-15' },
    ...{ accept: 'application/vnd.api+json', 'content-type': 'application/vnd.api+json' },
  };
  for (const _ of [1, 2, 3])
    await fetch(`${klaviyo.url}/api/lists`, { method: 'POST', headers, body: JSON.stringify(made) });
  await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow(/several lists/);
});

describe('a removal', () => {
  it('takes off who is known, makes nobody, and calls nothing where nobody is', async () => {
    klaviyo.add('vip', 'a@example.com');
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const both = await session.send(batch(who('remove', 'a', 'b'), 'vip', ref), {});
    expect(kindsOf(both)).toEqual(['delivered', 'missing']);
    expect([...klaviyo.members('vip')]).toEqual([]);
    expect(kindsOf(await session.send(batch(who('remove', 'c'), 'vip', ref), {}))).toEqual(['missing']);
    expect(removals()).toHaveLength(1);
    expect(klaviyo.profiles()).toHaveLength(1);
  });

  it('from a list that is gone stops the sync', async () => {
    klaviyo.add('vip', 'a@example.com');
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    klaviyo.drop('vip');
    const sending = (op: 'add' | 'remove') => session.send(batch(who(op, 'a'), 'vip', ref), {});
    await expect(sending('remove')).rejects.toThrow(/^E407/);
    await expect(sending('add')).rejects.toThrow(/^E407/);
  });

  it('is judged by its look-up as by its change', async () => {
    klaviyo.letIn('another');
    await expect(session.send(batch(who('remove', 'a'), 'vip', 'L'), {})).rejects.toThrow(/^E406/);
  });
});

it.each([
  [429, 'retry'],
  [503, 'retry'],
  [200, 'retry'],
  [400, 'refused'],
])('a look-up that fails with %i is judged as the removal itself', async (status, expected) => {
  const answer = { status, headers: {}, json: undefined };
  const client = { call: async () => answer, ask: async () => answer, pages: async () => answer };
  const lists = { ensure: async () => '', stopIfGone: () => {} };
  const outcome = await removed(batch(who('remove', 'a')), { client, lists, by: 'email', now: () => 0n });
  expect('refused' in outcome ? 'refused' : kindsOf(outcome).join()).toBe(expected);
});

it('keeps the limits with all the rows there may be', { timeout: 60_000 }, async () => {
  const { batchRows } = session.limits;
  const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
  const names = Array.from({ length: batchRows }, (_, i) => `somebody.with.a.long.address.${i}`);
  const added = batch(who('add', ...names), 'vip', ref);
  expect(new Set(kindsOf(await session.send(added, {})))).toEqual(new Set(['accepted']));
  expect(klaviyo.members('vip').size).toBe(batchRows);
  const gone = await session.send(batch(who('remove', ...names), 'vip', ref), {});
  expect(new Set(kindsOf(gone))).toEqual(new Set(['delivered']));
  expect(klaviyo.members('vip').size).toBe(0);
  expect(kindsOf(await session.send({ ...added, events: true }, {}))).toHaveLength(batchRows);
  const largest = Math.max(...klaviyo.calls.map(({ body }) => Buffer.byteLength(body)));
  const counted = added.changes.reduce((sum, each) => sum + session.sizeOf(each, { segment: 'vip' }), 0);
  expect(counted).toBeGreaterThan(largest);
});

describe('a job', () => {
  const context = (rows: JobContext['rows']): JobContext => ({
    audience: { name: 'vip', ref: '' },
    ...{ op: 'add', kinds: { email: 'email' }, rows },
  });

  it('tells which rows failed, and reads them only then', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const changes = [...who('add', 'a'), change('add', 'bad', { email: INVALID })];
    klaviyo.jobs.hold();
    const [receipt] = receiptsOf(await session.send(batch(changes, 'vip', ref), {}));
    const job = receipt?.kind === 'accepted' ? receipt.job : '';
    const unread = () => Promise.reject(new Error('read'));
    expect(await session.poll!(job, context(unread))).toEqual({ kind: 'running' });
    klaviyo.jobs.finish();
    expect(
      await session.poll!(
        job,
        context(async () => changes),
      ),
    ).toMatchObject({
      kind: 'done',
      rejected: new Map([['bad', { code: 'not_imported' }]]),
    });
    expect([...klaviyo.members('vip')]).toEqual(['a@example.com']);
    expect(await session.poll!('none', context(unread))).toMatchObject({ kind: 'failed', again: true });
  });

  it('that counts more failures than it names is made again', async () => {
    const attributes = { status: 'complete', failed_count: 2 };
    const answer = { status: 200, headers: {}, json: { data: { attributes } } };
    const pages = async () => ({ data: [{ attributes: { original_payload: { email: INVALID } } }] });
    const client = { call: async () => answer, ask: async () => answer, pages };
    const rows = async () => [change('add', 'bad', { email: INVALID })];
    expect(await polled(client, 'j', context(rows), 'email')).toMatchObject({ kind: 'failed', again: true });
  });

  it('of which nothing is heard goes on', async () => {
    await klaviyo.close();
    expect(
      await session.poll!(
        'j',
        context(async () => []),
      ),
    ).toEqual({ kind: 'running' });
  });
});

it('sends an event once, though its request comes twice', async () => {
  const entered = { ...batch(who('add', 'a')), events: true };
  expect(kindsOf(await session.send(entered, {}))).toEqual(['unknown']);
  expect(kindsOf(await session.send(entered, {}))).toEqual(['unknown']);
  expect([...klaviyo.events.values()]).toMatchObject([
    { profile: { email: 'a@example.com' }, metric: 'vip' },
  ]);
});

it('tells a revision that has ended', async () => {
  const old = await open({ revision: '2020-01-01' });
  await expect(old.check()).rejects.toThrow(/no revision 2020-01-01/);
});

it('finds profiles by number or external id where that is set', async () => {
  const numbers = await open({ profiles_by: 'phone_number' });
  const ref = await numbers.ensureAudience({ name: 'vip', dryRun: false });
  await numbers.send(batch([change('add', '1', { phone: '+4915112345678' })], 'vip', ref), {});
  expect([...klaviyo.members('vip')]).toEqual(['+4915112345678']);
  const ids = await open({ profiles_by: 'external_id' });
  await ids.send(batch([change('add', "o'4", { external_id: "o'4" })], 'vip', ref), {});
  await ids.send(batch([change('remove', '1', { phone: '+4915112345678' })], 'vip', ref), {});
  expect([...klaviyo.members('vip')]).toEqual(["o'4"]);
});
