/** `status --json` and `history --json`. */
import { z } from 'zod';
import type { HistoryReport, SegmentHistory, StatusReport } from '../results.ts';
import { instant, milliseconds, number, type Same, version } from './parts.ts';
import { rejection } from './run.ts';

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
});

const promise = z.number().min(0).describe('how old it may be, by its tier; in milliseconds');

const segmentStatus = z.strictObject({
  segment: z.string(),
  tier: z.string(),
  members: number('members of the last tick'),
  evaluated_at: z.exactOptional(instant.describe('absent: never')),
  age_ms: z.exactOptional(z.number().describe('in milliseconds')),
  promise_ms: promise,
  late: z.boolean().describe('older than its tier promises'),
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
  promise_ms: promise,
  late: z.boolean().describe('older than its tier promises'),
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

export const statusReport = z.strictObject({
  version,
  now: instant.describe('the warehouse’s clock'),
  last_run: z.exactOptional(runOfHistory.describe('absent before the first one')),
  segments: z.array(segmentStatus),
  syncs: z.array(syncStatus),
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
