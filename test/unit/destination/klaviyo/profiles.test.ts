/** Profiles, look-ups and events as Klaviyo gets them. */
import { describe, expect, it } from 'vitest';
import {
  type Attribute,
  eventsBody,
  identifierOf,
  importBody,
  refOf,
} from '../../../../src/destination/klaviyo/profiles.ts';
import { lookUps } from '../../../../src/destination/klaviyo/removal.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const HASH = 'a'.repeat(64);

describe('an identifier', () => {
  it.each([
    ['email', 'email', ' First.Last+ads@Gmail.com ', 'first.last+ads@gmail.com'],
    ['email', 'email', 'Zoë@Example.com', 'zoë@example.com'],
    ['email', 'email', 'nobody', undefined],
    ['email', 'email', HASH, undefined],
    ['email', 'phone', '+4930123456', undefined],
    ['phone_number', 'phone', '0151 12345678', '+4915112345678'],
    ['phone_number', 'phone', '+1 (650) 253-0000', '+16502530000'],
    ['phone_number', 'phone', 'soon', undefined],
    ['phone_number', 'email', 'a@x.test', undefined],
    ['external_id', 'external_id', ' A-42 ', 'A-42'],
    ['external_id', 'external_id', ' ', undefined],
    ['external_id', 'email', 'a@x.test', undefined],
  ] as [Attribute, string, string, string | undefined][])('by %s, %s %j', (by, kind, value, expected) =>
    expect(identifierOf(kind, value, { by, defaultCountry: 'DE' })).toBe(expected),
  );

  it('of a removal is the one it is given, though another is set by now', () => {
    const kinds = { mail: 'email', id: 'external_id' };
    const both = { identifiers: { mail: 'a@x.test', id: '1' } };
    expect(refOf(both, kinds, 'external_id')).toEqual({ attribute: 'external_id', value: '1' });
    expect(refOf({ identifiers: { mail: 'a@x.test' } }, kinds, 'external_id')).toEqual({
      attribute: 'email',
      value: 'a@x.test',
    });
    expect(refOf({ identifiers: {} }, kinds, 'email')).toBeUndefined();
  });
});

describe('an import', () => {
  it('has profiles with their own attributes, other fields as properties, and the list', () => {
    const fields = { first_name: 'Ada', points: { number: '2.5' }, tier: null };
    const changes = [
      change('add', '1', { email: 'a@x.test' }, fields),
      change('add', '2', { email: 'b@x.test' }),
    ];
    expect(importBody(batch(changes, 'vip', 'L1'), 'email')).toEqual({
      data: {
        type: 'profile-bulk-import-job',
        attributes: {
          profiles: {
            data: [
              {
                type: 'profile',
                attributes: {
                  email: 'a@x.test',
                  first_name: 'Ada',
                  properties: { points: 2.5, tier: null },
                },
              },
              { type: 'profile', attributes: { email: 'b@x.test' } },
            ],
          },
        },
        relationships: { lists: { data: [{ type: 'list', id: 'L1' }] } },
      },
    });
  });

  it('has a profile once, though two rows are it', () => {
    const changes = [
      change('add', '1', { email: 'a@x.test' }, { a: 'x', b: 'x' }),
      change('add', '2', { email: 'a@x.test' }, { b: 'y' }),
    ];
    expect(JSON.stringify(importBody(batch(changes), 'email'))).toContain(
      '"data":[{"type":"profile","attributes":{"email":"a@x.test","properties":{"a":"x","b":"y"}}}]',
    );
  });
});

it('has an event for each who enters, the same id when its request comes twice', () => {
  const entered = { ...batch([change('add', '1', { email: 'a@x.test' }, { cart: 'c1' })]), events: true };
  const body = eventsBody(entered, 'email');
  expect(eventsBody(entered, 'email')).toEqual(body);
  expect(eventsBody({ ...entered, id: 'another' }, 'email')).not.toEqual(body);
  expect(body).toMatchObject({
    data: {
      attributes: {
        'events-bulk-create': {
          data: [
            {
              attributes: {
                profile: { data: { type: 'profile', attributes: { email: 'a@x.test' } } },
                events: {
                  data: [
                    {
                      attributes: {
                        time: '2026-11-22T09:59:58.123456Z',
                        properties: { cart: 'c1' },
                        metric: { data: { attributes: { name: 'vip' } } },
                      },
                    },
                  ],
                },
              },
            },
          ],
        },
      },
    },
  });
});

describe('look-ups', () => {
  const refs = (count: number, attribute: Attribute, value: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => ({ attribute, value: value(i) }));
  const filters = (paths: readonly { path: string }[]) =>
    paths.map(({ path }) => new URL(path, 'https://x.test').searchParams.get('filter'));

  it('ask for a hundred at a time, each attribute by itself', () => {
    const all = [...refs(101, 'external_id', String), ...refs(1, 'email', () => 'a@x.test')];
    const asked = lookUps(all);
    expect(asked.map(({ attribute }) => attribute)).toEqual(['external_id', 'external_id', 'email']);
    expect(filters(asked)[1]).toBe('any(external_id,["100"])');
    expect(filters(asked)[2]).toBe('any(email,["a@x.test"])');
  });

  it('have addresses that are not too long', () => {
    const asked = lookUps(refs(100, 'email', (i) => `${'ë'.repeat(60)}${i}@x.test`));
    expect(asked.length).toBeGreaterThan(5);
    for (const { path } of asked) expect(path.length).toBeLessThan(6_200);
  });

  it('quote what would end a text', () => {
    expect(filters(lookUps(refs(1, 'external_id', () => 'o"4\\')))).toEqual([
      'any(external_id,["o\\"4\\\\"])',
    ]);
  });
});
