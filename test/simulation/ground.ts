/** The one real DuckDB under all plays of a test: opened once, emptied for each play. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warehouse } from '../../src/warehouse/duckdb/index.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { SHOP } from './shop.ts';

export interface Ground {
  readonly session: Session;
  readonly known: Map<string, unknown>;
  /** As before the first run. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-simulation-'));
  const session = await warehouse.connect({
    world: realWorld(),
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
    async empty() {
      await session.execute('DROP SCHEMA IF EXISTS segsync CASCADE');
    },
    async close() {
      await session.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
