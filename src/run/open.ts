/** Opens what a run works with: the warehouse, the state, the destinations; and closes it again. */
import { loadWarehouse } from '../adapters.ts';
import { type Catalog, readCatalog } from '../compile/catalog.ts';
import type { Project, Target } from '../config/project.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { Leases } from '../state/leases.ts';
import type { StateTables } from '../state/sql.ts';
import { openState } from '../state/state.ts';
import type { Session, Warehouse } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';

export interface Opened {
  readonly target: Target;
  readonly warehouse: Warehouse;
  readonly session: Session;
  readonly tables: StateTables;
  /** Only for writing. */
  readonly leases?: Leases;
}

/** Opens a target's warehouse and the state in it. Throws E3xx and E5xx. `read` changes nothing and needs no state. */
export async function openTarget(
  world: World,
  project: Project,
  targetName: string,
  access: 'read' | 'write',
): Promise<Opened> {
  const target = project.targets.get(targetName)!;
  const warehouse = (await loadWarehouse(world, target.type))!;
  const session = await warehouse.connect({
    world,
    root: project.root,
    options: target.options,
    access,
    label: `segsync ${project.name}`,
  });
  try {
    const options = { session, warehouse, schema: project.state.schema, world };
    if (access === 'read') {
      const { tables } = await openState({ ...options, access });
      return { target, warehouse, session, tables };
    }
    const { tables, leases } = await openState({ ...options, access: 'write' });
    return { target, warehouse, session, tables, leases };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Column types of every table that the segments read; and which incarnation of each table it is, where that is told. */
export async function readTables(
  session: Session,
  segments: readonly PreparedSegment[],
): Promise<{ catalog: Catalog; made: ReadonlyMap<string, string> }> {
  const reads = new Map(segments.flatMap((segment) => segment.reads.map((read) => [read.id, read])));
  const catalog = await readCatalog(
    session,
    [...reads.values()].map((read) => read.table.relation),
  );
  const made = new Map<string, string>();
  for (const { id, table } of reads.values()) {
    const incarnation = await session.incarnation(table.relation);
    if (incarnation !== undefined) made.set(id, incarnation);
  }
  return { catalog, made };
}
