/** What Klaviyo's answers mean. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../src/destination/destination.ts';
import {
  cursorOf,
  eventsOutcome,
  importErrors,
  importOutcome,
  jobOf,
} from '../../../../src/destination/klaviyo/answer.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const two = batch([change('add', '1'), change('add', '2')]);
const kinds = (outcome: Outcome) =>
  'refused' in outcome ? 'refused' : outcome.receipts.map(({ kind }) => kind).join();

describe('an answer to an import', () => {
  it.each([
    [202, { data: { id: 'j1' } }, 'accepted,accepted'],
    [202, { data: {} }, 'retry,retry'],
    [202, undefined, 'retry,retry'],
    [400, { errors: [] }, 'refused'],
    [413, undefined, 'refused'],
    [429, {}, 'retry,retry'],
    [301, {}, 'retry,retry'],
    [503, undefined, 'retry,retry'],
  ])('%i %j', (status, json, expected) =>
    expect(kinds(importOutcome(two, { status, json, headers: {} }, 0n))).toBe(expected),
  );

  it('says when to come back', () => {
    const busy = { status: 429, json: {}, headers: { 'retry-after': '7' } };
    expect(importOutcome(two, busy, 0n)).toMatchObject({ receipts: [{ afterMs: 7_000 }, {}] });
  });
});

it.each([
  [202, 'unknown,unknown'],
  [409, 'unknown,unknown'],
  [400, 'refused'],
  [500, 'retry,retry'],
])('an answer to events: %i', (status, expected) =>
  expect(kinds(eventsOutcome(two, { status, json: undefined, headers: {} }, 0n))).toBe(expected),
);

describe('a job', () => {
  const job = (attributes: object, status = 200) =>
    jobOf({ status, headers: {}, json: { data: { attributes } } });

  it.each([
    [{ status: 'queued' }, { kind: 'running' }],
    [{ status: 'processing' }, { kind: 'running' }],
    [{ status: 'later' }, { kind: 'running' }],
    [{ status: 'complete', failed_count: 0 }, { kind: 'done' }],
    [{ status: 'complete', failed_count: null }, { kind: 'done' }],
    [
      { status: 'complete', failed_count: 2 },
      { kind: 'ended', failed: 2 },
    ],
    [{ status: 'cancelled' }, { kind: 'failed', again: true, code: 'cancelled' }],
  ])('%j', (attributes, expected) => expect(job(attributes)).toMatchObject(expected));

  it('that is gone is made again, one that is not told of is asked after again', () => {
    expect(job({}, 404)).toMatchObject({ kind: 'failed', again: true });
    expect(job({ status: 'complete' }, 503)).toEqual({ kind: 'running' });
    expect(jobOf({ status: 200, headers: {}, json: undefined })).toEqual({ kind: 'running' });
  });

  it.each([
    [{ email: 'A@x.test' }],
    [{ type: 'profile', attributes: { email: 'a@x.test' } }],
    [{ data: { attributes: { email: 'a@x.test' } } }],
  ])('names a row by its payload: %j', (original_payload) => {
    const errors = [{ attributes: { code: 'invalid', detail: 'a@x.test is bad', original_payload } }];
    expect(importErrors(errors, ['email'])).toEqual(
      new Map([
        [
          'email=a@x.test',
          { code: 'not_imported', message: 'Klaviyo could not import the profile: invalid' },
        ],
      ]),
    );
  });

  it('repeats nothing that is no code', () => {
    const attributes = { code: 'a@x.test is bad', original_payload: { external_id: '7' } };
    expect([...importErrors([{ attributes }], ['external_id']).values()]).toEqual([
      { code: 'not_imported', message: 'Klaviyo could not import the profile' },
    ]);
    expect(importErrors([{ attributes: { code: 'x' } }, {}], ['email'])).toEqual(new Map());
  });
});

it.each([
  ['https://a.klaviyo.com/api/lists?x=1&page%5Bcursor%5D=abc%3D', 'abc='],
  ['https://a.klaviyo.com/api/lists?page[cursor]=abc', 'abc'],
  [null, undefined],
  ['https://a.klaviyo.com/api/lists', undefined],
])('the next page of %j', (next, expected) =>
  expect(cursorOf({ status: 200, headers: {}, json: { links: { next } } })).toBe(expected),
);
