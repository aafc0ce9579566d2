/** Makes the state tables and brings older ones up to date. */
import { fail } from '../diagnostics/diagnostic.ts';
import { type Session, type Statements, type Warehouse, WarehouseError } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { readMeta, writeMeta } from './meta.ts';
import { type StateTables, stateTables } from './sql.ts';
import { SCHEMA_VERSION, TABLES } from './tables.ts';

/** Two first runs at once may both make the tables; the one that fails finds them made. */
const ATTEMPTS = 5;

interface Place {
  readonly session: Session;
  readonly warehouse: Warehouse;
  readonly schema: string;
  readonly world: World;
}

/**
 * The version of the state in `schema`; undefined when there is none. Throws E501 (exit 79) when it is newer than
 * this program, E505 when it may not be read.
 */
export async function stateVersion(
  session: Session,
  warehouse: Warehouse,
  schema: string,
): Promise<number | undefined> {
  const value = await readVersion(session, stateTables(warehouse.dialect, schema, true));
  if (value === undefined) return undefined;
  const version = Number(value);
  if (version > SCHEMA_VERSION) return fail('E501', { schema, found: version, known: SCHEMA_VERSION });
  return version;
}

/** State that may not be read is no empty state: everyone would seem to be new. */
async function readVersion(session: Session, tables: StateTables): Promise<string | undefined> {
  try {
    return await readMeta(session, tables, 'schema_version');
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    if (error.failure === 'missing') return undefined;
    if (error.failure !== 'permission') throw error;
    return fail('E505', { schema: tables.schema, detail: error.message }, undefined, error);
  }
}

/** Makes or updates the tables; nothing is written when they are as they should be. Throws E501 and E504. */
export async function migrate(place: Place): Promise<StateTables> {
  const { session, warehouse, schema } = place;
  const tables = stateTables(warehouse.dialect, schema, true);
  for (let attempt = 1; ; attempt++) {
    if ((await stateVersion(session, warehouse, schema)) === SCHEMA_VERSION) return tables;
    try {
      await session.transaction((transaction) => makeTables(transaction, place, tables));
    } catch (error) {
      await waitOrFail(error, attempt, place);
    }
  }
}

async function makeTables(transaction: Statements, place: Place, tables: StateTables): Promise<void> {
  for (const table of Object.values(TABLES)) {
    for (const statement of place.warehouse.layout(place.schema, table)) await transaction.execute(statement);
  }
  const made = { id: place.world.random.uuid(), type: place.warehouse.name };
  await writeMeta(transaction, tables, 'warehouse', JSON.stringify(made));
  await writeMeta(transaction, tables, 'schema_version', String(SCHEMA_VERSION));
}

async function waitOrFail(error: unknown, attempt: number, place: Place): Promise<void> {
  if (!(error instanceof WarehouseError)) throw error;
  if (error.failure === 'permission') {
    fail('E504', { schema: place.schema, detail: error.message }, undefined, error);
  }
  if (attempt >= ATTEMPTS) throw error;
  await place.world.timers.sleep(50 * attempt * (1 + place.world.random.fraction()));
}
