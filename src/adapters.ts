/**
 * Finds adapters by their folders, so that adding one touches one folder: `warehouse/<name>/index.ts` exports
 * `warehouse`, `destination/<type>/index.ts` exports `destination`. Importing one loads no driver.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DestinationType } from './destination/destination.ts';
import type { Warehouse } from './warehouse/warehouse.ts';
import type { World } from './world.ts';

const here = dirname(fileURLToPath(import.meta.url));
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Names of the warehouses there are, sorted. */
export function warehouseNames(world: World): Promise<string[]> {
  return world.files.folders(join(here, 'warehouse'));
}

/** Types of destination there are, sorted. */
export function destinationTypes(world: World): Promise<string[]> {
  return world.files.folders(join(here, 'destination'));
}

/** The warehouse adapter `name`; undefined when there is none. */
export async function loadWarehouse(world: World, name: string): Promise<Warehouse | undefined> {
  if (!(await warehouseNames(world)).includes(name)) return undefined;
  const module = (await import(/* @vite-ignore */ `./warehouse/${name}/index.${extension}`)) as {
    warehouse: Warehouse;
  };
  return module.warehouse;
}

/** The warehouse that can be had in memory, with nothing to install. */
export async function memoryWarehouse(
  world: World,
): Promise<Warehouse & Required<Pick<Warehouse, 'inMemory'>>> {
  for (const name of await warehouseNames(world)) {
    const warehouse = await loadWarehouse(world, name);
    if (warehouse?.inMemory) return { ...warehouse, inMemory: warehouse.inMemory };
  }
  throw new Error('no warehouse can be had in memory');
}

/** The destination adapter `type`; undefined when there is none. */
export async function loadDestination(world: World, type: string): Promise<DestinationType | undefined> {
  if (!(await destinationTypes(world)).includes(type)) return undefined;
  const module = (await import(/* @vite-ignore */ `./destination/${type}/index.${extension}`)) as {
    destination: DestinationType;
  };
  return module.destination;
}
