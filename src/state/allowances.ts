/** Guards that `resume` lifted for a sync's next delivery; kept in `meta` until that is done. */
import type { Statements } from '../warehouse/warehouse.ts';
import { readMetas, removeMeta, writeMeta } from './meta.ts';
import type { StateTables } from './sql.ts';

export interface Allowance {
  readonly removal: boolean;
  readonly add: boolean;
}

export async function writeAllowance(
  statements: Statements,
  tables: StateTables,
  sync: string,
  { removal, add }: Allowance,
): Promise<void> {
  if (!removal && !add) return;
  const words = [...(removal ? ['removal'] : []), ...(add ? ['add'] : [])];
  await writeMeta(statements, tables, nameOf(sync), words.join(','));
}

/** By sync; those without one are missing. */
export async function readAllowances(
  statements: Statements,
  tables: StateTables,
  syncs: readonly string[],
): Promise<Map<string, Allowance>> {
  const values = await readMetas(statements, tables, syncs.map(nameOf));
  return new Map(
    [...values].map(([name, value]) => {
      const words = value.split(',');
      return [name.slice(PREFIX.length), { removal: words.includes('removal'), add: words.includes('add') }];
    }),
  );
}

export function endAllowance(statements: Statements, tables: StateTables, sync: string): Promise<void> {
  return removeMeta(statements, tables, nameOf(sync));
}

const PREFIX = 'allow:';

function nameOf(sync: string): string {
  return `${PREFIX}${sync}`;
}
