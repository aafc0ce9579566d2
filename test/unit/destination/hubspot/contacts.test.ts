/** Contacts as HubSpot gets them. */
import { describe, expect, it } from 'vitest';
import {
  distinct,
  fieldsByName,
  identifierOf,
  readBody,
  refOf,
  upsertBody,
} from '../../../../src/destination/hubspot/contacts.ts';
import { hubspotOptions } from '../../../../src/destination/hubspot/options.ts';
import { change } from '../../../conformance/destination/harness.ts';

const KINDS = { mail: 'email', id: 'external_id' };
const email = (value: string) => ({ property: 'email', value });

describe('an identifier', () => {
  it.each([
    ['email', 'email', ' First.Last+ads@Gmail.com ', 'first.last+ads@gmail.com'],
    ['email', 'email', 'Zoë@Example.com', 'zoë@example.com'],
    ['email', 'email', 'nobody', undefined],
    ['email', 'email', 'a'.repeat(64), undefined],
    ['email', 'external_id', '1', undefined],
    ['email', 'phone', '+4930123456', undefined],
    ['customer_id', 'external_id', ' A-42 ', 'A-42'],
    ['customer_id', 'external_id', ' ', undefined],
    ['customer_id', 'email', 'a@x.test', undefined],
  ])('by %s, %s %j', (property, kind, value, expected) =>
    expect(identifierOf(kind, value, property)).toBe(expected),
  );

  it.each([
    [{ mail: 'a@x.test', id: '1' }, 'customer_id', { property: 'customer_id', value: '1' }],
    [{ mail: 'a@x.test', id: '1' }, 'email', email('a@x.test')],
    // Added when it was the address: taken off by that.
    [{ mail: 'a@x.test' }, 'customer_id', email('a@x.test')],
    [{ id: '1' }, 'email', undefined],
  ])('of %j by %s', (identifiers, property, expected) =>
    expect(refOf({ identifiers }, KINDS, property)).toEqual(expected),
  );
});

it('names a contact once', () => {
  expect(distinct([email('a@x.test'), undefined, email('A@x.test')])).toEqual([email('A@x.test')]);
});

it('reads by the property, and has it repeated', () => {
  expect(readBody([email('a@x.test')], 'email')).toEqual({
    idProperty: 'email',
    properties: ['email', 'hs_additional_emails'],
    propertiesWithHistory: [],
    inputs: [{ id: 'a@x.test' }],
  });
  expect(readBody([], 'customer_id')).toMatchObject({ properties: ['customer_id'] });
});

it('makes and updates with texts only, numbers to the digit, nothing as an empty text', () => {
  const fields = { points: { number: '9007199254740993' }, vip: true, tier: null, name: 'Ada' };
  const changes = [change('add', '1', {}, fields), change('add', '2', {}, { name: 'Eve' })];
  const refs = [email('a@x.test'), email('a@x.test')];
  expect(upsertBody(distinct(refs), fieldsByName(changes, refs))).toEqual({
    inputs: [
      {
        ...{ id: 'a@x.test', idProperty: 'email', objectWriteTraceId: '0' },
        properties: {
          ...{ points: '9007199254740993', vip: 'true', tier: '', name: 'Eve' },
          email: 'a@x.test',
        },
      },
    ],
  });
});

it.each([
  [{ access_token: 'a' }, true],
  [{ client_id: 'a', client_secret: 'b', refresh_token: 'c' }, true],
  [{}, false],
  [{ access_token: 'a', client_id: 'a' }, false],
  [{ client_id: 'a', refresh_token: 'c' }, false],
  [{ access_token: 'a', id_property: 'Customer ID' }, false],
  [{ access_token: 'a', batch_size: 101 }, false],
])('options %j: %s', (options, isGood) => expect(hubspotOptions.safeParse(options).success).toBe(isGood));
