/** `run --json` and `plan --json`, and the events of `--events`. */
import { z } from 'zod';
import type { RunEvent, RunReport } from '../results.ts';
import {
  cost,
  counts,
  failure,
  freshness,
  instant,
  kept,
  milliseconds,
  number,
  type Same,
  version,
} from './parts.ts';

export const staleTable = z.strictObject({
  table: z.string(),
  age_ms: z.exactOptional(z.number().describe('of its newest row; absent: it shows no row at all')),
  expected_ms: z.number().describe('how old it may be, by its `expect_fresh_within`'),
  on_stale: z.enum(['warn', 'hold', 'fail']).describe('what the segment does'),
});

/** Of a table that is slower than a tier. */
export const slowTable = {
  table: z.string(),
  age_ms: z.exactOptional(z.number().describe('of its newest row; absent where it is not known')),
  expected_ms: z.exactOptional(z.number().describe('how old it may be, by its `expect_fresh_within`')),
  promise_ms: z.number().describe('how old the segment may be, by its tier'),
};

const segmentResult = z.strictObject({
  segment: z.string(),
  mode: z.enum(['incremental', 'full', 'skipped']),
  reason: z
    .string()
    .describe(
      'why this mode: `first_tick`, `changed_keys`, `nothing_changed`, `not_due`, `not_newer`, `locked`',
    ),
  members: number('members now'),
  entered: number('members that entered'),
  exited: number('members that exited'),
  affected: number('keys that were evaluated'),
  duration_ms: milliseconds,
  drift: z.exactOptional(
    z.strictObject({
      corrected: number('members that no cursor had announced'),
      tables: z.array(z.string()),
    }),
  ),
  stale: z.exactOptional(
    z.array(staleTable).describe('tables that it reads and that are older than they are expected to be'),
  ),
  slow: z.exactOptional(
    z
      .strictObject(slowTable)
      .describe('only in a plan: the slowest table that it reads, where that is slower than its tier'),
  ),
  cost: z.exactOptional(cost.describe('only in a plan: of evaluating this segment alone')),
  samples: z.exactOptional(
    z
      .array(
        z.strictObject({
          op: z.enum(['enter', 'exit']),
          key: z.string().describe('masked'),
          caused_at: z.exactOptional(instant),
        }),
      )
      .describe('only in a plan with --verbose'),
  ),
  overlap: z.exactOptional(
    z
      .array(z.strictObject({ segment: z.string(), shared: number('members that it has as well') }))
      .describe('only in a plan with --overlap'),
  ),
  error: z.exactOptional(failure),
});

const held = z.strictObject({
  guard: z.enum(['max_remove', 'max_add', 'empty_source', 'stale_source']),
  figure: z.string(),
  limit: z.string(),
});

export const rejection = z.strictObject({
  code: z.string().describe('the destination’s own'),
  message: z.string().describe('the destination’s own, without personal data'),
  rows: number('rows that were rejected for it'),
});

const syncResult = z.strictObject({
  sync: z.string(),
  planned: counts,
  delivered: z.exactOptional(counts.describe('absent in a plan')),
  requests: z.exactOptional(number('only in a plan: requests that the operations take')),
  example: z.exactOptional(
    z
      .strictObject({ to: z.string(), body: z.unknown() })
      .describe('only in a plan: one request, names in the place of a person’s values'),
  ),
  rejected: number('rows that the destination rejected'),
  rejections: z.exactOptional(z.array(rejection).describe('the commonest reasons, at most three')),
  invalid: z.exactOptional(number('rows that the destination counts as unusable without saying which')),
  waiting: number('rows without an answer yet'),
  unmatchable: number('members without a usable identifier'),
  held: z.exactOptional(held.describe('the guard that holds it; nothing was sent')),
  skipped: z.exactOptional(
    z
      .string()
      .describe(
        'why nothing was done: `not_due`, `not_newer`, `locked`, `target`, `segment_failed`, `paused`, `foreign_state`',
      ),
  ),
  freshness_ms: z.exactOptional(freshness),
  measured: z.exactOptional(
    z.strictObject(kept).describe('the changes of `freshness_ms` against the promise'),
  ),
  duration_ms: milliseconds,
  error: z.exactOptional(failure),
});

