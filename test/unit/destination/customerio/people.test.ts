/** What Customer.io gets, and what its answers mean. */
import { describe, expect, it } from 'vitest';
import { failureOf, receiptsOf, refusedItems } from '../../../../src/destination/customerio/answer.ts';
import {
  eventsBody,
  type IdType,
  identifierOf,
  identifyBody,
  refOf,
  segmentIds,
  ulid,
} from '../../../../src/destination/customerio/people.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const KINDS = { mail: 'email', key: 'external_id' };
const id = (value: string) => ({ idType: 'id' as const, value });

describe('an identifier', () => {
  it.each([
    ['id', 'external_id', ' A-42 ', 'A-42'],
    ['id', 'external_id', ' ', undefined],
    ['id', 'email', 'a@x.test', undefined],
    ['id', 'phone', '+4930123456', undefined],
    ['email', 'email', ' First.Last+ads@Gmail.com ', 'first.last+ads@gmail.com'],
    ['email', 'email', 'Zoë@Example.com', 'zoë@example.com'],
    ['email', 'email', 'a'.repeat(64), undefined],
    ['email', 'external_id', '1', undefined],
  ] as [IdType, string, string, string | undefined][])('by %s, %s %j', (idType, kind, value, expected) =>
    expect(identifierOf(kind, value, idType)).toBe(expected),
  );

  it.each([
    [{ mail: 'a@x.test', key: '1' }, 'id', id('1')],
    [{ mail: 'a@x.test', key: '1' }, 'email', { idType: 'email', value: 'a@x.test' }],
    // Added when it was the other: taken out by that.
    [{ key: '1' }, 'email', id('1')],
    [{}, 'id', undefined],
  ] as const)('of %j by %s', (identifiers, idType, expected) =>
    expect(refOf(change('remove', '1', identifiers), KINDS, idType)).toEqual(expected),
  );
});

describe('a body', () => {
  const two = batch([change('add', '1', {}, { tier: null, points: { number: '2.5' } }), change('add', '2')]);

  it('identifies everybody in order, and makes nobody unless told', () => {
    const items = [
      {
        type: 'person',
        identifiers: { id: '1' },
        action: 'identify',
        attributes: { tier: null, points: 2.5 },
      },
      { type: 'person', identifiers: { id: '2' }, action: 'identify', attributes: {} },
    ];
    const updating = items.map((item) => ({ ...item, attributes: { ...item.attributes, _update: true } }));
    expect(identifyBody(two, [id('1'), id('2')], true)).toEqual({ batch: items });
    expect(identifyBody(two, [id('1'), id('2')], false)).toEqual({ batch: updating });
  });

  it('of events has ids that are the same when they come twice, and seconds', () => {
    const refs = [id('1'), id('2')];
    const body = eventsBody(two, refs) as { batch: { id: string }[] };
    expect(eventsBody(two, refs)).toEqual(body);
    expect(body.batch[0]!.id).not.toBe(body.batch[1]!.id);
    expect(eventsBody({ ...two, idOf: () => 'f'.repeat(64) }, refs)).not.toEqual(body);
    expect(body.batch[0]).toMatchObject({
      ...{ type: 'person', identifiers: { id: '1' }, action: 'event', name: 'vip' },
      ...{ timestamp: 1795341598, attributes: { tier: null, points: 2.5 } },
    });
  });

  it('of a segment has ids of one type, each once', () => {
    const refs = [id('1'), id('1'), undefined, { idType: 'email' as const, value: 'a@x.test' }];
    expect(segmentIds(refs, 'id')).toEqual(['1']);
    expect(segmentIds(refs, 'email')).toEqual(['a@x.test']);
  });
});

it.each([
  [0n, '0000000000'],
  [1469918176385n, '01ARYZ6S41'],
  [(1n << 48n) - 1n, '7ZZZZZZZZZ'],
])('a ULID of %i ms begins with %s', (ms, start) => {
  expect(ulid(ms, 'x')).toMatch(new RegExp(`^${start}[0-9A-HJKMNP-TV-Z]{16}$`));
  expect(ulid(ms, 'x')).not.toBe(ulid(ms, 'y'));
});

describe('an answer', () => {
  const two = batch([change('add', '1'), change('add', '2')]);
  const kinds = (status: number, json: unknown): string => {
    const answer = { status, headers: {}, json };
    const failed = failureOf(two, answer, 0n);
    if (failed && 'refused' in failed) return 'refused';
    const receipts = failed?.receipts ?? receiptsOf(two, refusedItems(answer, 2));
    expect(JSON.stringify(receipts)).not.toContain('@');
    return receipts.map(({ kind }) => kind).join();
  };
  const error = (batch_index: unknown, reason = 'invalid') => ({
    batch_index,
    reason,
    message: 'a@x.test no',
  });

  it.each([
    [200, {}, 'unknown,unknown'],
    [207, { errors: [error(1)] }, 'unknown,rejected'],
    [207, { errors: [error(0), error(1, 'a@x.test')] }, 'rejected,rejected'],
    [207, { errors: [error(0), error(7)] }, 'rejected,retry'],
    [207, { errors: [error(undefined)] }, 'retry,retry'],
    [207, {}, 'retry,retry'],
    [200, undefined, 'retry,retry'],
    [400, { errors: [] }, 'refused'],
    [429, {}, 'retry,retry'],
    [503, undefined, 'retry,retry'],
  ])('%i %j', (status, json, expected) => expect(kinds(status, json)).toBe(expected));
});
