/** What `run` and `plan` give. */

export interface Counts {
  add: number;
  remove: number;
  update: number;
}

export interface Freshness {
  p50: number;
  p95: number;
  p99: number;
}

/** Changes against a promise: a share of 0.95 keeps it. */
export interface Kept {
  readonly promise_ms: number;
  /** Changes that were measured: acknowledged, and of a known cause. */
  readonly changes: number;
  /** Of them within the promise. */
  readonly kept: number;
  /** 0 to 1. */
  readonly kept_share: number;
}

export interface Measured extends Kept {
  readonly freshness_ms: Freshness;
}

export interface TierResult extends Measured {
  readonly tier: string;
}

export interface FailureReport {
  readonly code: string;
  readonly message: string;
}

/** What evaluating costs by the warehouse's own estimate, in its own unit: `planner cost`, `rows from tables`, `bytes read`. */
export interface Cost {
  readonly amount: number;
  readonly unit: string;
}

/** One of those who enter or leave, as far as it may be shown. */
export interface Sample {
  readonly op: 'enter' | 'exit';
  /** Masked. */
  readonly key: string;
  /** ISO 8601. */
  readonly caused_at?: string;
}

/** How many members another segment has as well. */
export interface Overlap {
  readonly segment: string;
  readonly shared: number;
}

/** A table that a segment reads and that is older than it is expected to be. */
export interface StaleTable {
  readonly table: string;
  /** Of its newest row; absent: it shows no row at all. */
  readonly age_ms?: number;
  readonly expected_ms: number;
  readonly on_stale: 'warn' | 'hold' | 'fail';
}

/** What a segment reads that is, or may be, older than its tier promises: it can be no fresher. */
export interface SlowTable {
  readonly table: string;
  /** Of its newest row; absent where it is not known. */
  readonly age_ms?: number;
  /** How old it may be by its own contract; absent: it has none. */
  readonly expected_ms?: number;
  /** What the segment's tier promises. */
  readonly promise_ms: number;
}

export interface SegmentResult {
  readonly segment: string;
  readonly mode: 'incremental' | 'full' | 'skipped';
  /** Why this mode: a code such as `first_tick`, `changed_keys`, `nothing_changed`, `not_due`, `not_newer` (waits for what `--after` names), `locked`. */
  readonly reason: string;
  readonly members: number;
  readonly entered: number;
  readonly exited: number;
  readonly affected: number;
  readonly duration_ms: number;
  /** Where everyone was looked at: members that no cursor had announced, and the tables whose rows explain them. */
  readonly drift?: { readonly corrected: number; readonly tables: readonly string[] };
  /** Absent when nothing that it reads is. */
  readonly stale?: readonly StaleTable[];
  /** Only in a plan: the slowest table that it reads, where that is slower than its tier. */
  readonly slow?: SlowTable;
  /** Only in a plan: of evaluating this segment alone. Absent where the warehouse cannot say. */
  readonly cost?: Cost;
  /** Only in a plan that is asked for it. */
  readonly samples?: readonly Sample[];
  readonly overlap?: readonly Overlap[];
  readonly error?: FailureReport;
}

export interface Held {
  readonly guard: 'max_remove' | 'max_add' | 'empty_source' | 'stale_source';
  readonly figure: string;
  readonly limit: string;
}

/** Rows that a destination rejected for one reason; code and message are its own, without personal data. */
export interface RejectionReason {
  readonly code: string;
  readonly message: string;
  readonly rows: number;
}

export interface SyncResult {
  readonly sync: string;
  readonly planned: Counts;
  /** Absent in a plan. */
  readonly delivered?: Counts;
  /** Only in a plan: requests that the operations take. */
  readonly requests?: number;
  /** Only in a plan: one request as it would be, names in the place of a person's values. */
  readonly example?: { readonly to: string; readonly body: unknown };
  readonly rejected: number;
  /** The commonest reasons, at most three; absent when nothing was rejected. */
  readonly rejections?: readonly RejectionReason[];
  /** Rows among those delivered that the destination could not use: it counts them, and does not say which. */
  readonly invalid?: number;
  readonly waiting: number;
  readonly unmatchable: number;
  readonly held?: Held;
  /** Why nothing was done for it: `not_due`, `not_newer` (waits for what `--after` names), `locked`, `target` (its destination does not list this target), `segment_failed`, `paused`, `foreign_state` (the state is a copy of another warehouse's). */
  readonly skipped?: string;
  /** Of changes whose cause is known; absent: there were none. */
  readonly freshness_ms?: Freshness;
  /** The same changes against the promise. */
  readonly measured?: Kept;
  readonly duration_ms: number;
  readonly error?: FailureReport;
}

export interface DefinitionChange {
  readonly kind: 'segment' | 'sync';
  readonly name: string;
  readonly change: 'new' | 'logic' | 'mapping' | 'metadata' | 'removed';
  /** In words for people: the new audience, what is kept of the old one, the tiers. */
  readonly detail?: string;
  /** Relative to the project; absent for what is removed. */
  readonly file?: string;
  readonly line?: number;
  /** How its text differs from the one that the last run noted: each line begins with `+`, `-` or a space, `@` where lines are left out. */
  readonly diff?: readonly string[];
}

export interface RunReport {
  readonly version: 1;
  readonly run_id: string;
  readonly status: 'done' | 'failed' | 'held' | 'interrupted';
  readonly started_at: string;
  readonly finished_at: string;
  readonly segments: readonly SegmentResult[];
  readonly syncs: readonly SyncResult[];
  /** Those in which a change was measured, by name; absent in a plan. */
  readonly tiers?: readonly TierResult[];
  /** Only of a run that found nothing due: the tier whose slot comes next, and when. */
  readonly next_due?: { readonly tier: string; readonly at: string };
  /** Only in a plan: of evaluating everything, what can be shared being shared. */
  readonly cost?: Cost;
  /** Only in a plan. */
  readonly definition_changes?: readonly DefinitionChange[];
}
