/** A session with the simulated Mixpanel, where the shared story does not reach. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import { mixpanelOptions, mixpanelSettings } from '../../../../src/destination/mixpanel/options.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import {
  ACCOUNT,
  INVALID,
  type MixpanelSimulator,
  startMixpanel,
  TOKEN,
} from '../../../destinations/mixpanel.ts';

let mixpanel: MixpanelSimulator;
let session: DestinationSession;
const open = (options = {}) =>
  openDestination('mixpanel', '/', {
    ...{ base_url: mixpanel.url, project_token: TOKEN, allow_private_address: true },
    ...options,
  });

beforeEach(async () => {
  mixpanel = await startMixpanel();
  session = await open(ACCOUNT);
});
afterEach(async () => {
  await session.close();
  await mixpanel.close();
});

const who = (op: 'add' | 'remove', ...ids: string[]) => ids.map((id) => change(op, id, { external_id: id }));

describe('a check', () => {
  it('changes nothing', async () => {
    await session.check();
    await (await open()).check();
    expect(mixpanel.calls.filter(mixpanel.isChange)).toEqual([]);
  });

  it('tells a wrong service account', async () => {
    const wrong = await open({ ...ACCOUNT, service_account_secret: 'another-secret' });
    await expect(wrong.check()).rejects.toThrow(/^E406/);
    const entered = { ...batch(who('add', 'a')), events: true };
    await expect(wrong.send(entered, {})).rejects.toThrow(/^E406/);
    await expect(wrong.check()).rejects.not.toThrow(/another-secret/);
  });

  it('tells that nobody answers', async () => {
    await mixpanel.close();
    await expect(session.check()).rejects.toThrow(/^E404/);
    await expect((await open()).check()).rejects.toThrow(/^E404/);
  });
});

it.each([401, 403])('an update that is answered with %i stops the sync', async (status) => {
  mixpanel.faults.push({ reply: { status, body: { status: 'error', error: TOKEN } } });
  const sending = session.send(batch(who('add', 'a')), {});
  await expect(sending).rejects.toThrow(/^E406/);
  await expect(sending).rejects.not.toThrow(TOKEN);
});

describe('events', () => {
  const entered = { ...batch(who('add', 'a', INVALID)), events: true };

  it('are there once, though their request comes twice, but for who is refused', async () => {
    expect(kindsOf(await session.send(entered, {}))).toEqual(['delivered', 'rejected']);
    expect(kindsOf(await session.send(entered, {}))).toEqual(['delivered', 'rejected']);
    expect([...mixpanel.events.values()]).toMatchObject([{ event: 'vip', properties: { distinct_id: 'a' } }]);
    expect([...mixpanel.members('vip')]).toEqual([]);
  });

  it('need the service account, as a plan says before', async () => {
    const without = await open();
    await expect(without.send(entered, {})).rejects.toThrow(/^E407/);
    expect(() => without.example(entered)).toThrow(/^E407/);
  });
});

it('keeps the limits with all the rows there may be', async () => {
  const ids = Array.from({ length: session.limits.batchRows }, (_, i) => `user-${i}`);
  const all = batch(who('add', ...ids));
  expect(new Set(kindsOf(await session.send(all, {})))).toEqual(new Set(['delivered']));
  expect(mixpanel.members('vip').size).toBe(2_000);
  expect(new Set(kindsOf(await session.send({ ...all, events: true }, {})))).toEqual(new Set(['delivered']));
  const largest = Math.max(...mixpanel.calls.map(({ body }) => Buffer.byteLength(body)));
  const counted = all.changes.reduce((sum, each) => sum + session.sizeOf(each, { segment: 'vip' }), 0);
  expect(counted).toBeGreaterThan(largest);
});

describe('an audience', () => {
  const ensure = (of: DestinationSession, name: string) => of.ensureAudience({ name, dryRun: true });

  it('of another project is another', async () => {
    expect(await ensure(session, 'vip')).not.toBe(
      await ensure(await open({ project_token: 'other' }), 'vip'),
    );
    expect(await ensure(session, 'vip')).not.toContain(TOKEN);
    expect(mixpanel.calls).toEqual([]);
  });

  it.each(['$email', 'mp_country', ' ', 'x'.repeat(256)])('cannot be called %j', async (name) => {
    await expect(ensure(session, name)).rejects.toThrow(/^E407/);
  });
});

it('an example shows no token', () => {
  const text = JSON.stringify(session.example(batch(who('add', 'a'))));
  expect(text).toContain('/engage?ip=0&strict=1&verbose=1');
  expect(text).not.toContain(TOKEN);
});

describe('options', () => {
  it.each([
    ['us', 'https://api.mixpanel.com'],
    ['eu', 'https://api-eu.mixpanel.com'],
    ['in', 'https://api-in.mixpanel.com'],
  ])('a region: %s', (region, base) =>
    expect(mixpanelSettings({ project_token: 't', region })).toMatchObject({ base }),
  );

  it('work without defaults', () => {
    expect(mixpanelSettings({ project_token: 't' })).toMatchObject({
      ...{ base: 'https://api.mixpanel.com', batchRows: 2_000 },
    });
    expect(mixpanelSettings({ project_token: 't' })).not.toHaveProperty('account');
  });

  it('name a whole service account or none', () => {
    const isGood = (options: object) => mixpanelOptions.safeParse({ project_token: 't', ...options }).success;
    const { project_id, ...others } = ACCOUNT;
    expect([isGood({}), isGood(ACCOUNT), isGood({ project_id }), isGood(others)]).toEqual([
      ...[true, true, false, false],
    ]);
  });
});
