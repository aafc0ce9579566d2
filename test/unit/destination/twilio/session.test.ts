/** What Twilio gets, what its answers mean, and that nobody is ever opted in. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDestination } from '../../../../src/adapters.ts';
import type { Sync } from '../../../../src/config/project.ts';
import { checkMode } from '../../../../src/deliver/check.ts';
import { outcomeOf } from '../../../../src/destination/twilio/answer.ts';
import { correlationOf, formOf, identifierOf, itemsOf } from '../../../../src/destination/twilio/consents.ts';
import {
  batch,
  change,
  kindsOf,
  openDestination,
  receiptsOf,
  WORLD,
} from '../../../conformance/destination/harness.ts';
import {
  ACCOUNT,
  INVALID,
  SENDER,
  startTwilio,
  TOKEN,
  type TwilioSimulator,
  UNLUCKY,
} from '../../../destinations/twilio.ts';

const entered = (...phones: string[]) => ({
  ...batch(
    phones.map((phone, index) => change('add', `${index}`, { phone })),
    'opt-out',
  ),
  events: true,
});

it.each([
  ['phone', '0151 12345678', 'DE', '+4915112345678'],
  ['phone', ' +1 (650) 253-0000 ', undefined, '+16502530000'],
  ['phone', '0151 12345678', undefined, undefined],
  ['phone', 'nobody', 'DE', undefined],
  ['email', 'a@x.test', undefined, undefined],
])('an identifier: %s %j in %s', (kind, value, country, sent) =>
  expect(identifierOf(kind, value, country)).toBe(sent),
);

it('an item opts out, dated to the second, under an id that is the same when it is sent again', () => {
  const of = entered('+4915112345678');
  const settings = { senderId: SENDER, source: 'website' };
  const [item] = itemsOf(of, settings);
  expect(item).toEqual({
    ...{ contact_id: '+4915112345678', sender_id: SENDER, status: 'opt-out', source: 'website' },
    correlation_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    date_of_consent: '2026-11-22T09:59:58Z',
  });
  expect(itemsOf(of, settings)).toEqual([item]);
  expect(formOf([item!])).toBe(`Items=${encodeURIComponent(JSON.stringify(item)).replaceAll('%20', '+')}`);
});

describe('an answer', () => {
  const two = entered('+4915112345678', '+33612345678');
  const item = (index: number, error_code: number, ...error_messages: string[]) => ({
    ...{ correlation_id: correlationOf(two, two.changes[index]!), error_code, error_messages },
  });
  const told = (status: number, json: unknown) => {
    const outcome = outcomeOf('texts', two, { status, json, headers: {} }, 0n);
    if ('refused' in outcome) return 'refused';
    return outcome.receipts.map((each) => ('code' in each ? `${each.kind} ${each.code}` : each.kind)).join();
  };

  it.each([
    [201, { items: [item(1, 0), item(0, 0)] }, 'delivered,delivered'],
    [201, { items: [item(0, 30646, 'INVALID_CONTACT_ID'), item(1, 0)] }, 'rejected twilio_30646,delivered'],
    [201, { items: [item(0, 30646, 'INTERNAL_SERVER_ERROR'), item(1, 0)] }, 'retry twilio_30646,delivered'],
    [201, { items: [item(1, 0)] }, 'retry unnamed,delivered'],
    [201, {}, 'retry no_answer,retry no_answer'],
    [400, {}, 'refused'],
    [429, {}, 'retry twilio_429,retry twilio_429'],
    [503, undefined, 'retry twilio_503,retry twilio_503'],
  ])('%i %#', (status, json, expected) => expect(told(status, json)).toBe(expected));

  it('shows names of errors, and no number', () => {
    const json = { items: [item(0, 30646, 'INVALID_CONTACT_ID +4915112345678'), item(1, 0)] };
    const outcome = outcomeOf('texts', two, { status: 201, json, headers: {} }, 0n);
    expect(receiptsOf(outcome)[0]).toMatchObject({
      message: 'Twilio refused the opt-out: INVALID_CONTACT_ID',
    });
  });

  it('that it does not know the sender stops the sync', () => {
    const json = { items: [item(0, 30646, 'INVALID_SENDER_ID'), item(1, 0)] };
    expect(() => told(201, json)).toThrow(/^E407.*sender/);
  });
});

describe('a session', () => {
  let twilio: TwilioSimulator;
  const open = (options: Record<string, unknown> = {}) =>
    openDestination('twilio', '/', {
      ...{ base_url: twilio.url, sender_id: SENDER, allow_private_address: true },
      ...{ account_sid: ACCOUNT, auth_token: TOKEN },
      ...options,
    });
  beforeEach(async () => {
    twilio = await startTwilio();
  });
  afterEach(() => twilio.close());

  it('opts out, tells what became of each, and opts nobody in', async () => {
    const session = await open();
    await session.check();
    expect(twilio.register.size).toBe(0);
    const of = entered('+4915112345678', INVALID, UNLUCKY);
    expect(kindsOf(await session.send(of, {}))).toEqual(['delivered', 'rejected', 'retry']);
    await session.send(of, {});
    expect([...twilio.register]).toEqual([['+4915112345678', 'opt-out']]);
    expect(twilio.consents.size).toBe(1);
  });

  it('keeps the limits with all the rows there may be', async () => {
    const session = await open();
    const phones = Array.from({ length: session.limits.batchRows }, (_, i) => `+4915112345${100 + i}`);
    const of = entered(...phones);
    expect(new Set(kindsOf(await session.send(of, {})))).toEqual(new Set(['delivered']));
    const counted = of.changes.reduce((sum, each) => sum + session.sizeOf(each, { segment: 'vip' }), 0);
    expect(counted).toBeGreaterThan(twilio.calls.at(-1)!.body.length);
  });

  it('has its credentials refused, and takes an API key instead', async () => {
    await expect((await open({ auth_token: 'other' })).check()).rejects.toThrow(/^E406/);
    await expect((await open({ auth_token: 'other' })).send(entered('+33612345678'), {})).rejects.toThrow(
      /^E406/,
    );
    await twilio.close();
    const key = `SK${'0c'.repeat(16)}`;
    twilio = await startTwilio(key);
    const none = { account_sid: undefined, auth_token: undefined };
    await (await open({ ...none, api_key_sid: key, api_key_secret: TOKEN })).check();
  });

  it('knows a sender that is another account’s', async () => {
    const session = await open({ sender_id: '+15005550006' });
    await expect(session.send(entered('+33612345678'), {})).rejects.toThrow(/^E407.*sender/);
  });
});

describe('the manifest', () => {
  const load = async () => (await loadDestination(WORLD, 'twilio'))!.manifest;

  it.each(['mirror', 'add_only', 'remove_only'])('refuses mode %s, and says which is left', async (mode) => {
    const manifest = await load();
    const sync = { name: 'a.texts', mode, destination: 'texts' } as unknown as Sync;
    expect(() => checkMode(sync, manifest)).toThrow(
      expect.objectContaining({
        diagnostics: [expect.objectContaining({ code: 'E453', hint: expect.stringContaining('`on_enter`') })],
      }),
    );
    checkMode({ ...sync, mode: 'on_enter' }, manifest);
  });

  it.each([
    [{ account_sid: ACCOUNT, auth_token: 'x' }, true],
    [{ account_sid: ACCOUNT }, false],
    [{ auth_token: 'x' }, false],
    [{}, false],
    [{ account_sid: ACCOUNT, auth_token: 'x', api_key_sid: `SK${'0'.repeat(32)}` }, false],
    [{ account_sid: 'AC1', auth_token: 'x' }, false],
  ])('takes one pair of credentials: %j', async (options, isGood) => {
    const { success } = (await load()).options.safeParse({ sender_id: SENDER, ...options });
    expect(success).toBe(isGood);
  });
});
