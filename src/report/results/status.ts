/** What `status` and `history` give. */
import type { Freshness, Measured, RejectionReason, StaleTable } from './run.ts';

export interface SegmentStatus {
  readonly segment: string;
  readonly tier: string;
  readonly members: number;
  /** ISO 8601; absent: never. */
  readonly evaluated_at?: string;
  readonly age_ms?: number;
  /** Instead of an age, of what was never evaluated: for how long runs have known of it. */
  readonly awaited_ms?: number;
  /** How old it may be, by its tier. */
  readonly promise_ms: number;
  /** Older than its tier promises. */
  readonly late: boolean;
  /** Tables that it reads and that are older than they should be now; absent when none is. */
  readonly stale?: readonly StaleTable[];
  /** Members at the end of each of the last 14 days, oldest first; only where it is asked for. */
  readonly sizes?: readonly number[];
}

export interface SyncStatus {
  readonly sync: string;
  readonly tier: string;
  /** Rows of its ledger: who is, or may be, on the other side. */
  readonly members: number;
  /** When everything was last delivered; absent: never. */
  readonly delivered_at?: string;
  readonly age_ms?: number;
  /** Instead of an age, of what was never delivered: for how long runs have known of it. */
  readonly awaited_ms?: number;
  readonly promise_ms: number;
  /** Older than its tier promises; one that is paused never is. */
  readonly late: boolean;
  /** What was delivered lately against the promise; absent: nothing whose cause is known. */
  readonly measured?: MeasuredLately;
  /** Of that, too little kept it. */
  readonly broken: boolean;
  /** Rows that the destination rejected, and of them removals: people who should be gone. */
  readonly rejected: number;
  readonly rejected_removals: number;
  /** The commonest reasons, at most three; absent when nothing is rejected. */
  readonly rejections?: readonly RejectionReason[];
  /** Rows that were asked for without an answer. */
  readonly waiting: number;
  /** Jobs of the other side that have not ended, and for how long the oldest goes on; absent: none. */
  readonly jobs?: number;
  readonly oldest_job_ms?: number;
  readonly held_reason?: string;
  readonly paused_at?: string;
  readonly paused_reason?: string;
}

export interface MeasuredLately extends Measured {
  /** How far back this looks. */
  readonly window_ms: number;
}

export interface TierStatus {
  readonly tier: string;
  readonly every_ms: number;
  /** What the project asks for, where the warehouse does not bear it. */
  readonly asked_every_ms?: number;
  readonly promise_ms: number;
  /** How many of its segments and syncs are late. */
  readonly late: number;
  /** Of all its syncs that are not paused. */
  readonly measured?: MeasuredLately;
  readonly broken: boolean;
}

export interface StatusReport {
  readonly version: 1;
  /** The warehouse's clock. */
  readonly now: string;
  /** Absent before the first one. */
  readonly last_run?: RunOfHistory;
  readonly segments: readonly SegmentStatus[];
  readonly syncs: readonly SyncStatus[];
  /** Those that are in use, by name. */
  readonly tiers: readonly TierStatus[];
}

export interface RunOfHistory {
  readonly run_id: string;
  readonly started_at: string;
  /** Of a run that ended; one that was killed never does. */
  readonly finished_at?: string;
  readonly duration_ms?: number;
  readonly status: 'done' | 'failed' | 'held' | 'interrupted' | 'running';
  readonly command: string;
  readonly tiers: readonly string[];
  /** Counts: `segments`, `entered`, `exited`, `add`, `remove`, `update`, `rejected`, `waiting`. */
  readonly totals: Readonly<Record<string, number>>;
  /** Of all its syncs, where something was measured. */
  readonly freshness_ms?: Freshness;
}

export interface HistoryReport {
  readonly version: 1;
  /** Newest first. */
  readonly runs: readonly RunOfHistory[];
}

export interface DayOfSegment {
  /** `YYYY-MM-DD` in the project's time zone. */
  readonly day: string;
  readonly entered: number;
  readonly exited: number;
  /** At the day's end, or now. */
  readonly members: number;
}

export interface SegmentHistory {
  readonly version: 1;
  readonly segment: string;
  readonly members: number;
  /** Oldest first. */
  readonly days: readonly DayOfSegment[];
}
