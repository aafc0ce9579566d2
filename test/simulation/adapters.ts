/** Stands for `src/adapters.ts` in a simulation: the warehouse comes with the world, destinations are the real ones. */

import type { DestinationType } from '../../src/destination/destination.ts';
import { destination as file } from '../../src/destination/file/index.ts';
import { destination as webhook } from '../../src/destination/webhook/index.ts';
import { warehouse as duckdb } from '../../src/warehouse/duckdb/index.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import type { World } from '../../src/world.ts';

/** By world: what its process finds in place of a warehouse. */
export const warehouses = new WeakMap<World, Warehouse>();

const destinations = new Map<string, DestinationType>([
  ['file', file],
  ['webhook', webhook],
]);

export async function warehouseNames(): Promise<string[]> {
  return ['duckdb'];
}

export async function destinationTypes(): Promise<string[]> {
  return [...destinations.keys()];
}

export async function loadWarehouse(world: World, name: string): Promise<Warehouse | undefined> {
  return name === 'duckdb' ? (warehouses.get(world) ?? duckdb) : undefined;
}

export async function loadDestination(_: World, type: string): Promise<DestinationType | undefined> {
  return destinations.get(type);
}
