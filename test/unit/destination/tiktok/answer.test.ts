/** What TikTok gets, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../../src/destination/normalise.ts';
import { errorOf, wording } from '../../../../src/destination/tiktok/answer.ts';
import { identifierOf, mappingBody } from '../../../../src/destination/tiktok/people.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const RULES = { hashed: new Set<string>(), defaultCountry: 'DE' };

describe('an identifier', () => {
  it.each([
    ['email', ' Ada@Example.com ', sha256('ada@example.com')],
    ['email', 'First.Last+ads@Gmail.com', sha256('first.last@gmail.com')],
    ['email', 'first+a+b@example.com', sha256('first@example.com')],
    ['email', 'first@sub+x.example.com', sha256('first@sub+x.example.com')],
    ['email', 'ZOË@example.com', sha256('zoë@example.com')],
    ['email', '+tag@example.com', undefined],
    ['email', 'a b@example.com', undefined],
    ['email', sha256('ada@example.com'), undefined],
    ['phone', '0151 12345678', sha256('+4915112345678')],
    ['phone', '+1 (650) 253-0000', sha256('+16502530000')],
    ['phone', '12', undefined],
    ['external_id', 'A-42', undefined],
  ])('%s %j', (kind, value, expected) => expect(identifierOf(kind, value, RULES)).toBe(expected));

  it('that is hashed already goes as it is, and nothing else does', () => {
    const rules = { ...RULES, hashed: new Set(['phone']) };
    const hash = sha256('+16502530000');
    expect(identifierOf('phone', ` ${hash.toUpperCase()} `, rules)).toBe(hash);
    expect(identifierOf('phone', '+16502530000', rules)).toBeUndefined();
  });
});

describe('a call', () => {
  const kinds = { mail: 'email', second: 'email', phone: 'phone' };
  const cell = (id: string) => ({ id, audience_ids: ['9007199254740993'] });

  it('has rows of as many cells as the schema has names, empty ones in place', () => {
    const changes = [
      change('add', '1', { mail: 'a', second: 'b' }),
      change('add', '2', { phone: 'c' }),
      change('add', '3', { second: 'd', phone: 'e' }),
    ];
    expect(mappingBody({ ...batch(changes, 'vip', '9007199254740993'), kinds }, '7')).toEqual({
      advertiser_ids: ['7'],
      action: 'add',
      id_schema: ['EMAIL_SHA256', 'PHONE_SHA256'],
      batch_data: [
        [cell('a'), {}],
        [{}, cell('c')],
        [cell('d'), cell('e')],
      ],
    });
  });

  it('that removes names only what somebody has', () =>
    expect(
      mappingBody(
        { ...batch([change('remove', '1', { phone: 'c' })], 'vip', '9007199254740993'), kinds },
        '7',
      ),
    ).toEqual({
      advertiser_ids: ['7'],
      action: 'delete',
      id_schema: ['PHONE_SHA256'],
      batch_data: [[cell('c')]],
    }));
});

describe('an answer', () => {
  const kindOf = (status: number, json: unknown) => errorOf({ status, headers: {}, json })?.kind;

  it.each([
    [200, { code: 0, message: 'OK' }, undefined],
    [200, { code: 40001 }, 'credentials'],
    [200, { code: 40002 }, 'refused'],
    [200, { code: 40100 }, 'later'],
    [401, { code: 40100 }, 'later'],
    [200, { code: 40104 }, 'credentials'],
    [200, { code: 40105 }, 'credentials'],
    [401, { code: 40105 }, 'credentials'],
    [200, { code: 40999 }, 'refused'],
    [200, { code: 50000 }, 'later'],
    [200, { code: 60001 }, 'later'],
    [200, { code: 3 }, 'later'],
    [429, { code: 40002 }, 'later'],
    [500, { code: 0 }, 'later'],
    [400, { code: 0 }, 'refused'],
    [200, { code: '0' }, 'later'],
    [200, {}, 'later'],
    [200, undefined, 'later'],
    [302, undefined, 'later'],
    [401, undefined, 'credentials'],
    [413, undefined, 'refused'],
    [502, undefined, 'later'],
  ])('%i %j is %s', (status, json, kind) => expect(kindOf(status, json)).toBe(kind));

  it('is told without its words', () => {
    const error = errorOf({ status: 200, headers: {}, json: { code: 40002, message: 'ada@example.com' } })!;
    expect(wording(error)).toBe("TikTok's code 40002");
  });
});
