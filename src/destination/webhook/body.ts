/** The JSON body of a request. */
import { formatInstant, type Instant } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { changeJson } from '../json.ts';

/** The body for a batch, sent at `now`; `textOf` gives a change's JSON. */
export function bodyOf(batch: Batch, now: Instant, textOf: (change: Change) => string = changeJson): string {
  const data = [
    `"sync":${JSON.stringify(batch.sync)}`,
    `"segment":${JSON.stringify(batch.segment)}`,
    `"audience":${JSON.stringify(batch.audience.name)}`,
    `"batch_id":${JSON.stringify(batch.id)}`,
    `"changes":[${batch.changes.map((change) => textOf(change)).join(',')}]`,
  ];
  return envelope('segment.membership.changed', now, `{${data.join(',')}}`);
}

/** The body of a request that only asks whether the endpoint is there. */
export function checkBody(now: Instant): string {
  return envelope('segsync.check', now, '{}');
}

function envelope(type: string, now: Instant, data: string): string {
  return `{"type":"${type}","timestamp":"${formatInstant(now)}","data":${data}}`;
}