const definitionChange = z.strictObject({
  kind: z.enum(['segment', 'sync']),
  name: z.string(),
  change: z.enum(['new', 'logic', 'mapping', 'metadata', 'removed']),
  detail: z.exactOptional(z.string().describe('in words for people')),
  file: z.exactOptional(z.string().describe('relative to the project; absent for what is removed')),
  line: z.exactOptional(z.int().min(1)),
  diff: z.exactOptional(
    z
      .array(z.string())
      .describe(
        'the text of its last run against today’s: lines that begin with `+`, `-` or a space, `@` where some are left out',
      ),
  ),
});

export const runReport = z.strictObject({
  version,
  run_id: z.string(),
  status: z.enum(['done', 'failed', 'held', 'interrupted']),
  started_at: instant,
  finished_at: instant,
  segments: z.array(segmentResult),
  syncs: z.array(syncResult),
  tiers: z.exactOptional(
    z
      .array(z.strictObject({ tier: z.string(), ...kept, freshness_ms: freshness }))
      .describe('those in which a change was measured; absent in a plan'),
  ),
  next_due: z.exactOptional(
    z
      .strictObject({ tier: z.string(), at: instant })
      .describe('only of a run that found nothing due: the tier whose slot comes next, and when'),
  ),
  cost: z.exactOptional(cost.describe('only in a plan: of evaluating everything')),
  definition_changes: z.exactOptional(z.array(definitionChange).describe('only in a plan')),
});

const op = z.enum(['add', 'remove', 'update']);

const freshnessCounts = z.strictObject({
  sum_s: z.number().describe('seconds of all rows together'),
  buckets: z
    .array(z.strictObject({ up_to_s: z.exactOptional(z.number()), rows: number('rows of it') }))
    .describe('each row in the smallest bucket that holds it; without `up_to_s`: those that none holds'),
  late: number('rows that took longer than their tier promises'),
});

const at = instant.describe('when it happened, by this machine’s clock');

export const runEvent = z.discriminatedUnion('event', [
  z.strictObject({
    at,
    event: z.literal('run_started'),
    run_id: z.string(),
    segments: number('segments that are looked at'),
    syncs: number('syncs that are looked at'),
  }),
  z.strictObject({ at, event: z.literal('segment_evaluated'), result: segmentResult }),
  z.strictObject({
    at,
    event: z.literal('tick_finished'),
    entity: z.string(),
    segments: z.array(z.string()).describe('those that were evaluated together'),
    mode: z.enum(['incremental', 'full', 'skipped']),
    affected: number('keys that were looked at'),
    entered: number('of all its segments'),
    exited: number('of all its segments'),
    duration_ms: number('how long it took'),
    error: z.exactOptional(z.string().describe('the code of what made it fail')),
  }),
  z.strictObject({
    at,
    event: z.literal('request_ended'),
    sync: z.string(),
    op,
    rows: number('operations that it carried'),
    attempt: number('of the same rows: 1 is the first'),
    retried: number('rows that are to be tried again'),
    http_status: z.exactOptional(z.number()),
    duration_ms: number('until it was answered'),
  }),
  z.strictObject({
    at,
    event: z.literal('batch_settled'),
    sync: z.string(),
    op,
    delivered: number('rows that the other side has'),
    rejected: number('rows that it refused'),
    waiting: number('given up for now, or taken on by a job of the other side'),
    freshness: z.exactOptional(freshnessCounts),
  }),
  z.strictObject({
    at,
    event: z.literal('sync_progress'),
    sync: z.string(),
    delivered: number('rows acknowledged so far'),
  }),
  z.strictObject({ at, event: z.literal('sync_finished'), result: syncResult }),
  z.strictObject({
    at,
    event: z.literal('run_finished'),
    run_id: z.string(),
    status: z.enum(['done', 'failed', 'held', 'interrupted']),
    duration_ms: number('from its beginning'),
  }),
  z.strictObject({ at, event: z.literal('warning'), code: z.string(), message: z.string() }),
]);

type Written<E> = E extends unknown ? E & { readonly at: string } : never;

true satisfies Same<z.output<typeof runReport>, RunReport>;
true satisfies Same<z.output<typeof runEvent>, Written<RunEvent>>;
