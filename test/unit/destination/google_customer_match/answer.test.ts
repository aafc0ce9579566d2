/** What Google's answers and jobs mean. */
import { describe, expect, it } from 'vitest';
import { errorOf, requestIdOf } from '../../../../src/destination/google_customer_match/answer.ts';
import { jobStateOf } from '../../../../src/destination/google_customer_match/job.ts';
import { failure } from '../../../destinations/google_customer_match.ts';

describe('an answer', () => {
  const kindOf = (status: number, reason: string, field?: string) => {
    const { body } = failure(status, reason, field);
    return errorOf({ status, headers: {}, json: body })?.kind;
  };

  it.each([
    [400, 'INVALID_SHA256_FORMAT', 'audience_members[3]', 'refused'],
    [400, 'INVALID_ARGUMENT', undefined, 'refused'],
    [400, 'INVALID_USER_LIST_ID', 'destinations[0]', 'list'],
    [400, 'INVALID_USER_LIST_TYPE', undefined, 'list'],
    [404, 'NOT_FOUND', undefined, 'list'],
    [400, 'TERMS_AND_CONDITIONS_NOT_SIGNED', undefined, 'account'],
    [403, 'EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED', undefined, 'account'],
    [401, 'UNAUTHENTICATED', undefined, 'credentials'],
    [403, 'PERMISSION_DENIED', undefined, 'credentials'],
    [403, 'SERVICE_DISABLED', undefined, 'credentials'],
    [429, 'RESOURCE_EXHAUSTED', undefined, 'later'],
    [500, 'INTERNAL_ERROR', undefined, 'later'],
    [504, 'DEADLINE_EXCEEDED', undefined, 'later'],
  ])('%i %s is %s', (status, reason, field, kind) => expect(kindOf(status, reason, field)).toBe(kind));

  it.each([
    [200, 'later'],
    [302, 'later'],
    [400, 'refused'],
    [401, 'credentials'],
    [404, 'list'],
    [503, 'later'],
  ])('%i that is no JSON is %s', (status, kind) =>
    expect(errorOf({ status, headers: {}, json: undefined })?.kind).toBe(kind),
  );

  it('repeats only words in capitals', () => {
    const json = {
      error: {
        status: 'INVALID_ARGUMENT',
        message: 'ada@example.com',
        details: [{ reason: 'ada@example.com' }],
      },
    };
    expect(errorOf({ status: 400, headers: {}, json })?.reason).toBe('INVALID_ARGUMENT');
  });

  it.each([
    [[{ retryDelay: '12.5s' }], 12_500],
    [
      [
        {
          reason: 'RATE_LIMIT_EXCEEDED',
          metadata: { quota_limit: 'IngestionMutateRequestsPerDayPerProject' },
        },
      ],
      3_600_000,
    ],
    [
      [
        {
          reason: 'RATE_LIMIT_EXCEEDED',
          metadata: { quota_limit: 'IngestionMutateRequestsPerMinutePerProject' },
        },
      ],
      undefined,
    ],
    [[{ retryDelay: 'soon' }], undefined],
  ])('with details %j says when to come back', (details, expected) =>
    expect(errorOf({ status: 429, headers: {}, json: { error: { details } } })?.waitMs).toBe(expected),
  );

  it('without an error names the job', () => {
    expect(errorOf({ status: 200, headers: {}, json: { requestId: 'r1' } })).toBeUndefined();
    expect(requestIdOf({ requestId: 'r1', fieldWarnings: [{}] })).toBe('r1');
    expect(requestIdOf({ requestId: '' })).toBeUndefined();
    expect(requestIdOf({})).toBeUndefined();
  });
});

describe('a job', () => {
  const stateOf = (requestStatus: string, counts?: [string, string][]) =>
    jobStateOf({
      requestStatusPerDestination: [
        {
          requestStatus,
          errorInfo: counts && {
            errorCounts: counts.map(([reason, recordCount]) => ({ reason, recordCount })),
          },
        },
      ],
    });

  it.each([
    ['PROCESSING', undefined, { kind: 'running' }],
    ['REQUEST_STATUS_UNKNOWN', undefined, { kind: 'running' }],
    ['SUCCESS', undefined, { kind: 'done' }],
    ['PARTIAL_SUCCESS', undefined, { kind: 'done', invalid: 1 }],
    [
      'PARTIAL_SUCCESS',
      [
        ['PROCESSING_ERROR_REASON_INVALID_FORMAT', '3'],
        ['PROCESSING_ERROR_REASON_NO_CONSENT', '2'],
      ],
      { kind: 'done', invalid: 5 },
    ],
    ['FAILED', undefined, { kind: 'failed', again: true }],
    ['FAILED', [['PROCESSING_ERROR_REASON_INTERNAL_ERROR', '3']], { kind: 'failed', again: true }],
    ['FAILED', [['PROCESSING_ERROR_REASON_DENIED_CONSENT', '3']], { kind: 'failed', again: false }],
    [
      'FAILED',
      [
        ['PROCESSING_ERROR_REASON_INTERNAL_ERROR', '1'],
        ['PROCESSING_ERROR_REASON_NO_CONSENT', '2'],
      ],
      { kind: 'failed', again: false, message: 'Google could not process the request: NO_CONSENT' },
    ],
  ] as [string, [string, string][] | undefined, object][])('%s %j', (status, counts, expected) =>
    expect(stateOf(status, counts)).toMatchObject(expected),
  );

  it.each([undefined, {}, { requestStatusPerDestination: [] }, { requestStatusPerDestination: ['x'] }])(
    '%j says nothing yet',
    (json) => expect(jobStateOf(json)).toEqual({ kind: 'running' }),
  );

  it('repeats no text of a reason', () =>
    expect(stateOf('FAILED', [['ada@example.com', '1']])).toMatchObject({
      message: 'Google could not process the request: UNSPECIFIED',
    }));
});
