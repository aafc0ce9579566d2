/** What the pipeline hands to delivery. */
import type { Roster } from '../compile/roster.ts';
import { isHelping } from '../config/identifier-kinds.ts';
import type { Project, Sync } from '../config/project.ts';
import type { Batch, DestinationSession, Manifest } from '../destination/destination.ts';
import type { Duration, Instant } from '../instant.ts';
import type { RunEvent } from '../report/results.ts';
import type { JointCommits } from '../state/joint.ts';
import type { Leases } from '../state/leases.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import type { Behind } from './behind.ts';
import type { Promised } from './promised.ts';
import type { Lane } from './rate.ts';

/**
 * What the segment's last tick left, as FROM-able texts with the columns of the state tables of these names; a dry run
 * lays changes that are not committed over them. `segments` yields the tick that the sync catches up with.
 */
export interface Relations {
  readonly membership: string;
  readonly changes: string;
  readonly segments: string;
  /** By segment: the tick that is not committed, if its entries are no events. */
  readonly silent?: ReadonlyMap<string, bigint>;
}

/** A table that had rows and has none. */
export interface EmptySource {
  readonly table: string;
  /** The instant of the tick that first saw it empty, as text. */
  readonly since: string;
  /** It is read by the segment that the destination excludes. */
  readonly excludes?: boolean;
}

/** A table that shows nothing as new as it should, read by a segment that holds its syncs then. */
export interface StaleSource {
  readonly table: string;
  /** Of its newest row, when the segment was last evaluated; undefined: it shows none. */
  readonly newest?: Instant;
  readonly age?: Duration;
  readonly expected: Duration;
}

/** All that it takes to say what a sync would do. */
export interface Preview {
  readonly world: World;
  /** Reads: a session's, over connections of their own, or the statements of a scratch transaction in a dry run. */
  readonly statements: Statements;
  readonly tables: StateTables;
  readonly project: Project;
  readonly sync: Sync;
  readonly destination: { readonly session: DestinationSession; readonly manifest: Manifest };
  /** The target is one that the destination is for. Elsewhere nothing is asked of it: its options may have no values. */
  readonly sends: boolean;
  readonly roster: Roster;
  readonly behind: Behind;
  /** Default: the state tables themselves. */
  readonly relations?: Relations;
  /** The warehouse's clock at the beginning of the run. */
  readonly now: Instant;
  /** Everyone is a candidate. */
  readonly full: boolean;
  /** Guards that are lifted for this sync. */
  readonly allow?: { readonly removal?: boolean; readonly add?: boolean };
  /** A table that the segment reads, that was full and is suddenly empty. */
  readonly emptySource?: EmptySource;
  readonly staleSource?: StaleSource;
}

export interface Delivery extends Preview {
  /** What the statements of its transactions are labelled with; `statements` are already. */
  readonly label: string;
  /** Holds `leaseName(sync.name)`. */
  readonly leases: Leases;
  /** Where transactions of few rows meet those of other syncs; undefined: each is its own. */
  readonly joint?: JointCommits | undefined;
  /** The destination's budget, shared by all its syncs in this process. */
  readonly lane: Lane;
  /** Faster tiers are at work beside it: it leaves them room. */
  readonly yields?: boolean;
  readonly runId: string;
  /** When `now` was read, by the monotonic clock. */
  readonly readAt: number;
  /** Takes how long each change took. */
  readonly promised: Promised;
  /** Aborted: what is in flight ends, nothing new begins. */
  readonly signal: AbortSignal;
  /** Members acknowledged so far. */
  readonly onProgress: (delivered: number) => void;
  /** The audience lost so many members, net, as the lines of batches that were just written tell it. */
  readonly onLoss?: (members: number) => void;
  /** What becomes of requests and rows, for whoever measures it. */
  readonly onEvent?: (event: DeliveryEvent) => void;
}

type Sent = Extract<RunEvent, { event: 'request_ended' | 'batch_settled' }>;
/** Of one sync. */
export type DeliveryEvent = Sent extends infer E ? (E extends Sent ? Omit<E, 'sync'> : never) : never;

/** The lease that a sync's deliverer holds. */
export function leaseName(sync: string): string {
  return `sync:${sync}`;
}

/** Identifier name -> kind, of all that the sync's entity declares. */
export function kindsOf({ project, sync }: Pick<Preview, 'project' | 'sync'>): Batch['kinds'] {
  const entity = project.entities.get(project.segments.get(sync.segment)!.entity)!;
  return Object.fromEntries([...entity.identifiers].map(([name, { kind }]) => [name, kind]));
}

/** Whether an identifier, by its name, tells who is meant. One that the entity no longer has goes by its name. */
export function tellsBy(kinds: Batch['kinds']): (name: string) => boolean {
  return (name) => !isHelping(kinds[name] ?? name);
}

/** An identifier's name -> all names of its kind, itself among them. */
export function alikeBy(kinds: Batch['kinds']): (name: string) => readonly string[] {
  const names = Object.keys(kinds);
  return (name) => [...new Set([name, ...names.filter((each) => kinds[each] === (kinds[name] ?? name))])];
}

/** The state tables themselves. */
export function committedRelations(tables: StateTables): Relations {
  return {
    membership: tables.from('membership'),
    changes: tables.from('changes'),
    segments: tables.from('segments'),
  };
}
