import type { RunReport, SegmentResult, SyncResult } from '../../../src/report/results.ts';

export const segment = (given: Partial<SegmentResult>): SegmentResult => ({
  segment: 'vip',
  mode: 'incremental',
  reason: 'changed_keys',
  members: 0,
  entered: 0,
  exited: 0,
  affected: 0,
  duration_ms: 340,
  ...given,
});

export const sync = (given: Partial<SyncResult>): SyncResult => ({
  sync: 'vip.files',
  planned: { add: 0, remove: 0, update: 0 },
  rejected: 0,
  waiting: 0,
  unmatchable: 0,
  duration_ms: 1240,
  ...given,
});

export const report = (given: Partial<RunReport>): RunReport => ({
  version: 1,
  run_id: 'r1',
  status: 'done',
  started_at: '2026-11-22T10:00:00.000000Z',
  finished_at: '2026-11-22T10:00:01.800000Z',
  segments: [],
  syncs: [],
  ...given,
});

/** What a sync of 1,234 additions and one removal gives, as a run reports it. */
export const delivered = (given: Partial<SyncResult> = {}): SyncResult =>
  sync({
    planned: { add: 1234, remove: 1, update: 0 },
    delivered: { add: 1234, remove: 1, update: 0 },
    ...given,
  });
