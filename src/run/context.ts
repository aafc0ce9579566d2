/** What the steps of one run share. */
import type { Catalog } from '../compile/catalog.ts';
import type { Project, Target } from '../config/project.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { Watermarks } from '../evaluate/watermark.ts';
import type { Instant } from '../instant.ts';
import type { RunOptions } from '../pipeline.ts';
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
  /** Of each segment's newest tick, this run's included. */
  readonly watermarks: Map<string, Watermarks>;
  /** The instant of this run's ticks. */
  readonly t: Instant;
  /** The state was made elsewhere: nothing is delivered. */
  readonly isForeign: boolean;
  readonly results: Results;
  /** Filled by a plan. */
  readonly costs: Costs;
}
