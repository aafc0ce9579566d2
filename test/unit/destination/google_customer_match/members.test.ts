/** People as Google matches them, and a call's body. */
import { describe, expect, it } from 'vitest';
import {
  identifierOf,
  memberOf,
  membersCall,
} from '../../../../src/destination/google_customer_match/members.ts';
import { googleOptions, googleSettings } from '../../../../src/destination/google_customer_match/options.ts';
import { sha256 } from '../../../../src/destination/normalise.ts';
import { change } from '../../../conformance/destination/harness.ts';

const RULES = { uploadKeyType: 'CONTACT_ID' as const, hashed: new Set<string>(), defaultCountry: 'DE' };
const BY_ID = { ...RULES, uploadKeyType: 'USER_ID' as const };

describe('an identifier', () => {
  it.each([
    ['email', ' Ada@Example.com ', sha256('ada@example.com')],
    ['email', 'First.Last+ads@Gmail.com', sha256('firstlast@gmail.com')],
    ['email', 'f.i.r.s.t+a+b@googlemail.com', sha256('first@googlemail.com')],
    ['email', 'First.Last+ads@example.com', sha256('first.last+ads@example.com')],
    ['email', 'first.last@gmail.com.example', sha256('first.last@gmail.com.example')],
    ['email', 'ZOË@example.com', sha256('zoë@example.com')],
    ['email', 'a b@example.com', undefined],
    ['email', '+tag@gmail.com', undefined],
    ['email', 'nobody', undefined],
    ['phone', '0151 12345678', sha256('+4915112345678')],
    ['phone', '+1 (650) 253-0000', sha256('+16502530000')],
    ['phone', '0044 20 7946 0018', sha256('+442079460018')],
    ['phone', '12', undefined],
    ['external_id', 'A-42', undefined],
    ['first_name', ' Dr. Zoë ', sha256('zoë')],
    ['first_name', 'Mrs.', undefined],
    ['first_name', 'Drew', sha256('drew')],
    ['last_name', "O'Neill-Müller", sha256("o'neill-müller")],
    ['last_name', 'King, Jr. III MD', sha256('king')],
    ['last_name', 'Ivy', sha256('ivy')],
    ['last_name', 'Jr', sha256('jr')],
    ['country', ' de ', 'DE'],
    ['country', 'Germany', undefined],
    ['postal_code', ' 94105-1234 ', '94105-1234'],
  ])('%s %j of a list of contacts', (kind, value, expected) =>
    expect(identifierOf(kind, value, RULES)).toBe(expected),
  );

  it.each([
    ['external_id', ' A-42 ', 'A-42'],
    ['external_id', ' ', undefined],
    ['email', 'ada@example.com', undefined],
  ])('%s %j of a list of ids', (kind, value, expected) =>
    expect(identifierOf(kind, value, BY_ID)).toBe(expected),
  );

  it('that is hashed already goes as it is, and nothing else does', () => {
    const rules = { ...RULES, hashed: new Set(['email']) };
    const hash = sha256('ada@example.com');
    expect(identifierOf('email', ` ${hash.toUpperCase()}`, rules)).toBe(hash);
    expect(identifierOf('email', 'ada@example.com', rules)).toBeUndefined();
    expect(identifierOf('email', hash, RULES)).toBeUndefined();
  });
});

