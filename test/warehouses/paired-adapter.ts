/**
 * An adapter whose statements are made in two dialects at once, in a process of its own: the second texts are told in
 * the folder that the environment names. `?of=` says which one.
 */
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { pairedWarehouse } from './paired.ts';
import { PAIRS } from './pairs.ts';
import { teller } from './told.ts';

const name = new URL(import.meta.url).searchParams.get('of');
const real = (await import(`../../src/warehouse/${name}/index.js`)) as { warehouse: Warehouse };
const told = teller(process.env[PAIRS]!);

export const warehouse = pairedWarehouse(real.warehouse, () => told);
