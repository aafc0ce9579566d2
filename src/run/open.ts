/** Opens what a run works with: the warehouse, the state, the destinations; and closes it again. */
import { loadWarehouse } from '../adapters.ts';
import { type Catalog, readCatalog } from '../compile/catalog.ts';
import type { Project, Target } from '../config/project.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { Leases } from '../state/leases.ts';
import type { StateTables } from '../state/sql.ts';
import { openState } from '../state/state.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Session, Warehouse } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';

/** How often a warehouse that another process has open is asked for again. */
const POLL_MS = 250;

export interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export interface Opened {
  readonly target: Target;
  readonly warehouse: Warehouse;
  readonly session: Session;
  readonly tables: StateTables;
  /** Only for writing. */
  readonly leases?: Leases;
}

/**
 * Opens a target's warehouse and the state in it. Throws E3xx and E5xx; E304, which another process is the cause of, only
 * once `patience` has run out. `read` changes nothing and needs no state.
 */
export async function openTarget(
  world: World,
  project: Project,
  targetName: string,
  access: 'read' | 'write',
  patience: Patience = { waitMs: 0 },
): Promise<Opened> {
  const connected = await connectTarget(world, project, targetName, access, patience);
  const { session, warehouse } = connected;
  try {
    const options = { session, warehouse, schema: project.state.schema, world };
    if (access === 'read') return { ...connected, ...(await openState({ ...options, access })) };
    return { ...connected, ...(await openState({ ...options, access: 'write' })) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** As `openTarget`, the state left alone. */
export async function connectTarget(
  world: World,
  project: Project,
  targetName: string,
  access: 'read' | 'write',
  patience: Patience,
): Promise<Pick<Opened, 'target' | 'warehouse' | 'session'>> {
  const target = project.targets.get(targetName)!;
  const warehouse = (await loadWarehouse(world, target.type))!;
  const { root } = project;
  const label = `segsync ${project.name}`;
  const session = await patiently(world, patience, () =>
    warehouse.connect({ world, root, options: target.options, access, label }),
  );
  return { target, warehouse, session };
}

async function patiently<T>(
  world: World,
  { waitMs, signal }: Patience,
  connect: () => Promise<T>,
): Promise<T> {
  const until = world.clock.monotonic() + waitMs;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      const isHeld = error instanceof DiagnosedError && error.diagnostics.some(({ code }) => code === 'E304');
      const left = until - world.clock.monotonic();
      if (!isHeld || left <= 0 || signal?.aborted) throw error;
      await world.timers.sleep(Math.min(POLL_MS, left), signal);
    }
  }
}

/** Column types of every table that the segments read. */
export function readColumns(
  session: Session,
  dialect: Dialect,
  segments: readonly PreparedSegment[],
): Promise<Catalog> {
  const reads = new Map(segments.flatMap((segment) => segment.reads.map((read) => [read.id, read])));
  const wanted = {
    relations: [...reads.values()].map((read) => read.table.relation),
    queries: segments.flatMap(({ sql }) => sql.queries),
    calls: [...new Set(segments.flatMap(({ sql }) => sql.calls))],
    expressions: segments.flatMap(({ entity, sentSql }) =>
      sentSql.map(({ sql }) => ({ relation: entity.relation, sql })),
    ),
  };
  return readCatalog(session, wanted, dialect);
}

/** Which incarnation of each table that the segments read it is, where that is told; by `ReadTable.id`. */
export async function readIncarnations(
  session: Session,
  segments: readonly PreparedSegment[],
): Promise<ReadonlyMap<string, string>> {
  const reads = new Map(segments.flatMap((segment) => segment.reads.map((read) => [read.id, read])));
  const made = new Map<string, string>();
  for (const { id, table } of reads.values()) {
    const incarnation = await session.incarnation(table.relation);
    if (incarnation !== undefined) made.set(id, incarnation);
  }
  return made;
}

/** Both. */
export async function readTables(
  session: Session,
  dialect: Dialect,
  segments: readonly PreparedSegment[],
): Promise<{ catalog: Catalog; made: ReadonlyMap<string, string> }> {
  const catalog = await readColumns(session, dialect, segments);
  return { catalog, made: await readIncarnations(session, segments) };
}