describe('a member', () => {
  const kinds = { mail: 'email', other: 'email', phone: 'phone', external_id: 'external_id' };
  const [a, b, c] = ['a', 'b', 'c'].map(sha256) as [string, string, string];

  it('has all the identifiers that the change has, each alone', () =>
    expect(
      memberOf(change('add', '1', { mail: a, other: b, phone: c, external_id: '7' }), kinds, RULES),
    ).toEqual({
      userData: { userIdentifiers: [{ emailAddress: a }, { emailAddress: b }, { phoneNumber: c }] },
    }));

  it('has an address whole, beside what tells who is meant, or not at all', () => {
    const helping = { first_name: b, last_name: c, country: 'DE', postal_code: '10115' };
    const of = (identifiers: Record<string, string>) =>
      memberOf(change('add', '1', identifiers), {}, RULES)?.userData?.userIdentifiers;
    const address = { givenName: b, familyName: c, regionCode: 'DE', postalCode: '10115' };
    expect(of({ email: a, ...helping })).toEqual([{ emailAddress: a }, { address }]);
    const { country: _, ...lacking } = helping;
    expect(of({ email: a, ...lacking })).toEqual([{ emailAddress: a }]);
    expect(of(helping)).toBeUndefined();
  });

  it('goes by its name where the entity has lost the identifier', () =>
    expect(memberOf(change('remove', '1', { email: a }), {}, RULES)).toEqual({
      userData: { userIdentifiers: [{ emailAddress: a }] },
    }));

  it('of a list of ids has its id', () =>
    expect(memberOf(change('add', '1', { mail: a, external_id: '7' }), kinds, BY_ID)).toEqual({
      userIdData: { userId: '7' },
    }));

  it.each([
    ['no identifier', {}],
    ['an identifier that is no hash', { mail: 'ada@example.com' }],
    ['one of two that is no hash', { mail: a, phone: '+16502530000' }],
    ['an upper-case hash', { mail: a.toUpperCase() }],
    ['only an id', { external_id: '7' }],
  ])('with %s is none', (_, identifiers) =>
    expect(memberOf(change('add', '1', identifiers), kinds, RULES)).toBeUndefined(),
  );
});

describe('a call', () => {
  const audience = { name: 'vip', ref: '9007199254740993' };
  const given = { account_id: '123-456-7890', client_id: 'c', client_secret: 's', refresh_token: 'r' };
  const members = [{ userIdData: { userId: '7' } }];
  const operatingAccount = { accountType: 'GOOGLE_ADS', accountId: '1234567890' };

  it('adds with the terms, and with the consent that is given', () => {
    const settings = googleSettings({ ...given, ad_user_data: 'CONSENT_GRANTED' });
    expect(membersCall({ op: 'add', audience }, members, settings)).toEqual({
      path: '/v1/audienceMembers:ingest',
      body: {
        destinations: [{ operatingAccount, productDestinationId: '9007199254740993' }],
        audienceMembers: members,
        encoding: 'HEX',
        consent: { adUserData: 'CONSENT_GRANTED' },
        termsOfService: { customerMatchTermsOfServiceStatus: 'ACCEPTED' },
      },
    });
  });

  it('removes without either, through a manager account, and ids without an encoding', () => {
    const more = {
      login_account_id: '9876543210',
      upload_key_type: 'USER_ID',
      ad_user_data: 'CONSENT_GRANTED',
    };
    const loginAccount = { accountType: 'GOOGLE_ADS', accountId: '9876543210' };
    expect(membersCall({ op: 'remove', audience }, members, googleSettings({ ...given, ...more }))).toEqual({
      path: '/v1/audienceMembers:remove',
      body: {
        destinations: [{ operatingAccount, loginAccount, productDestinationId: '9007199254740993' }],
        audienceMembers: members,
      },
    });
  });

  it('needs a refresh token with its client, or a service account, and not both', () => {
    const terms = { customer_match_terms_of_service_status: 'ACCEPTED' };
    const key = { service_account: '{"client_email":"a@b.example","private_key":"k"}' };
    const account = { account_id: given.account_id };
    const isGood = (options: object) => googleOptions.safeParse({ ...terms, ...options }).success;
    expect(isGood(given)).toBe(true);
    expect(isGood({ ...account, ...key })).toBe(true);
    expect(isGood({ ...given, ...key })).toBe(false);
    expect(isGood({ ...account, ...key, client_id: 'c' })).toBe(false);
    expect(isGood({ ...given, refresh_token: undefined })).toBe(false);
    expect(isGood({ ...account, service_account: 'no key' })).toBe(false);
    expect(isGood(account)).toBe(false);
  });
});
