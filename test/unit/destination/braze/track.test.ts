/** What Braze gets, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../src/destination/braze/answer.ts';
import { trackBody } from '../../../../src/destination/braze/users.ts';
import { batch, change, openDestination } from '../../../conformance/destination/harness.ts';
import { API_KEY, startBraze } from '../../../destinations/braze.ts';

const CREATES = { createUsers: true };

describe('a body', () => {
  it('sets the attribute and the fields, by the first identifier there is', () => {
    const changes = [
      change(
        'add',
        '1',
        { external_id: '1', email: 'a@x.test' },
        { tier: 'gold', points: { number: '12.5' } },
      ),
      change('add', '2', { email: 'b@x.test', phone: '+4930123456' }, { tier: null, points: null }),
    ];
    expect(trackBody(batch(changes), CREATES)).toEqual({
      attributes: [
        { external_id: '1', _update_existing_only: false, vip: true, tier: 'gold', points: 12.5 },
        { email: 'b@x.test', _update_existing_only: false, vip: true, tier: null, points: null },
      ],
    });
  });

  it('of a removal takes the attribute alone, and makes nobody', () => {
    expect(trackBody(batch([change('remove', '1', { external_id: '1' })]), CREATES)).toEqual({
      attributes: [{ external_id: '1', _update_existing_only: true, vip: null }],
    });
  });

  it('of events has their instant and the fields as properties', () => {
    const entered = { ...batch([change('add', '1', { external_id: '1' }, { cart: 'c1' })]), events: true };
    expect(trackBody(entered, { createUsers: false })).toEqual({
      events: [
        {
          external_id: '1',
          _update_existing_only: true,
          name: 'vip',
          time: '2026-11-22T09:59:58.123456Z',
          properties: { cart: 'c1' },
        },
      ],
    });
  });
});

describe('an answer', () => {
  const two = batch([change('add', '1'), change('add', '2')]);
  const kinds = (status: number, json: unknown, headers = {}) => {
    const outcome = outcomeOf(two, { status, json, headers }, 0n, 'k');
    return 'refused' in outcome ? 'refused' : outcome.receipts.map(({ kind }) => kind).join();
  };

  it.each([
    [201, { message: 'success' }, 'delivered,delivered'],
    [201, { message: 'success', errors: [{ type: 'bad', index: 1 }] }, 'delivered,rejected'],
    [201, { message: 'success', errors: [{ type: 'bad', index: 0 }, { type: 'odd' }] }, 'rejected,retry'],
    [201, { message: 'success', errors: [{ type: 'bad', index: 7 }] }, 'retry,retry'],
    [201, { message: 'queued' }, 'retry,retry'],
    [200, undefined, 'retry,retry'],
    [400, { message: 'bad' }, 'refused'],
    [429, {}, 'retry,retry'],
    [502, undefined, 'retry,retry'],
  ])('%i %j', (status, json, expected) => expect(kinds(status, json)).toBe(expected));

  it('of 429 says when the limit begins anew', () => {
    const answer = { status: 429, json: {}, headers: { 'x-ratelimit-reset': '90' } };
    expect(outcomeOf(two, answer, 60_000_000n, 'k')).toMatchObject({ receipts: [{ afterMs: 30_000 }, {}] });
  });
});

describe('a session', () => {
  it('sends events, and knows names that are taken', async () => {
    const braze = await startBraze(['external_id=1']);
    const options = { endpoint: braze.url, api_key: API_KEY, allow_private_address: true };
    const session = await openDestination('braze', '/', options);
    await session.check();
    await session.send({ ...batch([change('add', '1', { external_id: '1' })]), events: true }, {});
    expect(braze.events).toEqual([{ user: 'external_id=1', name: 'vip', properties: {} }]);
    for (const name of ['email', '$x', '', ' x', 'First_Name'])
      await expect(session.ensureAudience({ name, dryRun: true }), name).rejects.toThrow(
        /cannot be the name/,
      );
    await session.close();
    await braze.close();
  });

  it('has its key refused', async () => {
    const braze = await startBraze();
    const options = { endpoint: braze.url, api_key: 'other', allow_private_address: true };
    const session = await openDestination('braze', '/', options);
    await expect(session.check()).rejects.toThrow(/refuses the credentials/);
    await session.close();
    await braze.close();
  });
});
