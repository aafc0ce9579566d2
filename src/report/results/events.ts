/** What happens during a run, as it happens. */
import type { RunReport, SegmentResult, SyncResult } from './run.ts';

/** How long rows took from their cause to their acknowledgement: counted, not listed. */
export interface FreshnessCounts {
  readonly sum_s: number;
  /** Each row in the smallest bucket that holds it; the one without `up_to_s` has those that none holds. */
  readonly buckets: readonly { readonly up_to_s?: number; readonly rows: number }[];
  /** Rows that took longer than their sync's tier promises. */
  readonly late: number;
}

/** What happens during a run, as it happens: for progress on stderr, `--events`, metrics and traces. */
export type RunEvent =
  | {
      readonly event: 'run_started';
      readonly run_id: string;
      readonly segments: number;
      readonly syncs: number;
    }
  | { readonly event: 'segment_evaluated'; readonly result: SegmentResult }
  | {
      readonly event: 'tick_finished';
      readonly entity: string;
      /** Those that were evaluated together. */
      readonly segments: readonly string[];
      readonly mode: SegmentResult['mode'];
      readonly affected: number;
      readonly entered: number;
      readonly exited: number;
      readonly duration_ms: number;
      /** The code of what made it fail. */
      readonly error?: string;
    }
  | {
      readonly event: 'request_ended';
      readonly sync: string;
      readonly op: 'add' | 'remove' | 'update';
      readonly rows: number;
      /** Of the same rows: 1 is the first. */
      readonly attempt: number;
      /** Rows that are to be tried again. */
      readonly retried: number;
      /** Absent where there was none: no answer, or not HTTP. */
      readonly http_status?: number;
      readonly duration_ms: number;
    }
  | {
      readonly event: 'batch_settled';
      readonly sync: string;
      /** What the rows are for, which may take two requests. */
      readonly op: 'add' | 'remove' | 'update';
      readonly delivered: number;
      readonly rejected: number;
      /** Given up for now, or taken on by a job of the other side. */
      readonly waiting: number;
      /** Of those that were delivered and have a cause. */
      readonly freshness?: FreshnessCounts;
    }
  | {
      readonly event: 'sync_progress';
      readonly sync: string;
      /** Rows acknowledged so far. */
      readonly delivered: number;
    }
  | { readonly event: 'sync_finished'; readonly result: SyncResult }
  | {
      readonly event: 'run_finished';
      readonly run_id: string;
      readonly status: RunReport['status'];
      readonly duration_ms: number;
    }
  | { readonly event: 'warning'; readonly code: string; readonly message: string };
