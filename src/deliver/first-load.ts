/** When the first load of a sync's audience was done: kept in `meta`, since what came before it is no change that guards count. */
import type { Instant } from '../instant.ts';
import { readMeta, readMetas, writeMeta } from '../state/meta.ts';
import type { LedgerOf, StateTables } from '../state/sql.ts';
import type { SyncRow } from '../state/sync-rows.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { Preview } from './context.ts';

export async function noteFirstLoad(
  statements: Statements,
  tables: StateTables,
  of: LedgerOf,
  at: Instant,
): Promise<void> {
  await writeMeta(statements, tables, nameOf(of), at.toString());
}

/** Whether somebody was ever delivered. */
export async function hadFirstLoad(
  { statements, tables, sync }: Pick<Preview, 'statements' | 'tables' | 'sync'>,
  audienceRef: string,
): Promise<boolean> {
  return (await readMeta(statements, tables, nameOf({ sync: sync.name, audienceRef }))) !== undefined;
}

/** By sync; of those that somebody was delivered to. */
export async function firstLoads(
  statements: Statements,
  tables: StateTables,
  rows: readonly Pick<SyncRow, 'sync' | 'audienceRef'>[],
): Promise<ReadonlyMap<string, Instant>> {
  const known = await readMetas(statements, tables, rows.map(nameOf));
  return new Map(
    rows.flatMap((row) => {
      const at = known.get(nameOf(row));
      return at === undefined ? [] : [[row.sync, BigInt(at)] as const];
    }),
  );
}

function nameOf({ sync, audienceRef }: LedgerOf): string {
  return `first_load:${sync}@${audienceRef}`;
}
