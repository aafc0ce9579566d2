/** The one real DuckDB under all plays of a test: opened once, emptied for each play. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/state/migrations.ts';
import { TABLES } from '../../src/state/tables.ts';
import { warehouse } from '../../src/warehouse/duckdb/index.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { PLACE } from './session.ts';
import { SHOP } from './shop.ts';

export interface Ground {
  readonly session: Session;
  readonly known: Map<string, unknown>;
  /** As before the first run; or before one that finds the tables made, and nothing in them. */
  empty(how: 'made' | 'unmade'): Promise<void>;
  close(): Promise<void>;
}

const CLEARED = Object.values(TABLES).map(({ name }) =>
  name === 'meta'
    ? "DELETE FROM segsync.meta WHERE name NOT IN ('schema_version', 'warehouse')"
    : `DELETE FROM segsync.${name}`,
);

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-simulation-'));
  const world = realWorld();
  let isMade = false;
  const session = await warehouse.connect({
    world,
    root: folder,
    // For reading, a file that is missing is a database in memory: no commit waits for a disk.
    access: 'read',
    // Tables this small are read faster by one thread than they are shared out to several.
    options: { path: 'simulation.duckdb', threads: 1 },
    label: 'simulation',
  });
  for (const statement of SHOP) await session.execute(statement);
  return {
    session,
    known: new Map(),
    async empty(how) {
      if (how === 'unmade' || !isMade) await session.execute('DROP SCHEMA IF EXISTS segsync CASCADE');
      else for (const statement of CLEARED) await session.execute(statement);
      if (how === 'made' && !isMade)
        await migrate({
          session: { ...session, identity: async () => PLACE },
          warehouse,
          schema: 'segsync',
          world,
        });
      isMade = how === 'made';
    },
    async close() {
      await session.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
