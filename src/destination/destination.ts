/**
 * The interface to a destination. One folder a type: `destination/<type>/index.ts` exports `destination`.
 * The core reads the manifest and asks for receipts; it knows no destination by name.
 */
import type { z } from 'zod';
import type { Duration, Instant } from '../instant.ts';
import type { World } from '../world.ts';

export type Operation = 'add' | 'remove' | 'update';

/** A payload value. Numbers keep the warehouse's exact text. */
export type FieldValue = string | boolean | null | { readonly number: string };

/** One member's change, as it is sent. */
export interface Change {
  readonly op: Operation;
  readonly key: string;
  /** Identifier name -> value in the form the destination wants (hashed where it takes hashes). */
  readonly identifiers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly causedAt: Instant;
}

/** What one request carries: changes of one operation, one key at most once. */
export interface Batch {
  /** Derived from its content: the same at a retry, another when the same change comes again later. Idempotency key. */
  readonly id: string;
  readonly op: Operation;
  readonly sync: string;
  readonly segment: string;
  readonly audience: Audience;
  /** Identifier name -> kind (`email`, `phone`, `external_id`), of all that the entity declares. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly changes: readonly Change[];
  /** A change's own id: the same whatever it is sent together with. 64 hexadecimal digits. */
  idOf(change: Change): string;
  /** The changes are events of `mode: on_enter`: a journey begins or a message is sent; there is no audience. */
  readonly events: boolean;
}

export interface Audience {
  readonly name: string;
  /** The other side's id, from `ensureAudience`. */
  readonly ref: string;
}

/** What became of one change. `message` never holds a person's data. */
export type Receipt =
  | { readonly kind: 'delivered' }
  /** An asynchronous job has it; `poll` tells. */
  | { readonly kind: 'accepted'; readonly job: string }
  /** The other side only counts. Taken as delivered. */
  | { readonly kind: 'unknown' }
  /** A removal: the other side does not know them. Delivered, unless an add is younger than `Manifest.settlesAfter`. */
  | { readonly kind: 'missing' }
  /** Final until the row changes. */
  | {
      readonly kind: 'rejected';
      readonly code: string;
      readonly message: string;
      /** The other side may take it another day, though nothing changes here: it does not know the person yet, say. */
      readonly daily?: boolean;
    }
  /** May succeed later; `afterMs` when the other side says when. */
  | { readonly kind: 'retry'; readonly code: string; readonly message: string; readonly afterMs?: number };

export type Outcome =
  /** One receipt a change, in the batch's order. */
  | {
      readonly receipts: readonly Receipt[];
      readonly httpStatus?: number;
      /** How many of the rows it could not use, where it counts and does not say which. */
      readonly invalid?: number;
      /** What `finish` is to tell of this batch; the state keeps it until it has. Nothing of a person. */
      readonly part?: string;
    }
  /** The batch was refused as a whole: it is split until the bad rows are alone. */
  | { readonly refused: { readonly code: string; readonly message: string }; readonly httpStatus?: number };

/** What became of an asynchronous job. */
export type JobState =
  | { readonly kind: 'running' }
  /** Applied, but for the keys that were rejected. `message` never holds a person's data. */
  | {
      readonly kind: 'done';
      readonly rejected?: ReadonlyMap<string, { code: string; message: string }>;
      /** How many of its rows it could not use, where it counts and does not say which. */
      readonly invalid?: number;
    }
  /** Nothing of it was applied. `again`: the same may succeed later; otherwise all its rows are rejected. */
  | { readonly kind: 'failed'; readonly again: boolean; readonly code: string; readonly message: string };

/** What a job was about, for other sides that name rows by what they were sent. */
export interface JobContext {
  readonly audience: Audience;
  readonly op: Operation;
  readonly kinds: Batch['kinds'];
  /** Its rows, by key. */
  rows(): Promise<readonly Pick<Change, 'key' | 'identifiers'>[]>;
}

/** A batch that was delivered and is not told of yet. */
export interface Part {
  readonly op: Operation;
  readonly rows: number;
  /** When it was acknowledged. */
  readonly at: Instant;
  /** As `send` gave it. */
  readonly part: string;
}

/** All that was delivered to an audience since `finish` was called last, acknowledged to the last row. */
export interface FinishedRun {
  /** The same when the same is told again, another otherwise; those of one sync are, as texts, in the order in which they are told. */
  readonly id: string;
  /** The one before; undefined: the audience begins with this one. */
  readonly previous?: string;
  readonly runId: string;
  readonly at: Instant;
  readonly sync: string;
  readonly segment: string;
  readonly audience: Audience;
  /** In the order in which they count, each once. At least one. */
  readonly parts: readonly Part[];
}

/** One request as it would be sent, for people who look at it. */
export interface Example {
  /** Method and address, a table, a file. */
  readonly to: string;
  /** JSON, or a text. */
  readonly body: unknown;
}

