/** Answers of a store, by their status and code. */
import { describe, expect, it } from 'vitest';
import { codeOf, expectDone, meaningOf, outcomeOf } from '../../../../src/destination/s3/answer.ts';
import type { HttpResponse } from '../../../../src/world.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const PERSON = 'Ada@Example.com';

function answer(status: number, code?: string, more: Partial<HttpResponse> = {}): HttpResponse {
  const body =
    code === undefined ? '' : `<?xml?>\n<Error><Code>${code}</Code><Message>${PERSON}</Message></Error>`;
  return { status, headers: {}, body, ...more };
}

describe('an answer', () => {
  it.each([
    [200, undefined, 'done'],
    [503, 'SlowDown', 'later'],
    [503, undefined, 'later'],
    [500, 'InternalError', 'later'],
    [507, 'XMinioStorageFull', 'later'],
    [400, 'RequestTimeout', 'later'],
    [409, 'OperationAborted', 'later'],
    [429, undefined, 'later'],
    [307, 'TemporaryRedirect', 'later'],
    [403, 'InvalidAccessKeyId', 'refused key'],
    [403, 'SignatureDoesNotMatch', 'refused key'],
    [403, 'AccessDenied', 'refused key'],
    [403, undefined, 'refused key'],
    [401, undefined, 'refused key'],
    [400, 'ExpiredToken', 'refused key'],
    [400, 'EntityTooLarge', 'too large'],
    [413, undefined, 'too large'],
    [403, 'RequestTimeTooSkewed', 'unusable'],
    [404, 'NoSuchBucket', 'unusable'],
    [301, 'PermanentRedirect', 'unusable'],
    [400, 'AuthorizationHeaderMalformed', 'unusable'],
    [400, 'SomethingNew', 'unusable'],
    [501, 'NotImplemented', 'later'],
  ])('HTTP %s %s is %s', (status, code, meaning) => {
    expect(meaningOf(answer(status, code))).toBe(meaning);
  });

  it.each(['a b', '', '<b>', `x@y`, 'x'.repeat(65), '1'])('has no code in %j', (code) => {
    expect(codeOf(answer(400, code))).toBeUndefined();
  });
});

const one = batch([change('add', '1'), change('add', '2')]);
const judge = (of: HttpResponse) => () => outcomeOf('lake', one, of, { now: 0n, part: '{}' });

describe('a part', () => {
  it('is delivered where the store names it', () => {
    expect(judge(answer(200, undefined, { headers: { etag: '"1"' } }))()).toMatchObject({
      receipts: [{ kind: 'delivered' }, { kind: 'delivered' }],
      part: '{}',
    });
  });

  it.each([
    [answer(200, undefined, { body: '<html>Welcome</html>' }), 's3_no_etag', undefined],
    [answer(503, 'SlowDown', { headers: { 'retry-after': '7' } }), 's3_503', 7_000],
  ])('is sent again after %j', (of, code, afterMs) => {
    const outcome = judge(of)();
    expect(outcome).not.toHaveProperty('part');
    expect(outcome).toMatchObject({
      receipts: [
        { kind: 'retry', code, ...(afterMs ? { afterMs } : {}) },
        { kind: 'retry', code },
      ],
    });
  });

  it('that is too large is halved', () => {
    expect(judge(answer(400, 'EntityTooLarge'))()).toMatchObject({ refused: { code: 's3_too_large' } });
  });
});

describe('a diagnostic', () => {
  it.each([
    [answer(403, 'InvalidAccessKeyId'), 'E406', 77, 'InvalidAccessKeyId'],
    [answer(403, 'SignatureDoesNotMatch'), 'E406', 77, 'SignatureDoesNotMatch'],
    [answer(404, 'NoSuchBucket'), 'E407', 1, 'no such bucket'],
    [answer(403, 'RequestTimeTooSkewed'), 'E407', 1, 'clock'],
    [
      answer(301, 'PermanentRedirect', { headers: { 'x-amz-bucket-region': 'eu-west-1' } }),
      'E407',
      1,
      'the bucket is in `eu-west-1`',
    ],
    [
      answer(400, undefined, {
        body: '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>',
      }),
      'E407',
      1,
      'the bucket is in `eu-west-1`',
    ],
    [answer(503, 'SlowDown'), 'E404', 75, 'SlowDown'],
  ])('of %j is %s, and repeats nothing', (of, code, exit, text) => {
    const thrown = thrownBy(() => expectDone('lake', of));
    expect(thrown).toMatchObject({
      exit,
      diagnostics: [{ code, message: expect.stringContaining(text) }],
    });
    expect(JSON.stringify((thrown as { diagnostics: unknown }).diagnostics)).not.toContain(PERSON);
    if (code !== 'E404') expect(judge(of)).toThrow(text);
  });

  it('names no region that is none', () => {
    const of = answer(301, undefined, { headers: { 'x-amz-bucket-region': `${PERSON} <b>` } });
    expect(String(thrownBy(() => expectDone('lake', of)))).not.toContain('Ada');
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
