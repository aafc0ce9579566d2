/** Since when runs know of a segment or sync that was never evaluated or delivered; kept in `meta` until it is. */
import type { Instant } from '../instant.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { readMetas, removeMetas, writeMetas } from './meta.ts';
import type { StateTables } from './sql.ts';

const PREFIX = 'awaited:';

/** By the names given (`segment:x`, `sync:x.y`): the first run that ended without it. */
export async function readAwaited(
  statements: Statements,
  tables: StateTables,
  names: readonly string[],
): Promise<ReadonlyMap<string, Instant>> {
  if (names.length === 0) return new Map();
  const metas = await readMetas(statements, tables, names.map(nameOf));
  return new Map([...metas].map(([name, value]) => [name.slice(PREFIX.length), BigInt(value)]));
}

/** Notes those that are awaited still, unless they are noted; takes away those that have come. */
export async function noteAwaited(
  statements: Statements,
  tables: StateTables,
  { awaited, come, now }: { awaited: readonly string[]; come: readonly string[]; now: Instant },
): Promise<void> {
  const known = await readAwaited(statements, tables, [...awaited, ...come]);
  const added = awaited.filter((name) => !known.has(name));
  await writeMetas(statements, tables, new Map(added.map((name) => [nameOf(name), now.toString()])));
  await removeMetas(statements, tables, come.filter((name) => known.has(name)).map(nameOf));
}

function nameOf(name: string): string {
  return PREFIX + name;
}
