/** What HubSpot's answers mean. */
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../../src/destination/destination.ts';
import { failureOf, missingIds, receiptsOf } from '../../../../src/destination/hubspot/answer.ts';
import { resolvedBy } from '../../../../src/destination/hubspot/resolved.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const refs = ['a@x.test', 'b@x.test'].map((value) => ({ property: 'email', value }));
const found = (id: string, email: string, more = '') => ({
  id,
  properties: { email, hs_additional_emails: more },
});
const answer = (json: unknown, status = 207) => ({ status, headers: {}, json });

/** The kinds of receipts for the two of `refs`. */
function kinds(op: 'add' | 'remove', json: unknown, all: boolean, missing: readonly string[] = []): string {
  const resolved = resolvedBy(answer(json), refs, all)!;
  const two = batch([change(op, '1'), change(op, '2')]);
  return receiptsOf(two, refs, resolved, new Set(missing))
    .map(({ kind }) => kind)
    .join();
}

const notFound = { category: 'OBJECT_NOT_FOUND', context: { ids: ['b@x.test'] } };
const invalid = (context: object) => ({ category: 'VALIDATION_ERROR', message: 'b@x.test is bad', context });

describe('a look-up', () => {
  it.each([
    ['add', { results: [found('1', 'a@x.test'), found('2', 'B@x.test')] }, 'delivered,delivered'],
    ['add', { results: [found('1', 'a@x.test', 'old@x.test;b@x.test')] }, 'delivered,delivered'],
    ['add', { results: [found('1', 'a@x.test')], errors: [notFound], numErrors: 1 }, 'delivered,rejected'],
    ['remove', { results: [found('1', 'a@x.test')], errors: [notFound] }, 'delivered,missing'],
    ['remove', { results: [] }, 'missing,missing'],
    ['remove', { results: [], errors: [invalid({ ids: ['b@x.test'] })] }, 'missing,rejected'],
    ['remove', { results: [], errors: [invalid({ id: 'b@x.test' })] }, 'missing,rejected'],
    ['remove', { results: [], errors: [{ category: 'INTERNAL_ERROR', context: {} }] }, 'retry,retry'],
    ['remove', { results: [found('1', 'a@x.test')], numErrors: 1 }, 'delivered,retry'],
  ] as const)('to %s: %j', (op, json, expected) => expect(kinds(op, json, false)).toBe(expected));
});

describe('an upsert', () => {
  it.each([
    [{ results: [found('1', 'a@x.test'), found('2', 'b@x.test')] }, 'delivered,delivered'],
    [
      { results: [found('1', 'a@x.test')], errors: [invalid({ objectWriteTraceId: ['1'] })] },
      'delivered,rejected',
    ],
    [{ results: [found('1', 'a@x.test')], errors: [invalid({})] }, 'delivered,retry'],
    [
      {
        results: [found('1', 'a@x.test')],
        errors: [{ category: 'RATE_LIMITS', context: { objectWriteTraceId: ['1'] } }],
      },
      'delivered,retry',
    ],
    // Not a word of the second: not delivered.
    [{ results: [found('1', 'a@x.test')] }, 'delivered,retry'],
  ])('%j', (json, expected) => expect(kinds('add', json, true)).toBe(expected));

  it('tells codes and nobody', () => {
    const json = { results: [], errors: [invalid({ objectWriteTraceId: ['1'] }), { category: 'b@x.test' }] };
    const receipts = [...resolvedBy(answer(json), refs, true)!.failed.values()] as Receipt[];
    expect(receipts).toMatchObject([
      { kind: 'rejected', message: 'HubSpot refused the contact: VALIDATION_ERROR' },
      { kind: 'retry' },
    ]);
    expect(JSON.stringify(receipts)).not.toContain('@');
  });
});

it('who went away before the list was changed is looked up anew; a removal is done', () => {
  const json = { results: [found('1', 'a@x.test'), found('2', 'b@x.test')] };
  expect(kinds('add', json, false, ['2'])).toBe('delivered,retry');
  expect(kinds('remove', json, false, ['2'])).toBe('delivered,delivered');
  expect(missingIds(answer({ recordsIdsAdded: ['1'] }))).toEqual(new Set());
  expect(missingIds(answer({ recordIdsMissing: ['2'] }))).toEqual(new Set(['2']));
  expect(missingIds(answer(undefined))).toBeUndefined();
});

it('an answer that is none of HubSpot’s resolves nobody', () => {
  expect(resolvedBy(answer(undefined), refs, false)).toBeUndefined();
  expect(resolvedBy(answer({ status: 'PENDING' }), refs, false)).toBeUndefined();
});

it.each([
  [200, undefined],
  [207, undefined],
  [400, 'refused'],
  [423, 'retry'],
  [429, 'retry'],
  [477, 'retry'],
  [503, 'retry'],
])('a call that answers %i', (status, expected) => {
  const outcome = failureOf(batch([change('add', '1')]), answer({}, status), 0n);
  const kind = outcome && ('refused' in outcome ? 'refused' : outcome.receipts[0]!.kind);
  expect(kind).toBe(expected);
});
