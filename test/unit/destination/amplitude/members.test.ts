/** What Amplitude gets, what its answers mean, and how a cohort comes to be. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchBody, identifierOf, outcomeOf } from '../../../../src/destination/amplitude/members.ts';
import { batch, change, openDestination } from '../../../conformance/destination/harness.ts';
import { type AmplitudeSimulator, APP, KEYS, startAmplitude } from '../../../destinations/amplitude.ts';

const two = batch([change('add', '1', { external_id: '1' }), change('add', '2', { external_id: '2' })]);
const removal = { ...two, op: 'remove' } as const;

it('a body names the cohort, the ids and the operation', () => {
  const membership = { ids: ['1', '2'], id_type: 'BY_NAME' };
  const body = { cohort_id: 'vip', skip_invalid_ids: true };
  expect(batchBody(two)).toEqual({ ...body, memberships: [{ ...membership, operation: 'ADD' }] });
  expect(batchBody(removal)).toEqual({ ...body, memberships: [{ ...membership, operation: 'REMOVE' }] });
});

it.each([
  ['external_id', ' Ünï ', 'Ünï'],
  ['external_id', '  ', undefined],
  ['email', 'a@x.test', undefined],
])('an identifier: %s %j', (kind, value, sent) => expect(identifierOf(kind, value)).toBe(sent));

describe('an answer', () => {
  const skipped = (...ids: unknown[]) => ({ memberships_result: [{ skipped_ids: ids, operation: 'ADD' }] });
  it.each([
    [two, 200, skipped(), 'delivered,delivered'],
    [two, 200, skipped('2'), 'delivered,rejected'],
    [two, 200, skipped(2), 'delivered,rejected'],
    [removal, 200, skipped('1', '2'), 'delivered,delivered'],
    [two, 200, {}, 'retry,retry'],
    [two, 200, undefined, 'retry,retry'],
    [two, 400, {}, 'refused'],
    [two, 429, {}, 'retry,retry'],
  ] as const)('%#', (of, status, json, expected) => {
    const outcome = outcomeOf(of, { status, json, headers: {} }, 0n);
    expect('refused' in outcome ? 'refused' : outcome.receipts.map(({ kind }) => kind).join()).toBe(expected);
  });
});

describe('a cohort', () => {
  let amplitude: AmplitudeSimulator;
  beforeEach(async () => {
    amplitude = await startAmplitude(['1']);
  });
  afterEach(() => amplitude.close());

  const open = (options = {}) =>
    openDestination('amplitude', '/', {
      ...{ base_url: amplitude.url, api_key: KEYS.api, secret_key: KEYS.secret, app_id: APP },
      ...{ owner: 'me@example.com', allow_private_address: true, ...options },
    });

  it('is made with a user who is taken out again; archived ones and other projects’ do not count', async () => {
    amplitude.add('active', '1', true);
    const session = await open({ seed_user: 'seed' });
    expect(await session.ensureAudience({ name: 'active', dryRun: true })).toBe('new:active');
    const id = await session.ensureAudience({ name: 'active', dryRun: false });
    expect(amplitude.members('active').size).toBe(0);
    expect(await session.ensureAudience({ name: 'active', dryRun: false })).toBe(id);
  });

  it('cannot be made without one, and says so', async () => {
    const session = await open();
    const made = session.ensureAudience({ name: 'active', dryRun: false });
    await expect(made).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
  });

  it('of a name that several have is an error', async () => {
    amplitude.add('vip', '1');
    amplitude.make('vip');
    const session = await open({ seed_user: 'seed' });
    const found = session.ensureAudience({ name: 'vip', dryRun: true });
    await expect(found).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
  });
});
