/** Up to which tick of the segment that its destination excludes a sync has delivered; kept in `meta`. */
import type { Statements } from '../warehouse/warehouse.ts';
import { readMetas, writeMeta } from './meta.ts';
import type { StateTables } from './sql.ts';

/** By sync; those that never delivered since are missing. */
export async function readExcludedTicks(
  statements: Statements,
  tables: StateTables,
  syncs: readonly string[],
): Promise<Map<string, bigint>> {
  if (syncs.length === 0) return new Map();
  const values = await readMetas(statements, tables, syncs.map(nameOf));
  return new Map([...values].map(([name, tick]) => [name.slice(PREFIX.length), BigInt(tick)]));
}

export function writeExcludedTick(
  statements: Statements,
  tables: StateTables,
  sync: string,
  tick: bigint,
): Promise<void> {
  return writeMeta(statements, tables, nameOf(sync), tick.toString());
}

const PREFIX = 'excluded:';

function nameOf(sync: string): string {
  return `${PREFIX}${sync}`;
}
