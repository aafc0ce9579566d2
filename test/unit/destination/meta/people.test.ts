/** People as Meta matches them, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import { errorOf, regainMs } from '../../../../src/destination/meta/answer.ts';
import { identifierOf, peopleOf } from '../../../../src/destination/meta/people.ts';
import { sha256 } from '../../../../src/destination/normalise.ts';
import { change } from '../../../conformance/destination/harness.ts';

const RULES = { hashed: new Set<string>() };

describe('an identifier', () => {
  it.each([
    ['email', ' First.Last+ads@Gmail.com ', sha256('first.last+ads@gmail.com')],
    ['email', 'nobody', undefined],
    ['phone', '0151 12345678', sha256('4915112345678')],
    ['phone', '+1 650 253 0000', sha256('16502530000')],
    ['external_id', ' A-42 ', 'A-42'],
    ['external_id', ' ', undefined],
    ['first_name', " Zoë-Marie O'Neill ", sha256('zoëmarie oneill')],
    ['last_name', 'Müller, Jr.', sha256('müller jr')],
    ['last_name', '...', undefined],
    ['city', ' Sankt Gallen ', sha256('sanktgallen')],
    ['city', 'São Paulo', sha256('sãopaulo')],
    ['region', 'CA', sha256('ca')],
    ['postal_code', '94105-1234', sha256('94105')],
    ['postal_code', ' sw1a 1aa ', sha256('sw1a1')],
    ['postal_code', 'K1A 0B1', sha256('k1a0b1')],
    ['postal_code', '10115', sha256('10115')],
    ['country', ' De ', sha256('de')],
    ['country', 'Germany', undefined],
  ])('%s %j', (kind, value, expected) =>
    expect(identifierOf(kind, value, { ...RULES, defaultCountry: 'DE' })).toBe(expected),
  );

  it('that is hashed already goes as it is, and nothing else does', () => {
    const rules = { hashed: new Set(['email']) };
    const hash = sha256('ada@example.com');
    expect(identifierOf('email', hash.toUpperCase(), rules)).toBe(hash);
    expect(identifierOf('email', 'ada@example.com', rules)).toBeUndefined();
    // Unless told, a hash is no address.
    expect(identifierOf('email', hash, RULES)).toBeUndefined();
  });
});

describe('a call', () => {
  it('has the columns that somebody has, and empty texts for the others', () => {
    const kinds = { mail: 'email', second: 'email', phone: 'phone' };
    const changes = [
      change('add', '1', { mail: 'a', second: 'b' }),
      change('add', '2', { phone: 'c' }),
      change('add', '3', { second: 'd', phone: 'e' }),
    ];
    expect(peopleOf({ changes, kinds })).toEqual({
      schema: ['EMAIL', 'PHONE'],
      data: [
        ['a', ''],
        ['', 'c'],
        ['d', 'e'],
      ],
    });
  });
});

describe('an answer', () => {
  const error = (code: number, status = 400, more = {}) =>
    errorOf({ status, headers: {}, json: { error: { code, ...more } } })?.kind;

  it.each([
    [1, 'later'],
    [4, 'later'],
    [17, 'later'],
    [80003, 'later'],
    [190, 'credentials'],
    [200, 'permission'],
    [294, 'permission'],
    [1487301, 'audience'],
    [2650, 'row'],
    [100, 'refused'],
  ])('with error %i is %s', (code, kind) => expect(error(code)).toBe(kind));

  it('tells an error inside HTTP 200, too', () => expect(error(190, 200)).toBe('credentials'));
  it('of a blocked audience', () => expect(error(100, 400, { error_subcode: 1713230 })).toBe('audience'));
  it('that calls itself transient', () => expect(error(100, 400, { is_transient: true })).toBe('later'));
  it.each([
    [200, 'later'],
    [413, 'refused'],
    [429, 'later'],
    [502, 'later'],
    [401, 'credentials'],
  ])('of %i that is no JSON is %s', (status, kind) =>
    expect(errorOf({ status, headers: {}, json: undefined })?.kind).toBe(kind),
  );
  it('without an error', () => expect(errorOf({ status: 200, headers: {}, json: {} })).toBeUndefined());

  it('says in minutes when calls are let through again', () => {
    const usage = (minutes: number) => ({
      'x-business-use-case-usage': `{"1":[{"type":"custom_audience","estimated_time_to_regain_access":${minutes}}]}`,
    });
    expect(regainMs(usage(3))).toBe(180_000);
    expect(regainMs(usage(0))).toBeUndefined();
    expect(regainMs({})).toBeUndefined();
  });
});
