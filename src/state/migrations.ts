/** Makes the state tables and brings older ones up to date. */
import { fail } from '../diagnostics/diagnostic.ts';
import { type Session, type Statements, type Warehouse, WarehouseError } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { addMeta, readMeta, writeMeta } from './meta.ts';
import { type StateTables, stateTables } from './sql.ts';
import { SCHEMA_VERSION, TABLES } from './tables.ts';

/** Two first runs at once may both make the tables; the one that fails finds them made. */
const ATTEMPTS = 5;

/** Statements that bring a state of the version before up to a version, by that version. The layout makes a new state. */
export type Migrations = ReadonlyMap<
  number,
  (place: Pick<Place, 'warehouse' | 'schema'>) => readonly string[]
>;

const MIGRATIONS: Migrations = new Map([
  [2, ({ warehouse, schema }) => warehouse.layout(schema, TABLES.pending)],
]);

export interface Place {
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
  const value = await readVersion(session, stateTables(warehouse, schema, 1));
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
  const tables = stateTables(warehouse, schema, SCHEMA_VERSION);
  for (let attempt = 1; ; attempt++) {
    const found = await stateVersion(session, warehouse, schema);
    if (found === SCHEMA_VERSION) return tables;
    const made = { id: place.world.random.uuid(), type: warehouse.name, place: await session.identity() };
    try {
      const make = async (statements: Statements): Promise<void> => {
        for (const statement of statementsFrom(found, place)) await statements.execute(statement);
      };
      const isApart = warehouse.capabilities.transactionalDdl !== 'yes';
      // Nothing of it fails when it is there already: killed here, the next run does it again.
      if (isApart) await make(session);
      await session.transaction(async (transaction) => {
        if (!isApart) await make(transaction);
        await addMeta(transaction, tables, 'warehouse', JSON.stringify(made));
        await writeMeta(transaction, tables, 'schema_version', String(SCHEMA_VERSION));
      });
    } catch (error) {
      await waitOrFail(error, attempt, place);
    }
  }
}

/** What makes a state of today's version out of one of version `found`; undefined: out of none. */
export function statementsFrom(
  found: number | undefined,
  place: Pick<Place, 'warehouse' | 'schema'>,
  migrations: Migrations = MIGRATIONS,
): string[] {
  const { warehouse, schema } = place;
  if (found === undefined) return Object.values(TABLES).flatMap((table) => warehouse.layout(schema, table));
  const versions = [...migrations.keys()].filter((version) => version > found).sort((a, b) => a - b);
  return versions.flatMap((version) => migrations.get(version)!(place));
}

async function waitOrFail(error: unknown, attempt: number, place: Place): Promise<void> {
  if (!(error instanceof WarehouseError)) throw error;
  if (error.failure === 'permission') {
    fail('E504', { schema: place.schema, detail: error.message }, undefined, error);
  }
  if (attempt >= ATTEMPTS) throw error;
  await place.world.timers.sleep(50 * attempt * (1 + place.world.random.fraction()));
}
