/** What OneSignal gets, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../src/destination/onesignal/session.ts';
import { callOf, identifierOf } from '../../../../src/destination/onesignal/users.ts';
import { batch, change, kindsOf, openDestination } from '../../../conformance/destination/harness.ts';
import { API_KEY, APP, startOnesignal } from '../../../destinations/onesignal.ts';

const SETTINGS = { appId: 'app', aliasLabel: 'external_id' };
const add = change(
  'add',
  '1',
  { external_id: "o'1/ü" },
  { tier: 'gold', points: { number: '1.50' }, vip: null, ok: true },
);
const remove = change('remove', '1', { external_id: '1' });

describe('a call', () => {
  it('sets the tag and the fields as texts; NULL takes one away', () => {
    expect(callOf(batch([add], 'active'), SETTINGS)).toEqual({
      path: "/apps/app/users/by/external_id/o'1%2F%C3%BC",
      body: { properties: { tags: { tier: 'gold', points: '1.50', vip: '', ok: 'true', active: '1' } } },
    });
  });

  it('of a removal takes the tag away, and nothing else', () => {
    expect(callOf(batch([remove], 'active'), SETTINGS).body).toEqual({
      properties: { tags: { active: '' } },
    });
  });
});

it.each([
  ['external_id', ' u ', 'u'],
  ['external_id', '  ', undefined],
  ['external_id', '..', undefined],
  ['external_id', '...', '...'],
  ['email', 'a@x.test', undefined],
])('an identifier: %s %j', (kind, value, sent) => expect(identifierOf(kind, value)).toBe(sent));

describe('an answer', () => {
  it.each([
    [add, 202, 'delivered'],
    [add, 404, 'rejected'],
    [remove, 404, 'delivered'],
    [add, 400, 'refused'],
    [add, 409, 'refused'],
    [add, 429, 'retry'],
    [add, 503, 'retry'],
  ])('%#', (of, status, expected) => {
    const outcome = outcomeOf(batch([of]), { status, json: {}, headers: {} }, 0n);
    expect('refused' in outcome ? 'refused' : kindsOf(outcome).join()).toBe(expected);
  });
});

describe('a session', () => {
  it('refuses names that no tag has, and looks at the key without changing anybody', async () => {
    const onesignal = await startOnesignal(['1']);
    const options = { base_url: onesignal.url, app_id: APP, api_key: API_KEY, allow_private_address: true };
    const session = await openDestination('onesignal', '/', options);
    await session.check();
    expect(onesignal.calls.map(({ method }) => method)).toEqual(['GET']);
    const refused = session.ensureAudience({ name: 'two\nlines', dryRun: true });
    await expect(refused).rejects.toMatchObject({ diagnostics: [{ code: 'E407' }] });
    onesignal.letIn('another');
    await expect(session.check()).rejects.toMatchObject({ diagnostics: [{ code: 'E406' }] });
    await onesignal.close();
  });
});
