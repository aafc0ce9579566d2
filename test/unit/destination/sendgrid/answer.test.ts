/** What SendGrid's answers mean. */
import { describe, expect, it } from 'vitest';
import {
  contactsIn,
  isListGone,
  jobStateOf,
  upsertOutcome,
} from '../../../../src/destination/sendgrid/answer.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

describe('to an upsert', () => {
  const sent = batch([change('add', '1'), change('add', '2')]);
  const kinds = (status: number, json: unknown): string => {
    const outcome = upsertOutcome(sent, { status, json, headers: {} }, 0n);
    return 'refused' in outcome ? 'refused' : outcome.receipts.map(({ kind }) => kind).join();
  };

  it.each([
    [202, { job_id: 'j' }, 'accepted,accepted'],
    [202, {}, 'retry,retry'],
    [202, { job_id: '' }, 'retry,retry'],
    [202, undefined, 'retry,retry'],
    [400, { errors: [{ message: 'email is not valid' }] }, 'refused'],
    [404, undefined, 'retry,retry'],
    [408, {}, 'retry,retry'],
    [413, {}, 'refused'],
    [429, {}, 'retry,retry'],
    [500, undefined, 'retry,retry'],
  ] as const)('%i %j: %s', (status, json, expected) => expect(kinds(status, json)).toBe(expected));

  it.each([
    [400, { errors: [{ field: 'list_ids[0]', message: 'x' }] }, true],
    [404, { errors: [] }, true],
    [404, undefined, false],
    [400, { errors: [{ field: 'contacts[0]', message: 'x' }] }, false],
    [500, { errors: [{ field: 'list_ids', message: 'x' }] }, false],
  ] as const)('%i %j: whether the list is gone: %s', (status, json, expected) => {
    expect(isListGone({ status, json, headers: {} })).toBe(expected);
  });
});

describe('to a look-up', () => {
  const result = { 'A@x.test': { contact: { id: 'c1' } }, 'b@x.test': { error: 'contact not found' } };

  it.each([
    [200, { result }, [['a@x.test', 'c1']]],
    [404, { errors: [] }, []],
    [404, undefined, undefined],
    [200, {}, undefined],
    [200, undefined, undefined],
  ] as const)('%i %j: %j', (status, json, expected) => {
    const found = contactsIn({ status, json, headers: {} });
    expect(found && [...found]).toEqual(expected);
  });
});

it.each([
  [{ status: 'pending' }, { kind: 'running' }],
  [{ status: 'completed' }, { kind: 'done' }],
  [
    { status: 'errored', results: { errored_count: 3 } },
    { kind: 'done', invalid: 3 },
  ],
  [{ status: 'errored' }, { kind: 'done', invalid: 1 }],
  [{ status: 'failed' }, { kind: 'failed', again: false, code: 'sendgrid_failed' }],
  [{ status: 'new to us' }, { kind: 'running' }],
  [undefined, { kind: 'running' }],
] as const)('a job that says %j is %j', (json, expected) => expect(jobStateOf(json)).toMatchObject(expected));
