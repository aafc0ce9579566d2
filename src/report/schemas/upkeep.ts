/** `status --json` and `history --json`. */
import { z } from 'zod';
import type { HistoryReport, SegmentHistory, StatusReport } from '../results.ts';
import { freshness, instant, kept, milliseconds, number, type Same, version } from './parts.ts';
import { rejection, staleTable } from './run.ts';

const runOfHistory = z.strictObject({
  run_id: z.string(),
  started_at: instant,
  finished_at: z.exactOptional(instant.describe('of a run that ended; one that was killed never does')),
  duration_ms: z.exactOptional(milliseconds),
  status: z.enum(['done', 'failed', 'held', 'interrupted', 'running']),
  command: z.string(),
  tiers: z.array(z.string()),
  totals: z
    .record(z.string(), z.number())
    .describe('`segments`, `entered`, `exited`, `add`, `remove`, `update`, `rejected`, `waiting`'),
  freshness_ms: z.exactOptional(freshness.describe('of all its syncs, where something was measured')),
});

const promise = z.number().min(0).describe('how old it may be, by its tier; in milliseconds');

const awaited = z
  .number()
  .describe('instead of an age, of what was never done: for how long runs have known of it; in milliseconds');

const measuredLately = z.strictObject({
  window_ms: z.number().min(0).describe('how far back this looks, in milliseconds'),
  ...kept,
  freshness_ms: freshness,
});

const broken = z.boolean().describe('of what was measured, fewer than 95 of 100 changes kept the promise');

const segmentStatus = z.strictObject({
  segment: z.string(),
  tier: z.string(),
  members: number('members of the last tick'),
  evaluated_at: z.exactOptional(instant.describe('absent: never')),
  age_ms: z.exactOptional(z.number().describe('in milliseconds')),
  awaited_ms: z.exactOptional(awaited),
  promise_ms: promise,
  late: z.boolean().describe('older than its tier promises'),
  stale: z.exactOptional(
    z.array(staleTable).describe('tables that it reads and that are older now than they are expected to be'),
  ),
  sizes: z.exactOptional(
    z
      .array(z.number())
      .describe('with --verbose: members at the end of each of the last 14 days, oldest first'),
  ),
});

const syncStatus = z.strictObject({
  sync: z.string(),
  tier: z.string(),
  members: number('rows of its ledger: who is, or may be, on the other side'),
  delivered_at: z.exactOptional(instant.describe('when everything was last delivered; absent: never')),
  age_ms: z.exactOptional(z.number().describe('in milliseconds')),
  awaited_ms: z.exactOptional(awaited),
  promise_ms: promise,
  late: z.boolean().describe('older than its tier promises; one that is paused never is'),
  measured: z.exactOptional(measuredLately.describe('absent: nothing whose cause is known')),
  broken,
  rejected: number('rows that the destination rejected'),
  rejected_removals: number('of them removals: people who should be gone'),
  rejections: z.exactOptional(z.array(rejection).describe('the commonest reasons, at most three')),
  waiting: number('rows without an answer yet'),
  jobs: z.exactOptional(number('jobs of the other side that have not ended')),
  oldest_job_ms: z.exactOptional(z.number().describe('in milliseconds')),
  held_reason: z.exactOptional(z.string()),
  paused_at: z.exactOptional(instant),
  paused_reason: z.exactOptional(z.string()),
});

const tierStatus = z.strictObject({
  tier: z.string(),
  every_ms: z.number().describe('its cadence, in milliseconds'),
  asked_every_ms: z.exactOptional(
    z.number().describe('what the project asks for, where the warehouse does not bear it; in milliseconds'),
  ),
  promise_ms: promise,
  late: number('segments and syncs of it that are late'),
  measured: z.exactOptional(measuredLately.describe('of all its syncs that are not paused')),
  broken,
});

export const statusReport = z.strictObject({
  version,
  now: instant.describe('the warehouse’s clock'),
  last_run: z.exactOptional(runOfHistory.describe('absent before the first one')),
  segments: z.array(segmentStatus),
  syncs: z.array(syncStatus),
  tiers: z.array(tierStatus).describe('those in use'),
});

export const historyReport = z.strictObject({
  version,
  runs: z.array(runOfHistory).describe('newest first'),
});

export const segmentHistory = z.strictObject({
  version,
  segment: z.string(),
  members: number('members now'),
  days: z
    .array(
      z.strictObject({
        day: z.string().describe('`YYYY-MM-DD` in the project’s time zone'),
        entered: number('members that entered on it'),
        exited: number('members that exited on it'),
        members: number('members at its end, or now'),
      }),
    )
    .describe('oldest first'),
});

true satisfies Same<z.output<typeof statusReport>, StatusReport>;
true satisfies Same<z.output<typeof historyReport>, HistoryReport>;
true satisfies Same<z.output<typeof segmentHistory>, SegmentHistory>;
