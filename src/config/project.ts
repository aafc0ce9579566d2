/**
 * A project as read from disk: every name resolved, every value checked, every default filled in.
 * What configuration yields and everything after it reads.
 */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Duration } from '../instant.ts';
import type { Comparison, Condition, RowCondition, Scalar, Test } from '../segment/condition.ts';
import type { YamlMap, YamlNode } from './node.ts';

export interface Project {
  /** Absolute folder of `segsync.yaml`. */
  readonly root: string;
  readonly name: string;
  /** IANA name; for dates, calendar windows and slots. */
  readonly timezone: string;
  readonly targets: ReadonlyMap<string, Target>;
  readonly defaultTarget: string;
  readonly state: {
    readonly schema: string /** How long changes, ticks, runs and batches are kept. */;
    readonly retain: Duration;
  };
  readonly entities: ReadonlyMap<string, Entity>;
  readonly tiers: ReadonlyMap<string, Tier>;
  /** By name, in name order. */
  readonly segments: ReadonlyMap<string, Segment>;
  readonly destinations: ReadonlyMap<string, Destination>;
  /** By name, in name order. */
  readonly syncs: ReadonlyMap<string, Sync>;
}

/** A warehouse connection. `options` are validated by the warehouse's own schema. */
export interface Target {
  readonly name: string;
  /** The adapter's folder name: `duckdb`, `postgres`. */
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/** Where rows come from. `table` parts are exact identifiers; a `file` path is absolute. */
export type Relation =
  | { readonly kind: 'table'; readonly parts: readonly string[] }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'query'; readonly sql: string };

/** A column that grows whenever a row is added or changed. */
export interface Cursor {
  readonly column: string;
  /** How far out of order rows may become visible: a duration, or a distance for an integer cursor; undefined: the default. */
  readonly overlap?: { readonly duration: Duration } | { readonly distance: bigint };
}

/** What a segment does that reads a table which is older than it should be. */
export type OnStale = 'warn' | 'hold' | 'fail';

/** How old a table's newest row may be. */
export interface Contract {
  readonly within: Duration;
  readonly onStale: OnStale;
  readonly place: Place;
}

/** Facts that hold for any table of rows that segsync reads. */
export interface Table {
  readonly relation: Relation;
  readonly key: string;
  readonly cursor?: Cursor;
  /** The warehouse's own change feed tells which rows were added, changed and deleted. */
  readonly changeFeed?: true;
  /** Zone of the table's time stamps without zone; undefined: UTC. */
  readonly timezone?: string;
  /** Only for a table with a cursor. */
  readonly contract?: Contract;
  /** Entity and 1:1 tables only: take the row with the newest cursor instead of failing on two rows for a key. */
  readonly duplicates?: 'latest';
  readonly place: Place;
}

export interface Entity extends Table {
  readonly name: string;
  /** How often everyone is evaluated to find what cursors cannot show; undefined: never. */
  readonly reconcile?: Duration;
  /** Traits that live in 1:1 tables. Every column of the entity's own table is a trait without being listed. */
  readonly traits: ReadonlyMap<string, TraitTable>;
  readonly identifiers: ReadonlyMap<string, Identifier>;
  readonly sources: ReadonlyMap<string, Source>;
}

export interface TraitTable extends Table {
  readonly name: string;
  readonly column: string;
}

export interface Identifier {
  readonly name: string;
  readonly trait: string;
  readonly kind: string;
  readonly defaultCountry?: string;
  readonly place: Place;
}

/** A join table by which rows belong to an entity: `key` is the entity's key, `sourceKey` what the source's `key` holds. */
export interface Link extends Table {
  readonly sourceKey: string;
}

export interface Source extends Table {
  readonly name: string;
  /** Rows a second hop away: the source's `key` is looked up in this table. */
  readonly through?: Link;
  /** Column whose values are sources themselves: `did: VALUE`. */
  readonly split?: string;
  readonly time?: string;
  readonly where?: RowCondition;
  /** Rows are never changed after they were added. */
  readonly appendOnly: boolean;
}

