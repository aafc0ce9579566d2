/** When the first load of a sync was done: kept in `meta`, since what came before it is no change that guards count. */
import type { Instant } from '../instant.ts';
import { readMeta, writeMeta } from '../state/meta.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { Preview } from './context.ts';

export async function noteFirstLoad(
  statements: Statements,
  tables: StateTables,
  sync: string,
  at: Instant,
): Promise<void> {
  await writeMeta(statements, tables, nameOf(sync), at.toString());
}

/** Undefined as long as nobody was delivered. */
export async function firstLoadAt({
  statements,
  tables,
  sync,
}: Pick<Preview, 'statements' | 'tables' | 'sync'>): Promise<Instant | undefined> {
  const at = await readMeta(statements, tables, nameOf(sync.name));
  return at === undefined ? undefined : BigInt(at);
}

export async function hadFirstLoad(preview: Preview): Promise<boolean> {
  return (await firstLoadAt(preview)) !== undefined;
}

function nameOf(sync: string): string {
  return `first_load:${sync}`;
}
