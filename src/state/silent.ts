/**
 * Ticks at which whoever was found to be a member had not entered just then: a first tick, a pass over everyone that was
 * asked for, another definition. Kept in `meta` by segment, since a tick is shared by several, each with a reason of its own.
 */
import type { Statements } from '../warehouse/warehouse.ts';
import { readMeta, readMetas, writeMetas } from './meta.ts';
import type { StateTables } from './sql.ts';

/** More than a segment has in the time that its changes are kept. */
const MOST = 5_000;

/** In the order in which they were committed. */
export async function readSilentTicks(
  statements: Statements,
  tables: StateTables,
  segment: string,
): Promise<bigint[]> {
  return ticksOf(await readMeta(statements, tables, nameOf(segment)));
}

/** A tick was silent for these segments. */
export async function addSilentTick(
  statements: Statements,
  tables: StateTables,
  segments: readonly string[],
  tick: bigint,
): Promise<void> {
  if (segments.length === 0) return;
  const names = segments.map(nameOf);
  const known = await readMetas(statements, tables, names);
  const ticks = (name: string): bigint[] => [...ticksOf(known.get(name)), tick].slice(-MOST);
  await writeMetas(statements, tables, new Map(names.map((name) => [name, ticks(name).join(',')])));
}

function ticksOf(value: string | undefined): bigint[] {
  return value ? value.split(',').map(BigInt) : [];
}

function nameOf(segment: string): string {
  return `silent:${segment}`;
}