export interface Tier {
  readonly name: string;
  readonly every: Duration;
  /** `HH:MM` in the project's time zone; the first slot of the day. Default midnight. */
  readonly at?: string;
  /** How much later than that its slots are: what `jitter` makes of the project's name and its own. */
  readonly shift?: Duration;
  readonly freshWithin: Duration;
  /** Where the project declares it; none of a built-in one that is used as it is. */
  readonly place?: Place;
}

/** Largest share (percent, decimal text) of the audience that one hour may remove or add. */
export interface Guards {
  readonly maxRemove: string;
  readonly maxAdd: string;
  readonly minGuardedSize: number;
}

export interface Segment {
  readonly name: string;
  /** Path of the file relative to the project, for reports. */
  readonly file: string;
  readonly description?: string;
  readonly entity: string;
  readonly tier: string;
  readonly tags: readonly string[];
  readonly owner?: string;
  readonly where: Condition;
  readonly allowFull: boolean;
  /** Instead of what the tables' contracts say. */
  readonly onStale?: OnStale;
  /** How long the verdict must hold before a member enters; undefined: not at all. */
  readonly settle?: Duration;
  /** How long a member has to have been one before it exits. */
  readonly stayAtLeast?: Duration;
  /** The name that this segment had before. */
  readonly was?: string;
  /** The file's tree as written, to tell what has changed; absent when it was not read from a file. */
  readonly written?: YamlMap;
  /** As they are written: `segsync test` reads them. */
  readonly tests?: YamlNode;
  readonly place: Place;
}

export interface Destination {
  readonly name: string;
  readonly file: string;
  /** The adapter's folder name: `file`, `webhook`. */
  readonly type: string;
  /** Targets whose runs send here; undefined: all (`file` and `webhook` only). Elsewhere: planned, not sent. */
  readonly targets?: readonly string[];
  /** Members of this segment are kept out of every audience there. */
  readonly exclude?: string;
  /** Identifiers that may ever go there; undefined: all. */
  readonly allow?: readonly string[];
  /** What came out of the environment: shown nowhere, secret or not. */
  readonly hidden: readonly string[];
  /** Validated by the adapter's own schema; secrets as `Secret`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

export type Mode = 'mirror' | 'add_only' | 'remove_only' | 'on_enter';

/** Consent is given when the trait passes the test; NULL is no. */
export interface Consent {
  readonly trait: string;
  readonly test: Test | Comparison;
}

export type FieldSource =
  | { readonly trait: string; readonly place?: Place }
  | { readonly value: Scalar }
  /** An expression over the columns of the entity's row, alias `entity`. */
  | { readonly sql: string; readonly place: Place };

export interface Sync {
  /** `segment.destination`, or `segment.name` for one that says `name:`. */
  readonly name: string;
  readonly segment: string;
  readonly destination: string;
  readonly audience: string;
  readonly mode: Mode;
  readonly match: readonly string[];
  /** Payload field -> where its value comes from, in the order written. */
  readonly fields: ReadonlyMap<string, FieldSource>;
  readonly consent?: Consent;
  /** Of its destination: who is in this segment is kept out. */
  readonly exclude?: string;
  readonly tier: string;
  readonly guards: Guards;
  /** Whoever is in the audience already becomes the sync's own. */
  readonly adopt?: boolean;
  /** `on_enter` only: who is in the segment at the first load counts as having entered. */
  readonly backfill?: boolean;
  /** As it is written, with its destination's `defaults:`, to tell what has changed; absent when it was not read from a file. */
  readonly written?: { readonly entry: YamlNode; readonly defaults?: YamlNode };
  /** `on_enter` only: how long after one event a member is sent no other; undefined: each entry is one. */
  readonly againAfter?: Duration;
  readonly place: Place;
}

/** A value that must never be shown. Reports print `••••`. */
export class Secret {
  readonly #value: string;
  constructor(
    value: string,
    /** Where it came from, for reports: `env META_TOKEN`. */
    readonly origin?: string,
  ) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return this.origin ? `•••• (${this.origin})` : '••••';
  }
  toJSON(): string {
    return this.toString();
  }
}