export interface Manifest {
  readonly type: string;
  readonly title: string;
  /** What adding and removing do there, in a few words, for the list of destinations. */
  readonly does: string;
  /** How it was tested: with the real thing, against the vendor, by answers recorded there, or a simulator of its documentation. */
  readonly verified: 'real' | 'live' | 'recorded' | 'simulated';
  /** Schema of a destination file's own options (without `type`, `targets`, `defaults`), unknown keys refused. */
  readonly options: z.ZodType;
  /** Option names that are secrets, with every text in them: shown nowhere. */
  readonly secrets: readonly string[];
  /** True when each member needs at least one identifier of `match:`; false when the key itself is carried. */
  readonly needsIdentifier: boolean;
  /** Of several identifiers of one kind all are sent; otherwise one is, and a sync that matches by more is an error. */
  readonly severalOfAKind: boolean;
  /** Kinds of identifiers that it matches by; undefined: whatever they are. */
  readonly kinds?: readonly string[];
  /** It takes `fields:`, too (of events alone where it says so); otherwise a sync that has them is an error. */
  readonly takesFields: boolean | 'events';
  /** Options of a file for `init` to write, of a type that needs no account; undefined: it needs one. */
  readonly sample?: Readonly<Record<string, string>>;
  /** True when `targets:` may be left out. */
  readonly anyTarget: boolean;
  readonly operations: readonly Operation[];
  /** It can tell the keys that are in an audience: what `adopt: true` needs. */
  readonly listsMembers: boolean;
  /** It can take an add as the event of `mode: on_enter`. */
  readonly takesEvents: boolean;
  /** How long after an add a look-up may still not find it; undefined: at once. */
  readonly settlesAfter?: Duration;
  /** How long an audience keeps a member who is not added again; undefined: for ever. */
  readonly forgetsAfter?: Duration;
  /** Most rows and bytes of one request, before the project's own settings. */
  readonly batch: { readonly rows: number; readonly bytes: number };
  /** Requests in flight at once. */
  readonly concurrency: number;
  readonly idempotency: 'key' | 'natural';
}

/** A destination's limits once its options are known. */
export interface Limits {
  readonly batchRows: number;
  /** Most events of one request, where that is another number than of members. */
  readonly eventRows?: number;
  readonly batchBytes: number;
  readonly concurrency: number;
  /** Requests a second; undefined: no limit of ours. */
  readonly requestsPerSecond?: number;
  /** Bytes a second; undefined: no limit of ours. */
  readonly bytesPerSecond?: number;
}

export interface DestinationType {
  readonly manifest: Manifest;
  /** What options change of it: how members are matched, say. Options without a value may stand as they are written. */
  manifestWith?(options: OpenContext['options']): Manifest;
  /**
   * Opens nothing yet. `options` passed the manifest's schema; only where this target sends nothing and a reference has
   * no value may they stand as written, without defaults: then all that is asked for is what a plan needs.
   */
  open(context: OpenContext): DestinationSession;
}

export interface OpenContext {
  readonly world: World;
  readonly name: string;
  /** Absolute folder of the project. */
  readonly root: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface DestinationSession {
  readonly limits: Limits;
  /** A harmless call that proves address and credentials. Throws E4xx. */
  check(): Promise<void>;
  /** The audience's reference on the other side, made if missing. Another reference later starts an empty ledger. Must not change anything when `dryRun`. */
  ensureAudience(audience: { readonly name: string; readonly dryRun: boolean }): Promise<string>;
  /** Identifier as the other side wants it; undefined when it is unusable (not an address, say). */
  identifier(kind: string, value: string, options: { defaultCountry?: string }): string | undefined;
  /** The request that would carry a batch. Pure; its values are no person's. */
  example(batch: Batch): Example;
  /** Size in bytes that a change adds to a request. */
  sizeOf(change: Change, context: { readonly segment: string }): number;
  /**
   * One request. Failures of the other side come back as receipts; throws a `DiagnosedError` only for what stops
   * the whole sync (bad credentials: exit 77; a full disk).
   */
  send(batch: Batch, options: { readonly signal?: AbortSignal }): Promise<Outcome>;
  /** Asks after a job whose rows were `accepted`; absent where none ever are. Throws as `send` does. */
  poll?(job: string, of: JobContext): Promise<JobState>;
  /**
   * Tells readers of a run that is whole: a manifest, say. Called once after the last receipt of what has a `part` is
   * recorded, and again with the same while it is not known to have succeeded, before anything else is sent. Throws as
   * `check` does: the next run tells it. Absent where readers need not be told.
   */
  finish?(run: FinishedRun, options: { readonly signal?: AbortSignal }): Promise<void>;
  /** Keys of everyone who is in an audience, whoever added them; one may come twice. Throws as `check` does. Absent where none can be told. */
  list?(audience: Audience): AsyncIterable<string>;
  close(): Promise<void>;
}
