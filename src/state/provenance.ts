/**
 * Where a state was made. A clone or a restore has the ledger of the original: what it would send is for that one to
 * send, until somebody says that this is the one to go on from.
 */
import type { Session, Warehouse } from '../warehouse/warehouse.ts';
import { readMeta, writeMeta } from './meta.ts';
import type { StateTables } from './sql.ts';

const NAME = 'warehouse';

/** What `meta` holds under `warehouse`, as JSON. */
export interface Provenance {
  /** Of this state, whatever copies there are. */
  readonly id: string;
  /** The warehouse's name: `duckdb`, `postgres`. */
  readonly type: string;
  /** `Session.identity` where it was made, or adopted last. */
  readonly place: string;
}

/** The state's provenance when it is not of here; undefined when it is, or there is no state. */
export async function readForeign(
  session: Session,
  warehouse: Warehouse,
  tables: StateTables,
): Promise<Provenance | undefined> {
  const value = await readMeta(session, tables, NAME);
  if (value === undefined) return undefined;
  const made = JSON.parse(value) as Provenance;
  const isHere = made.type === warehouse.name && warehouse.samePlace(made.place, await session.identity());
  return isHere ? undefined : made;
}

/** From now on the state is of here. */
export async function adoptState(
  session: Session,
  warehouse: Warehouse,
  tables: StateTables,
  made: Provenance,
): Promise<void> {
  const adopted: Provenance = { id: made.id, type: warehouse.name, place: await session.identity() };
  await writeMeta(session, tables, NAME, JSON.stringify(adopted));
}
