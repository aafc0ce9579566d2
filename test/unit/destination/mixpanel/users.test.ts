/** Users, updates and events as Mixpanel gets them. */
import { describe, expect, it } from 'vitest';
import { eventsBody, identifierOf, updatesBody } from '../../../../src/destination/mixpanel/users.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const HASH = 'A'.repeat(64);

it.each([
  ['external_id', ' u1 ', 'u1'],
  ['external_id', "o'4", "o'4"],
  ['external_id', '9007199254740993', '9007199254740993'],
  ['external_id', 'Ädä', 'Ädä'],
  ['external_id', HASH, HASH],
  ['external_id', 'Ada+ads@Example.com', 'Ada+ads@Example.com'],
  ['external_id', 'x'.repeat(255), 'x'.repeat(255)],
  ['external_id', 'x'.repeat(256), undefined],
  ['external_id', ' ', undefined],
  ['external_id', '0', undefined],
  ['external_id', 'Null', undefined],
  ['external_id', '00000000-0000-0000-0000-000000000000', undefined],
  ['email', 'a@x.test', undefined],
  ['phone', '+4915112345678', undefined],
])('an identifier: %s %j', (kind, value, expected) => expect(identifierOf(kind, value)).toBe(expected));

const fields = { plan: 'gold', points: { number: '12.5' }, since: null, vip: 'no' };
const add = change('add', '1', { external_id: 'u1' }, fields);

describe('updates', () => {
  it('set the property with the fields, of which none is stronger', () => {
    expect(updatesBody(batch([add]), 't')).toEqual([
      { $token: 't', $distinct_id: 'u1', $set: { plan: 'gold', points: 12.5, since: null, vip: true } },
    ]);
  });

  it('of a removal take away nothing else', () => {
    const remove = change('remove', '1', { external_id: 'u1' });
    expect(updatesBody(batch([remove]), 't')).toEqual([{ $token: 't', $distinct_id: 'u1', $unset: ['vip'] }]);
  });
});

describe('events', () => {
  const entered = { ...batch([add]), events: true };
  const idOf = (of: typeof entered) =>
    (eventsBody(of)[0] as { properties: { $insert_id: string } }).properties;

  it('have the audience’s name, the time of what caused them, and the fields', () => {
    expect(eventsBody(entered)).toEqual([
      {
        event: 'vip',
        properties: {
          ...{ plan: 'gold', points: 12.5, since: null, vip: 'no' },
          ...{ time: Date.parse('2026-11-22T09:59:58.123Z'), distinct_id: 'u1' },
          $insert_id: expect.stringMatching(/^[0-9a-f]{36}$/),
        },
      },
    ]);
  });

  it('have the same ids when they are sent again, and others later', () => {
    expect(idOf(entered)).toEqual(idOf(entered));
    expect(idOf({ ...entered, idOf: () => 'f'.repeat(64) }).$insert_id).not.toBe(idOf(entered).$insert_id);
  });
});
