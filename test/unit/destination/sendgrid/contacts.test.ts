/** Who SendGrid is asked for, and with what. */
import { describe, expect, it } from 'vitest';
import {
  identifierOf,
  lookUpCall,
  removeCall,
  upsertCall,
} from '../../../../src/destination/sendgrid/contacts.ts';
import { columnsIn, RESERVED_COLUMNS } from '../../../../src/destination/sendgrid/fields.ts';
import { destination } from '../../../../src/destination/sendgrid/index.ts';
import { sendgridSettings } from '../../../../src/destination/sendgrid/options.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

describe('an identifier', () => {
  const long = (length: number): string => `${'a'.repeat(length - 7)}@x.test`;

  it.each([
    ['email', 'email', ' Ada.L+Ads@GMail.com ', 'ada.l+ads@gmail.com'],
    ['email', 'email', 'ZOË@example.com', 'zoë@example.com'],
    ['email', 'email', 'no address', undefined],
    ['email', 'email', 'a'.repeat(64), undefined],
    ['email', 'email', long(100), long(100)],
    ['email', 'email', long(101), undefined],
    ['email', 'external_id', '1', undefined],
    ['phone_number_id', 'phone', '+49 (151) 123-45678', '+4915112345678'],
    ['phone_number_id', 'phone', '0151 12345678', '+4915112345678'],
    ['phone_number_id', 'phone', '12', undefined],
    ['phone_number_id', 'email', 'a@x.test', undefined],
    ['external_id', 'external_id', ' 9007199254740993 ', '9007199254740993'],
    ['external_id', 'external_id', 'aB', 'aB'],
    ['external_id', 'external_id', '  ', undefined],
    ['external_id', 'external_id', 'x'.repeat(255), undefined],
  ] as const)('for %s, %s %j: %j', (type, kind, value, expected) => {
    expect(identifierOf(kind, value, { type, defaultCountry: 'DE' })).toBe(expected);
  });

  it('is of the one kind that `identifier_type` tells', () => {
    const kinds = (options: object) => destination.manifestWith!({ api_key: 'k', ...options }).kinds;
    expect(kinds({})).toEqual(['email']);
    expect(kinds({ identifier_type: 'phone_number_id' })).toEqual(['phone']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of ours
    expect(kinds({ identifier_type: '${env:TYPE}' })).toEqual(['email', 'phone', 'external_id']);
  });
});

it('is called where the account is kept', () => {
  expect(sendgridSettings({ api_key: 'k' }).base).toBe('https://api.sendgrid.com');
  expect(sendgridSettings({ api_key: 'k', region: 'eu' }).base).toBe('https://api.eu.sendgrid.com');
});

describe('a call', () => {
  const columns = columnsIn({
    custom_fields: [
      { id: 'w1', name: 'tier', field_type: 'Text' },
      { id: 'w2', name: 'Points', field_type: 'Number' },
    ],
  })!;

  it('adds to the list, with custom fields by their ids and SendGrid’s own by their names', () => {
    const fields = { tier: { number: '7' }, points: { number: '2.5' }, First_Name: 'Ada', city: null };
    const sent = batch([change('add', '1', { email: 'a@x.test' }, fields)], 'vip', 'L');
    expect(upsertCall(sent, 'email', columns)).toEqual({
      method: 'PUT',
      path: '/v3/marketing/contacts',
      body: {
        list_ids: ['L'],
        contacts: [{ email: 'a@x.test', first_name: 'Ada', city: null, custom_fields: { w1: '7', w2: 2.5 } }],
      },
    });
  });

  it('has a contact that two rows share once', () => {
    const sent = batch(['1', '2'].map((key) => change('add', key, { email: 'a@x.test' })));
    const { body } = upsertCall(sent, 'email', RESERVED_COLUMNS);
    expect(body).toMatchObject({ contacts: [{ email: 'a@x.test' }] });
  });

  it('looks up by addresses, or by another identifier', () => {
    const sent = batch([change('remove', '1', { email: 'a@x.test', external_id: '1' })]);
    expect(lookUpCall(sent, 'email')).toMatchObject({
      path: '/v3/marketing/contacts/search/emails',
      body: { emails: ['a@x.test'] },
    });
    expect(lookUpCall(sent, 'external_id')).toMatchObject({
      path: '/v3/marketing/contacts/search/identifiers/external_id',
      body: { identifiers: [{ external_id: '1' }] },
    });
  });

  it('takes off the list, by ids', () => {
    const path = '/v3/marketing/lists/L/contacts?contact_ids=c1,c2%2F';
    expect(removeCall('L', ['c1', 'c2/'])).toEqual({ method: 'DELETE', path });
  });
});

it('reads no fields out of what lists none', () => {
  expect(columnsIn(undefined)).toBeUndefined();
  expect(columnsIn({})).toBeUndefined();
});
