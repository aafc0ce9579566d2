/** What `destinations` gives. */

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
