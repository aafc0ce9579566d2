/** What the steps of one run share. */
import type { Catalog } from '../compile/catalog.ts';
import type { Project, Target } from '../config/project.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { Watermarks } from '../evaluate/watermark.ts';
import type { Instant } from '../instant.ts';
import type { RunOptions } from '../pipeline.ts';
import type { Stale } from '../segment/stale.ts';
import type { Leases } from '../state/leases.ts';
import type { StateTables } from '../state/sql.ts';
import type { Session, Warehouse } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import type { Costs } from './cost.ts';
import type { Destinations } from './destinations.ts';
import type { Results } from './results.ts';

export interface RunContext {
  readonly world: World;
  readonly project: Project;
  readonly options: RunOptions;
  readonly runId: string;
  readonly target: Target;
  readonly warehouse: Warehouse;
  readonly session: Session;
  readonly tables: StateTables;
  /** Absent in a plan. */
  readonly leases?: Leases;
  readonly destinations: Destinations;
  readonly catalog: Catalog;
  readonly made: ReadonlyMap<string, string>;
  /** The segments that are looked at, by name. */
  readonly prepared: ReadonlyMap<string, PreparedSegment>;
  readonly states: ReadonlyMap<string, SegmentState>;
  /** Syncs that have delivered before, or begun to. */
  readonly delivered: ReadonlySet<string>;
  /** Of each segment's newest tick, this run's included. */
  readonly watermarks: Map<string, Watermarks>;
  /** Of this run's ticks, by segment: tables that are older than they should be. */
  readonly stale: Map<string, readonly Stale[]>;
  /** The instant of this run's ticks. */
  readonly t: Instant;
  /** When the warehouse's clock was read for it, by the monotonic one. */
  readonly readAt: number;
  /** The state was made elsewhere: nothing is delivered. */
  readonly isForeign: boolean;
  readonly results: Results;
  /** Filled by a plan. */
  readonly costs: Costs;
}
