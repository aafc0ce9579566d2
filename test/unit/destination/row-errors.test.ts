/** What the body of a 2xx answer says of rows. */
import { describe, expect, it } from 'vitest';
import type { Batch, Change } from '../../../src/destination/destination.ts';
import { rowErrors } from '../../../src/destination/webhook/row-errors.ts';

const change = (key: string): Change => ({
  op: 'add',
  key,
  identifiers: { email: `${key}@x.test` },
  fields: {},
  causedAt: 0n,
});
const batch: Batch = {
  id: 'b',
  op: 'add',
  sync: 's.d',
  segment: 's',
  audience: { name: 's', ref: 's' },
  changes: [change('a'), change('b')],
  kinds: {},
  events: false,
  idOf: ({ key }) => key,
};

describe('an answer that was cut off', () => {
  it('in the middle of its errors counts for none of the rows', () => {
    const body = '{"status": "partial", "errors": [{"index": 0, "message": "xx';
    expect(rowErrors(batch, { body, cut: true })).toMatchObject([{ kind: 'retry' }, { kind: 'retry' }]);
  });

  it.each(['<html>', '{"echo": [', '{"errors": [], "echo": [', '[{"errors'])(
    'and lists none is a success: %s',
    (body) => {
      expect(rowErrors(batch, { body, cut: true })).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }]);
    },
  );
});

describe('the words for a row', () => {
  const secrets = ['Bearer hunter2', 'application/json', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', ''];
  it.each([
    'hunter2 may not do this',
    'signed with whsec_MFKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'unknown hash 973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b',
  ])('do not pass with a secret or a hash in them: %s', (message) => {
    const body = JSON.stringify({ errors: [{ index: 0, message }] });
    expect(rowErrors(batch, { body }, secrets)[0]).toMatchObject({ message: 'the endpoint refused the row' });
  });

  it('pass otherwise', () => {
    const body = JSON.stringify({ errors: [{ index: 0, code: 'quota', message: 'no more json today' }] });
    expect(rowErrors(batch, { body }, secrets)[0]).toMatchObject({
      code: 'quota',
      message: 'no more json today',
    });
  });
});

it.each([
  '{"errors": {"index": 0, "code": "x"}}',
  '{"errors": [{"index": 0, "code": "x"',
  '{"errors": "none of them"}',
])('errors that cannot be understood leave nobody delivered: %s', (body) => {
  expect(rowErrors(batch, { body }).map(({ kind }) => kind)).toEqual(batch.changes.map(() => 'retry'));
});
