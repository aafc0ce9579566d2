/** A session against the simulated API. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import { ADVERTISER, startTiktok, type TiktokSimulator, TOKEN } from '../../../destinations/tiktok.ts';

let tiktok: TiktokSimulator;
let session: DestinationSession;
const open = (more: object = {}) =>
  openDestination('tiktok', '/', {
    ...{ advertiser_id: ADVERTISER, access_token: TOKEN, base_url: tiktok.url, allow_private_address: true },
    ...more,
  });

beforeEach(async () => {
  tiktok = await startTiktok();
  session = await open();
});
afterEach(() => tiktok.close());

describe('an audience', () => {
  it('is found on a later page, by its exact name and id', async () => {
    for (const name of ['a', 'b', 'VIP', 'c', 'vip', 'd']) tiktok.make(name);
    expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe('90071992547409934');
    await session.check();
  });

  it('is not made in a dry run, and once otherwise', async () => {
    expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('new:vip');
    expect(tiktok.count()).toBe(0);
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(ref);
    expect(tiktok.count()).toBe(1);
  });

  it('that there are two of, that has expired, or whose name is too long stops the sync', async () => {
    tiktok.make('twice');
    tiktok.make('twice');
    tiktok.make('old', { expired_time: '2026-01-01 00:00:00' });
    for (const name of ['twice', 'old', 'x'.repeat(71)])
      await expect(session.ensureAudience({ name, dryRun: true }), name).rejects.toThrow('E407');
    expect(await session.ensureAudience({ name: 'x'.repeat(70), dryRun: true })).toMatch(/^new:/);
  });

  it('takes people and gives them back, twice as well as once', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const email = session.identifier('email', 'a@x.test', {})!;
    const added = batch([change('add', '1', { email })], 'vip', ref);
    for (let times = 0; times < 2; times++)
      expect(kindsOf(await session.send(added, {}))).toEqual(['delivered']);
    expect([...tiktok.members('vip')]).toEqual([`EMAIL_SHA256=${email}`]);
    const removed = batch([change('remove', '1', { email })], 'vip', ref);
    for (let times = 0; times < 2; times++)
      expect(kindsOf(await session.send(removed, {}))).toEqual(['delivered']);
    expect(tiktok.members('vip').size).toBe(0);
  });
});

it('says when the token is refused, also inside HTTP 200, or is not of this account', async () => {
  await expect((await open({ access_token: 'another' })).check()).rejects.toThrow('E406');
  await expect((await open({ advertiser_id: '1' })).check()).rejects.toThrow('E406');
  await expect((await open({ api_version: 'v9.9' })).check()).rejects.toThrow('E407');
});
