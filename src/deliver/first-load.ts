/** When the first load of a sync's audience was done: kept in `meta`, since what came before it is no change that guards count. */
import type { Instant } from '../instant.ts';
import { readMeta, writeMeta } from '../state/meta.ts';
import type { LedgerOf, StateTables } from '../state/sql.ts';
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

/** Undefined as long as nobody was delivered. */
export async function firstLoadAt(
  { statements, tables, sync }: Pick<Preview, 'statements' | 'tables' | 'sync'>,
  audienceRef: string,
): Promise<Instant | undefined> {
  const at = await readMeta(statements, tables, nameOf({ sync: sync.name, audienceRef }));
  return at === undefined ? undefined : BigInt(at);
}

export async function hadFirstLoad(preview: Preview, audienceRef: string): Promise<boolean> {
  return (await firstLoadAt(preview, audienceRef)) !== undefined;
}

function nameOf({ sync, audienceRef }: LedgerOf): string {
  return `first_load:${sync}@${audienceRef}`;
}
