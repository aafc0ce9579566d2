/** Why one key is in a segment, or is not: what `explain` gives. */
import type { SlowTable } from './run.ts';

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
  /** Tables that it reads and that are older than the segment's tier promises, or than they should be. */
  readonly as_of?: readonly WhyAsOf[];
  /** There are more rows than were asked for. */
  readonly more_rows?: boolean;
  readonly of?: readonly WhyCondition[];
}

export interface WhyAsOf extends SlowTable {
  /** The cursor of its newest row; absent: it shows none. */
  readonly newest?: string;
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

/** A verdict that is damped makes a change only after a while. */
export interface Waits {
  readonly op: 'enter' | 'exit';
  /** The tick that found it first; absent: the next one will. */
  readonly since?: string;
  /** Not before. */
  readonly until: string;
}

export interface WhyMembership {
  readonly member: boolean;
  readonly since?: string;
  /** The segment's last tick. */
  readonly evaluated_at?: string;
  /** What the next tick will make of it, when it is another verdict by then that is stored. */
  readonly pending?: 'enter' | 'exit';
  /** Until when it makes no change of it, by `settle` or `stay_at_least`. */
  readonly waits?: Waits;
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
