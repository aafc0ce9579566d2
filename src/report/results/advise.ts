/** What `advise` gives. */
import type { Cost, FailureReport } from './run.ts';

/** Which tier each segment's past speaks for. */
export interface AdviceReport {
  readonly version: 1;
  /** The warehouse's clock, or the instant that was asked for: the replayed span's end. */
  readonly now: string;
  /** The span's beginning. */
  readonly from: string;
  /** Largest share of members' time that may be wrong for a tier to be recommended. */
  readonly max_wrong: number;
  readonly segments: readonly SegmentAdvice[];
}

export interface SegmentAdvice {
  readonly segment: string;
  /** That it has now. */
  readonly tier: string;
  readonly advised: boolean;
  /** Why its past cannot be told; absent when it was advised. */
  readonly reasons?: readonly { readonly code: string; readonly message: string }[];
  readonly error?: FailureReport;
  /** What makes the figures doubtful. */
  readonly notes?: readonly { readonly code: string; readonly message: string; readonly hint?: string }[];
  readonly past?: SegmentPast;
  /** Fastest first. */
  readonly tiers?: readonly TierAdvice[];
  readonly recommended?: string;
  /** In words. */
  readonly why?: string;
}

/** What truly happened: of all keys, or scaled up from a sample. */
export interface SegmentPast {
  /** Of the entity. */
  readonly keys: number;
  /** Of them replayed. */
  readonly sampled: number;
  readonly members: number;
  readonly average_members: number;
  readonly entered: number;
  readonly exited: number;
}

export interface TierAdvice {
  readonly tier: string;
  /** As often as the warehouse lets it tick. */
  readonly every_ms: number;
  /** Share of members' time; absent when there was no member at any time. */
  readonly wrong_share?: number;
  /** Keys that were wrong at some time. */
  readonly wrong_members: number;
  /** Members' time that they were not in yet, and that those who had left still were. */
  readonly missing_ms: number;
  readonly lingering_ms: number;
  readonly late_enters: Lateness;
  readonly late_exits: Lateness;
  /** Changes that came and went between two ticks, or had none after them. */
  readonly unseen: number;
  readonly add: number;
  readonly remove: number;
  readonly ticks: number;
  /** Of the ticks, those that had a key to look at. */
  readonly busy_ticks: number;
  /** Keys looked at, each once a tick. */
  readonly affected: number;
  /** Of all ticks; absent where the warehouse cannot say. */
  readonly cost?: Cost;
}

/** Of the changes that were seen. */
export interface Lateness {
  readonly mean_ms: number;
  readonly longest_ms: number;
}
