/** What LinkedIn gets, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../src/destination/linkedin/answer.ts';
import { linkedinOptions, linkedinSettings } from '../../../../src/destination/linkedin/options.ts';
import { finderPath } from '../../../../src/destination/linkedin/segments.ts';
import { identifierOf, usersBody } from '../../../../src/destination/linkedin/users.ts';
import { sha256 } from '../../../../src/destination/normalise.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const PLAIN = new Set<string>();
const GIVEN = { account_id: '123', access_token: 't', source_platform: 'OURS' };

describe('an identifier', () => {
  it.each([
    ['email', ' Ada@Example.com ', sha256('ada@example.com')],
    ['email', 'First.Last+ads@Gmail.com', sha256('first.last+ads@gmail.com')],
    ['email', 'ZOË@example.com', sha256('zoë@example.com')],
    ['email', 'a b@example.com', undefined],
    ['email', 'nobody', undefined],
    ['email', sha256('ada@example.com'), undefined],
    ['phone', '+16502530000', undefined],
    ['external_id', 'A-42', undefined],
  ])('%s %j', (kind, value, expected) => expect(identifierOf(kind, value, PLAIN)).toBe(expected));

  it('that is hashed already goes as it is, and nothing else does', () => {
    const hash = sha256('ada@example.com');
    expect(identifierOf('email', ` ${hash.toUpperCase()} `, new Set(['email']))).toBe(hash);
    expect(identifierOf('email', 'ada@example.com', new Set(['email']))).toBeUndefined();
  });
});

describe('a call', () => {
  it('has an element a change, with all addresses of the person', () => {
    const kinds = { mail: 'email', other: 'email', phone: 'phone' };
    const changes = [
      change('add', '1', { mail: 'a', other: 'b', phone: 'c' }),
      change('add', '2', { email: 'd' }),
    ];
    const ids = (...values: string[]) => values.map((idValue) => ({ idType: 'SHA256_EMAIL', idValue }));
    expect(usersBody({ op: 'add', changes, kinds })).toEqual({
      elements: [
        { action: 'ADD', userIds: ids('a', 'b') },
        { action: 'ADD', userIds: ids('d') },
      ],
    });
    expect(usersBody({ op: 'remove', changes, kinds }).elements[0]).toMatchObject({ action: 'REMOVE' });
  });

  it('that finds escapes what Rest.li gives a meaning to', () =>
    expect(finderPath(linkedinSettings(GIVEN), { sourceSegmentId: "a,(b)'&ü" })).toBe(
      '/rest/dmpSegments?q=account&account=urn%3Ali%3AsponsoredAccount%3A123&sourcePlatform=OURS&sourceSegmentId=a%2C%28b%29%27%26%C3%BC',
    ));

  it.each([
    [{}, true],
    [{ account_id: 'urn:li:sponsoredAccount:123' }, true],
    [{ account_id: 'act_123' }, false],
    [{ refresh_token: 'r' }, false],
    [{ access_token: undefined }, false],
    [{ access_token: undefined, client_id: 'c', client_secret: 's', refresh_token: 'r' }, true],
    [{ linkedin_version: '202613' }, false],
    [{ batch_size: 5001 }, false],
  ])('with the options %j: %j', (more, isGood) =>
    expect(linkedinOptions.safeParse({ ...GIVEN, ...more }).success).toBe(isGood),
  );
});

describe('an answer', () => {
  const two = batch([change('add', '1'), change('add', '2')]);
  const outcome = (status: number, json: unknown, headers = {}) =>
    outcomeOf(two, { status, json, headers }, 0n);
  const kinds = (status: number, json: unknown) => {
    const told = outcome(status, json);
    return 'refused' in told ? 'refused' : told.receipts.map(({ kind }) => kind).join();
  };
  const elements = (...statuses: unknown[]) => ({ elements: statuses.map((status) => ({ status })) });

  it.each([
    [200, elements(201, 201), 'delivered,delivered'],
    [200, elements(200, 400), 'delivered,rejected'],
    [200, elements(422, 201), 'rejected,delivered'],
    [200, elements(429, 500), 'retry,retry'],
    [200, elements(404, 409), 'retry,retry'],
    [200, elements(423, '201'), 'retry,retry'],
    [200, elements(201), 'delivered,retry'],
    [200, { elements: [null, { error: {} }] }, 'retry,retry'],
    [200, {}, 'retry,retry'],
    [200, undefined, 'retry,retry'],
    [302, undefined, 'retry,retry'],
    [400, {}, 'refused'],
    [404, {}, 'retry,retry'],
    [408, {}, 'retry,retry'],
    [409, {}, 'retry,retry'],
    [413, undefined, 'refused'],
    [423, {}, 'retry,retry'],
    [429, {}, 'retry,retry'],
    [503, undefined, 'retry,retry'],
  ])('%i %j', (status, json, expected) => expect(kinds(status, json)).toBe(expected));

  it('of a segment that is not there yet waits as long as LinkedIn asks for', () =>
    expect(outcome(404, {})).toMatchObject({ receipts: [{ afterMs: 5000 }, { afterMs: 5000 }] }));

  it('repeats no words', () => {
    const json = { elements: [{ status: 400, error: { message: 'ada@example.com' } }] };
    expect(JSON.stringify(outcome(200, json))).not.toContain('ada');
  });
});
