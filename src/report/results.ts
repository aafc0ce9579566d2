/** What commands give: `run` and `plan`, `status`, `forget`; as documented for `--json` (version 1). Counts are of members; times in milliseconds. */

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

export interface SegmentResult {
  readonly segment: string;
  readonly mode: 'incremental' | 'full' | 'skipped';
  /** Why this mode: a code such as `first_tick`, `changed_keys`, `nothing_changed`, `not_due`, `locked`. */
  readonly reason: string;
  readonly members: number;
  readonly entered: number;
  readonly exited: number;
  readonly affected: number;
  readonly duration_ms: number;
  /** Where everyone was looked at: members that no cursor had announced, and the tables whose rows explain them. */
  readonly drift?: { readonly corrected: number; readonly tables: readonly string[] };
  /** Only in a plan: of evaluating this segment alone. Absent where the warehouse cannot say. */
  readonly cost?: Cost;
  /** Only in a plan that is asked for it. */
  readonly samples?: readonly Sample[];
  readonly overlap?: readonly Overlap[];
  readonly error?: FailureReport;
}

export interface Held {
  readonly guard: 'max_remove' | 'max_add' | 'empty_source';
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
  /** Why nothing was done for it: `not_due`, `locked`, `target` (its destination does not list this target), `segment_failed`, `paused`, `foreign_state` (the state is a copy of another warehouse's). */
  readonly skipped?: string;
  readonly freshness_ms?: Freshness;
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
  /** Only in a plan: of evaluating everything, what can be shared being shared. */
  readonly cost?: Cost;
  /** Only in a plan. */
  readonly definition_changes?: readonly DefinitionChange[];
}

/** What happens during a run, as it happens: for progress on stderr. */
export type RunEvent =
  | {
      readonly event: 'run_started';
      readonly run_id: string;
      readonly segments: number;
      readonly syncs: number;
    }
  | { readonly event: 'segment_evaluated'; readonly result: SegmentResult }
  | {
      readonly event: 'sync_progress';
      readonly sync: string;
      /** Rows acknowledged so far. */
      readonly delivered: number;
    }
  | { readonly event: 'sync_finished'; readonly result: SyncResult }
  | { readonly event: 'warning'; readonly code: string; readonly message: string };

