/** The door to the state: made or updated for a writer, taken as it is (or as empty) by a dry run. */
import type { Session, Warehouse } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { Leases } from './leases.ts';
import { migrate, stateVersion } from './migrations.ts';
import { type StateTables, stateTables } from './sql.ts';

export interface StateOptions {
  readonly session: Session;
  readonly warehouse: Warehouse;
  /** Where segsync keeps its tables. */
  readonly schema: string;
  readonly world: World;
  /** `read` never writes and works without tables. */
  readonly access: 'read' | 'write';
}

export interface State {
  readonly tables: StateTables;
}

export interface WritableState extends State {
  readonly leases: Leases;
}

/**
 * Opens the state. Throws E501 (exit 79) when it was written by a newer program, E504 when its tables cannot be made.
 */
export function openState(options: StateOptions & { access: 'write' }): Promise<WritableState>;
export function openState(options: StateOptions): Promise<State>;
export async function openState(options: StateOptions): Promise<State | WritableState> {
  const { session, warehouse, schema, world } = options;
  if (options.access === 'read') {
    const version = await stateVersion(session, warehouse, schema);
    return { tables: stateTables(warehouse, schema, version) };
  }
  const tables = await migrate(options);
  const { singleProcess, temporaryDdl, uniqueKeys } = warehouse.capabilities;
  const leases = new Leases({
    session,
    tables,
    world,
    singleProcess: singleProcess === 'yes',
    tablesFirst: temporaryDdl !== 'yes',
    repeatsKeys: uniqueKeys !== 'yes',
  });
  return { tables, leases };
}
