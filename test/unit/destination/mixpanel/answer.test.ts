/** What Mixpanel's answers mean. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../src/destination/destination.ts';
import { outcomeOf } from '../../../../src/destination/mixpanel/answer.ts';
import { insertIdOf } from '../../../../src/destination/mixpanel/users.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const two = batch([
  change('add', '1', { external_id: 'user-one' }),
  change('add', '2', { external_id: 'user-two' }),
]);
const entered = { ...two, events: true };
const told = (status: number, json: unknown, of = two, headers = {}): Outcome =>
  outcomeOf(of, { status, json, headers }, 0n, ['a-token']);
const kinds = (outcome: Outcome) =>
  'refused' in outcome ? 'refused' : outcome.receipts.map(({ kind }) => kind).join();

describe('an answer to updates', () => {
  it.each([
    [200, { status: 1, error: null }, 'delivered,delivered'],
    [200, { status: 1 }, 'delivered,delivered'],
    [200, { status: 1, error: 'half of it' }, 'refused'],
    [200, { status: 0, error: 'data, missing or empty' }, 'refused'],
    [200, { status: 0 }, 'retry,retry'],
    [200, 1, 'retry,retry'],
    [200, 0, 'retry,retry'],
    [200, {}, 'retry,retry'],
    [200, undefined, 'retry,retry'],
    [200, { status: 0, failed_records: [{ index: 1 }] }, 'retry,rejected'],
    [200, { status: 0, num_good_events: 1, failed_records: [{ index: 1 }] }, 'delivered,rejected'],
    [200, { status: 0, num_good_events: 0, failed_records: [{ index: 1 }] }, 'retry,rejected'],
    [200, { status: 0, num_good_events: 1, failed_records: [{ index: 2 }] }, 'retry,retry'],
    [200, { status: 0, failed_records: [{ index: '1' }, { index: -1 }, 'x'] }, 'retry,retry'],
    [400, { failed_records: [{ index: 0 }] }, 'rejected,retry'],
    [400, { error: 'no' }, 'refused'],
    [413, { error: 'too large' }, 'refused'],
    [429, { failed_records: [{ index: 0 }] }, 'retry,retry'],
    [301, undefined, 'retry,retry'],
    [503, undefined, 'retry,retry'],
  ])('%i %j', (status, json, expected) => expect(kinds(told(status, json))).toBe(expected));

  it('says when to come back', () => {
    expect(told(429, {}, two, { 'retry-after': '7' })).toMatchObject({ receipts: [{ afterMs: 7_000 }, {}] });
  });
});

describe('an answer to events', () => {
  const id = insertIdOf(entered, entered.changes[1]!);

  it.each([
    [200, { code: 200, num_records_imported: 2, status: 'OK' }, 'delivered,delivered'],
    [400, { num_records_imported: 1, failed_records: [{ $insert_id: id, index: 0 }] }, 'delivered,rejected'],
    [400, { num_records_imported: 1, failed_records: [{ insert_id: id }] }, 'delivered,rejected'],
    [400, { num_records_imported: 1, failed_records: [{ insert_id: 'x', index: 0 }] }, 'rejected,delivered'],
    [400, { num_records_imported: 0, failed_records: [{ index: 0 }, { index: 1 }] }, 'rejected,rejected'],
    [400, { num_records_imported: 1, failed_records: [{ field: 'event' }] }, 'retry,retry'],
  ])('%i %j', (status, json, expected) => expect(kinds(told(status, json, entered))).toBe(expected));
});

describe('the vendor’s words', () => {
  const message = (said: string) => {
    const outcome = told(200, { failed_records: [{ index: 0, message: said }] });
    return 'receipts' in outcome ? (outcome.receipts[0] as { message: string }).message : '';
  };

  it.each([
    ['properties.time is not valid', 'properties.time is not valid'],
    ['user-one is not valid', 'Mixpanel refused the row'],
    ['a@x.test is not valid', 'Mixpanel refused the row'],
    ['token a-token is not valid', 'Mixpanel refused the row'],
  ])('%s', (said, shown) => expect(message(said)).toBe(shown));

  it('of the whole pass in the same way', () => {
    expect(told(200, { status: 0, error: 'user-two is bad' })).toMatchObject({
      refused: { message: 'Mixpanel took nothing of the request' },
    });
  });
});
