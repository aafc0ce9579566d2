/** Making a new database file, whole or not at all. */
import { basename, dirname, join } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { World } from '../../world.ts';
import { DuckDBInstance } from './driver.ts';
import { withoutValues } from './failure.ts';

/**
 * Fills a new database from `init` (a file of SQL; undefined: an empty database) beside `path` and moves it there when
 * it is complete: killed at any moment, there is a whole database or none. Throws E306 when `init` fails.
 */
export async function makeDatabase(
  world: World,
  path: string,
  init: string | undefined,
  settings: Record<string, string>,
): Promise<void> {
  const folder = dirname(path);
  await world.files.makeFolder(folder);
  if (init === undefined) return;
  await removeLeftovers(world, path);
  const unfinished = `${path}.new-${world.process.id}`;
  const instance = await DuckDBInstance.create(unfinished, settings);
  try {
    await fillFrom(world, instance, init);
  } finally {
    instance.closeSync();
  }
  // Another process may have been quicker: its database stays.
  await world.files.moveNew(unfinished, path);
  await remove(world, unfinished);
}

/** Runs a file of SQL statements. Throws E306. */
export async function fillFrom(world: World, instance: DuckDBInstance, init: string): Promise<void> {
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(await world.files.readText(init));
  } catch (error) {
    const detail = withoutValues(error instanceof Error ? error.message : String(error));
    fail('E306', { path: init, detail });
  } finally {
    connection.closeSync();
  }
}

/** What processes left that were killed while they made one. */
async function removeLeftovers(world: World, path: string): Promise<void> {
  const prefix = join(dirname(path), `${basename(path)}.new-`);
  for (const file of await world.files.list(dirname(path))) {
    const id = file.startsWith(prefix) ? /^(\d+)(\.wal)?$/.exec(file.slice(prefix.length))?.[1] : undefined;
    if (id !== undefined && (Number(id) === world.process.id || !world.process.isAlive(Number(id)))) {
      await world.files.remove(file);
    }
  }
}

async function remove(world: World, path: string): Promise<void> {
  await world.files.remove(path);
  await world.files.remove(`${path}.wal`);
}
