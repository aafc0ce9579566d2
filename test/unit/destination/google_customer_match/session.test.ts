/** A session against the simulated API: lists, jobs, tokens. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationSession, Outcome } from '../../../../src/destination/destination.ts';
import { batch, change, openDestination, receiptsOf } from '../../../conformance/destination/harness.ts';
import { ACCOUNT, type GoogleSimulator, startGoogle } from '../../../destinations/google_customer_match.ts';
import { OPTIONS, SERVICE_ACCOUNT } from '../../../destinations/google-tokens.ts';

let google: GoogleSimulator;
let session: DestinationSession;
const open = (more: object = {}, credentials: object = OPTIONS) =>
  openDestination('google_customer_match', '/', {
    ...{ account_id: ACCOUNT, customer_match_terms_of_service_status: 'ACCEPTED', ...credentials },
    ...{ base_url: google.url, token_url: `${google.url}/token`, allow_private_address: true, ...more },
  });
const email = (text: string) => ({ email: session.identifier('email', text, {})! });
const of = { audience: { name: 'vip', ref: '' }, op: 'add' as const, kinds: {}, rows: async () => [] };
const jobOf = (outcome: Outcome): string => {
  const [receipt] = receiptsOf(outcome);
  if (receipt?.kind !== 'accepted') throw new Error(JSON.stringify(receipt));
  return receipt.job;
};

beforeEach(async () => {
  google = await startGoogle();
  session = await open();
});
afterEach(() => google.close());

describe('a list', () => {
  it('is found on a later page, by its exact name and id', async () => {
    for (const name of ['a', 'b', 'VIP', 'c', 'vip']) google.make(name);
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    expect(ref).toBe(google.list('vip')!.id);
    expect(ref).toBe('90071992547409934');
    await session.check();
  });

  it('is not made in a dry run, and once otherwise', async () => {
    expect(await session.ensureAudience({ name: 'vip', dryRun: true })).toBe('new:vip');
    expect(google.list('vip')).toBeUndefined();
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(ref);
    expect(google.list('vip')!.told).toMatchObject({ membershipDuration: '46656000s' });
  });

  it.each([
    ['of ids', { ingestedUserListInfo: { uploadKeyTypes: ['USER_ID'] } }],
    ['that is closed', { membershipStatus: 'CLOSED', closingReason: 'UNUSED' }],
    ['of somebody else', { readOnly: true }],
    ['that is shared no more', { accountAccessStatus: 'DISABLED' }],
    ['that forgets sooner than members are added anew', { membershipDuration: '2592000s' }],
    ['that no people are uploaded to', { ingestedUserListInfo: undefined }],
  ])('%s stops the sync', async (_, told) => {
    google.make('vip', told);
    await expect(session.ensureAudience({ name: 'vip', dryRun: true })).rejects.toThrow('E407');
  });

  it('that is gone stops the sync', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    google.remove('vip');
    const sending = session.send(batch([change('add', '1', email('a@x.test'))], 'vip', ref), {});
    await expect(sending).rejects.toThrow('E407');
  });
});

describe('a batch', () => {
  it('is a job, and a repeat of it harmless', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const sent = batch([change('add', '1', email('a@x.test'))], 'vip', ref);
    const [first, again] = [jobOf(await session.send(sent, {})), jobOf(await session.send(sent, {}))];
    expect(await session.poll!(first, of)).toEqual({ kind: 'done' });
    expect(await session.poll!(again, of)).toEqual({ kind: 'done' });
    expect([...google.members('vip')]).toEqual([`emailAddress=${email('a@x.test').email}`]);
  });

  it('with a malformed identifier is refused without a call', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const calls = google.calls.length;
    const sent = batch(
      [change('add', '1', email('a@x.test')), change('add', '2', { email: 'b@x.test' })],
      'vip',
      ref,
    );
    expect(await session.send(sent, {})).toMatchObject({ refused: { code: 'google_malformed' } });
    expect(google.calls.length).toBe(calls);
  });

  it('says what its job could not use, and what is to be asked again', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const sent = batch([change('add', '1', email('a@x.test'))], 'vip', ref);
    const counts = [{ recordCount: '1', reason: 'PROCESSING_ERROR_REASON_INVALID_FORMAT' }];
    google.jobs.endNext('PARTIAL_SUCCESS', { errorCounts: counts });
    expect(await session.poll!(jobOf(await session.send(sent, {})), of)).toEqual({
      kind: 'done',
      invalid: 1,
    });
    const job = jobOf(await session.send(sent, {}));
    google.jobs.forget();
    expect(await session.poll!(job, of)).toMatchObject({ kind: 'failed', again: true });
  });

  it('whose job cannot be asked after goes on', async () => {
    const ref = await session.ensureAudience({ name: 'vip', dryRun: false });
    const job = jobOf(await session.send(batch([change('add', '1', email('a@x.test'))], 'vip', ref), {}));
    await google.close();
    expect(await session.poll!(job, of)).toEqual({ kind: 'running' });
    google = await startGoogle();
  });
});

describe('a token', () => {
  it('is got once, and anew when it is refused', async () => {
    await session.check();
    await session.check();
    expect(google.tokens.given()).toBe(1);
    google.tokens.expire();
    await session.check();
    expect(google.tokens.given()).toBe(2);
  });

  it('of a service account whose key is broken is none, and the key is in no message', async () => {
    const key = {
      ...JSON.parse(SERVICE_ACCOUNT),
      private_key: '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n',
    };
    const broken = await open({}, { service_account: JSON.stringify(key) });
    const failed = await broken.check().catch((error: unknown) => error);
    expect(String(failed)).toContain('E406');
    expect(String(failed)).not.toContain('MIIEvQ');
  });
});
