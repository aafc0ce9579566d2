/** Events as OneSignal gets them, and what its answers mean. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventCallOf, eventOutcomeOf } from '../../../../src/destination/onesignal/events.ts';
import {
  batch,
  change,
  kindsOf,
  openDestination,
  receiptsOf,
} from '../../../conformance/destination/harness.ts';
import { API_KEY, APP, type OnesignalSimulator, startOnesignal } from '../../../destinations/onesignal.ts';

const entered = (key = '1', fields = {}, name = 'cart abandoned') => ({
  ...batch([change('add', key, { external_id: key }, fields)], name),
  events: true,
});

it('has the fields as properties, the instant, and a key that is the same when it is sent again', () => {
  const fields = { tier: 'gold', points: { number: '1.50' }, none: null };
  const [first, later] = [entered('1', fields), entered('1', fields)];
  const { path, body } = eventCallOf(first, { appId: 'app' });
  expect(path).toBe('/apps/app/custom_events');
  expect(body.events).toEqual([
    {
      name: 'cart abandoned',
      external_id: '1',
      timestamp: '2026-11-22T09:59:58.123456Z',
      idempotency_key: expect.stringMatching(/^[0-9a-f-]{36}$/),
      properties: { tier: 'gold', points: 1.5, none: null },
    },
  ]);
  expect(eventCallOf(first, { appId: 'app' }).body).toEqual(body);
  expect(eventCallOf(later, { appId: 'app' }).body).not.toEqual(body);
});

describe('an answer', () => {
  const error = (code: unknown) => ({
    errors: [{ event_user_id: 'u', error: { code, title: 'about ada' } }],
  });

  it.each([
    [202, {}, 'delivered'],
    [202, { errors: [] }, 'delivered'],
    [202, error('not found'), 'rejected unknown_user daily'],
    [202, error('invalid'), 'rejected onesignal_event'],
    [202, error('ada@x.test'), 'rejected onesignal_event'],
    [400, {}, 'refused'],
    [429, {}, 'retry onesignal_429'],
    [503, undefined, 'retry onesignal_503'],
  ])('%i %j', (status, json, expected) => {
    const outcome = eventOutcomeOf(entered(), { status, json, headers: {} }, 0n);
    if ('refused' in outcome) return expect('refused').toBe(expected);
    const [receipt] = outcome.receipts as [(typeof outcome.receipts)[number]];
    const code = 'code' in receipt ? ` ${receipt.code}` : '';
    const daily = 'daily' in receipt ? ' daily' : '';
    expect(`${receipt.kind}${code}${daily}`).toBe(expected);
    expect(JSON.stringify(receipt)).not.toMatch(/ada/);
  });
});

describe('a session', () => {
  let onesignal: OnesignalSimulator;
  const open = (options = {}) =>
    openDestination('onesignal', '/', {
      ...{ base_url: onesignal.url, app_id: APP, api_key: API_KEY, allow_private_address: true },
      ...options,
    });
  beforeEach(async () => {
    onesignal = await startOnesignal(['1']);
  });
  afterEach(() => onesignal.close());

  it('tells of an event once, though its request comes twice, and of nobody who is not known', async () => {
    const session = await open();
    const of = entered('1', { tier: 'gold' });
    expect(kindsOf(await session.send(of, {}))).toEqual(['delivered']);
    expect(kindsOf(await session.send(of, {}))).toEqual(['delivered']);
    expect(receiptsOf(await session.send(entered('stranger'), {}))).toMatchObject([{ code: 'unknown_user' }]);
    expect([...onesignal.events.values()]).toMatchObject([{ external_id: '1', name: 'cart abandoned' }]);
  });

  it('has one refused that is too large', async () => {
    const large = entered('1', { note: 'x'.repeat(2_000) });
    expect(await (await open()).send(large, {})).toMatchObject({ refused: { code: 'onesignal_400' } });
  });

  it('stops for another alias, for a name that is too long, and for a refused key', async () => {
    await expect((await open({ alias_label: 'crm' })).send(entered(), {})).rejects.toThrow(
      /^E407.*alias_label/,
    );
    const session = await open();
    await expect(session.send(entered('1', {}, 'x'.repeat(129)), {})).rejects.toThrow(/^E407.*128/);
    onesignal.letIn('another');
    await expect(session.send(entered(), {})).rejects.toThrow(/^E406/);
  });
});