export interface SegmentStatus {
  readonly segment: string;
  readonly tier: string;
  readonly members: number;
  /** ISO 8601; absent: never. */
  readonly evaluated_at?: string;
  readonly age_ms?: number;
  /** How old it may be, by its tier. */
  readonly promise_ms: number;
  /** Older than its tier promises. */
  readonly late: boolean;
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
  readonly promise_ms: number;
  readonly late: boolean;
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

export interface StatusReport {
  readonly version: 1;
  /** The warehouse's clock. */
  readonly now: string;
  /** Absent before the first one. */
  readonly last_run?: RunOfHistory;
  readonly segments: readonly SegmentStatus[];
  readonly syncs: readonly SyncStatus[];
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

export interface ForgetReport {
  readonly version: 1;
  readonly entity: string;
  readonly key: string;
  /** Syncs whose audience it is out of. */
  readonly removed: readonly string[];
  /** Syncs whose audience it may still be in, with why. */
  readonly left: readonly { readonly sync: string; readonly reason: string }[];
  /** The warehouse still has its row. */
  readonly still_there: boolean;
}

export interface OptionReport {
  readonly name: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly description: string;
  readonly default?: unknown;
  /** The values there are, where they are few. */
  readonly values?: readonly unknown[];
}

export interface DestinationReport {
  readonly type: string;
  readonly title: string;
  readonly does: string;
  /** Absent: whatever is sent. */
  readonly matches_by?: readonly string[];
  /** Its file must say `targets:`: which targets' runs may send to it. */
  readonly needs_targets: boolean;
  readonly takes_fields: boolean | 'events';
  readonly takes_events: boolean;
  readonly lists_members: boolean;
  readonly operations: readonly string[];
  readonly batch: { readonly rows: number; readonly bytes: number };
  readonly concurrency: number;
  readonly verified: 'real' | 'live' | 'recorded' | 'simulated';
  readonly options: readonly OptionReport[];
}

export interface DestinationsDocument {
  readonly version: 1;
  readonly destinations: readonly DestinationReport[];
}

/** Why one key is in a segment, or is not. */
export interface WhyReport {
  readonly version: 1;
  readonly segment: string;
  readonly entity: string;
  /** As it is stored. */
  readonly key: string;
  /** The instant that it was evaluated at. */
  readonly at: string;
  /** The entity's table has the key. */
  readonly found: boolean;
  /** The verdict at that instant. */
  readonly holds: boolean;
  readonly condition: WhyCondition;
  readonly next_change: WhyNextChange;
  readonly membership: WhyMembership;
  readonly syncs: readonly WhySync[];
  /** What this cannot tell, or tells only as far as today's rows do. */
  readonly notes: readonly { readonly code: string; readonly message: string; readonly hint?: string }[];
}

export interface WhyCondition {
  readonly kind: string;
  /** In the words of the YAML, without what stands below it. */
  readonly text: string;
  /** Undefined: the key is not in the entity's table. */
  readonly holds?: boolean;
  readonly values?: readonly WhyValue[];
  /** The windows' ends as instants. */
  readonly windows?: readonly WhyWindow[];
  /** Which rows a sequence holds by. */
  readonly steps?: readonly WhyStep[];
  readonly rows?: readonly WhyRow[];
  /** There are more rows than were asked for. */
  readonly more_rows?: boolean;
  readonly of?: readonly WhyCondition[];
}

export interface WhyValue {
  readonly name: string;
  /** Null: unknown. */
  readonly value: string | null;
}

export interface WhyWindow {
  readonly window: string;
  readonly from?: string;
  readonly from_included?: boolean;
  readonly to?: string;
  readonly to_included?: boolean;
}

export interface WhyStep {
  readonly step: string;
  /** The instant of the row that was chosen. */
  readonly chosen?: string;
}

export interface WhyRow {
  readonly source: string;
  readonly at?: string;
  /** It lies in the window, and counts. */
  readonly counted: boolean;
  readonly columns: Readonly<Record<string, string | null>>;
}

export type WhyNextChange =
  /** The verdict changes then, if no row arrives before. */
  | { readonly kind: 'at'; readonly at: string; readonly holds: boolean }
  | { readonly kind: 'not_by_time' }
  /** Not before this instant; further was not looked. */
  | { readonly kind: 'not_before'; readonly at: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface WhyMembership {
  readonly member: boolean;
  readonly since?: string;
  /** The segment's last tick. */
  readonly evaluated_at?: string;
  /** What the next tick will make of it, when it is another verdict by then that is stored. */
  readonly pending?: 'enter' | 'exit';
  readonly changes: readonly {
    readonly op: string;
    readonly evaluated_at?: string;
    readonly caused_at?: string;
  }[];
}

export interface WhySync {
  readonly sync: string;
  readonly destination: string;
  readonly audience?: string;
  readonly mode?: string;
  /** Whether the ledger has the key: `sending` without an answer yet. */
  readonly state: 'delivered' | 'sending' | 'not there';
  /** Why it is not there, or will not be; what it waits for. */
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly ledger: readonly WhyLedgerRow[];
  readonly rejection?: WhyRejection;
}

export interface WhyLedgerRow {
  readonly audience_ref: string;
  readonly state: string;
  /** As it was sent. */
  readonly identifiers: Readonly<Record<string, string>>;
  readonly delivered_at?: string;
  readonly batch_id?: string;
  readonly op?: string;
  readonly status?: string;
  readonly http_status?: number;
  readonly attempts?: number;
  readonly sent_at?: string;
  readonly acked_at?: string;
}

export interface WhyRejection {
  readonly op: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly last_at?: string;
  readonly next_at?: string;
  readonly dead: boolean;
}
