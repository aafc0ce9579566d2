/** Two accounts, one address: what a removal must leave, since another member of the same audience has it too. */
import type { StateTables } from '../state/sql.ts';
import { text } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { Errand } from './errand.ts';
import type { LedgerOf } from './flush.ts';
import { stage } from './flush.ts';

/**
 * The errands with the identifiers of their removals less those that other ledger rows of the same audience carry, in
 * whichever sync. Rows whose own removal is among the errands do not count.
 */
export async function withoutCarried(
  transaction: Statements,
  tables: StateTables,
  of: LedgerOf & { readonly destination: string },
  errands: readonly Errand[],
): Promise<Errand[]> {
  const removals = errands.filter(({ step }) => step.op === 'remove' && !step.keeps);
  if (removals.length === 0) return [...errands];
  const carried = await readCarried(transaction, tables, of, removals);
  return errands.map((errand) => {
    const names = carried.get(errand.key);
    if (!names || errand.step.op !== 'remove') return errand;
    const left = Object.entries(errand.step.identifiers).filter(([name]) => !names.has(name));
    return { ...errand, step: { ...errand.step, identifiers: Object.fromEntries(left) } };
  });
}

async function readCarried(
  transaction: Statements,
  tables: StateTables,
  { sync, audienceRef, destination }: LedgerOf & { readonly destination: string },
  removals: readonly Errand[],
): Promise<Map<string, Set<string>>> {
  const { dialect } = tables;
  const values = removals.flatMap(({ key, step }) =>
    Object.entries(step.identifiers).map(([name, value]) => [key, name, value]),
  );
  const columns = ['entity_key', 'name', 'value'].map((column) => [column, 'text'] as const);
  const staged = await stage(transaction, tables, 'segsync_removed', columns, values);
  const carried = new Map<string, Set<string>>();
  for (const name of new Set(values.map(([, each]) => each!))) {
    const rows = await transaction.query(
      `SELECT removed.entity_key FROM ${staged} AS removed WHERE removed.name = ${text(dialect, name)} AND EXISTS (` +
        `SELECT 1 FROM ${tables.name('ledger')} AS ledger` +
        ` WHERE ledger.audience_ref = ${text(dialect, audienceRef)}` +
        ` AND ledger.sync IN (SELECT sync FROM ${tables.name('syncs')} WHERE destination = ${text(dialect, destination)})` +
        ` AND NOT (ledger.sync = ${text(dialect, sync)}` +
        ` AND ledger.entity_key IN (SELECT entity_key FROM ${staged}))` +
        ` AND ${dialect.functions.json_text('ledger.identifiers', text(dialect, name))} = removed.value)`,
    );
    for (const row of rows)
      carried.set(row.entity_key!, (carried.get(row.entity_key!) ?? new Set()).add(name));
  }
  await transaction.execute(`DROP TABLE ${staged}`);
  return carried;
}
