/** A session against the simulated API: segments, statuses, tokens. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession } from '../../../../src/destination/destination.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import {
  ACCOUNT,
  CREDENTIALS,
  type LinkedinSimulator,
  PLATFORM,
  startLinkedin,
} from '../../../destinations/linkedin.ts';

let linkedin: LinkedinSimulator;
let session: DestinationSession;
const open = (more: object = {}) =>
  openDestination('linkedin', '/', {
    ...{ account_id: ACCOUNT, source_platform: PLATFORM, ...CREDENTIALS, base_url: linkedin.url },
    ...{ token_url: `${linkedin.url}/oauth/v2/accessToken`, allow_private_address: true, ...more },
  });
const status = (text: string) => ({ destinations: [{ destination: 'LINKEDIN', status: text }] });

beforeEach(async () => {
  linkedin = await startLinkedin();
  session = await open();
});
afterEach(() => linkedin.close());

describe('a segment', () => {
  it('is found among those of other types, on a later page', async () => {
    for (const type of ['COMPANY', 'COMPANY_LIST_UPLOAD', 'USER_LIST_UPLOAD']) linkedin.make('vip', { type });
    const { id } = linkedin.make('vip', status('READY'));
    linkedin.make('VIP');
    expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(String(id));
    await session.check();
  });

  it('is not made in a dry run, and once otherwise; it takes people a little later', async () => {
    expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('new:vip');
    expect(linkedin.count()).toBe(0);
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(ref);
    const email = session.identifier('email', 'a@x.test', {})!;
    const sent = batch([change('add', '1', { email }), change('add', '2', { email: 'none' })], 'vip', ref);
    expect(kindsOf(await session.send(sent, {}))).toEqual(['retry', 'retry']);
    expect(kindsOf(await session.send(sent, {}))).toEqual(['delivered', 'rejected']);
    expect([...linkedin.members('vip')]).toEqual([email]);
  });

  it.each(['ARCHIVED', 'EXPIRED', 'FAILED', 'ERROR'])('that is %s stops the sync', async (text) => {
    linkedin.make('vip', status(text));
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow('E407');
  });

  it('that there are two of stops the sync', async () => {
    linkedin.make('vip');
    linkedin.make('vip');
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow('several');
  });

  it('whose id a double cannot hold is not guessed at', async () => {
    linkedin.make('vip', { id: 2 ** 53 });
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow('E407');
  });
});

it('says what ends a sync: a version that is gone, another account, a token that is refused', async () => {
  await expect((await open({ linkedin_version: '202401' })).check()).rejects.toThrow('E407');
  await expect((await open({ account_id: '1' })).check()).rejects.toThrow('E406');
  const fixed = {
    client_id: undefined,
    client_secret: undefined,
    refresh_token: undefined,
    access_token: 'expired',
  };
  await expect((await open(fixed)).check()).rejects.toThrow('E406');
});

it('gets a token once, and anew when it is refused', async () => {
  await session.check();
  linkedin.tokens.expire();
  await session.check();
  expect(linkedin.tokens.given()).toBe(2);
});
