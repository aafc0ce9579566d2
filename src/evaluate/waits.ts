/** The table `pending`: who waits to enter or to exit. Written in the tick's own transaction, whether or not anybody changes. */
import { steps } from '../compile/steps.ts';
import { isDamped } from '../segment/damping.ts';
import { inSlices, type StateTables, textList } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { Commit } from './commit.ts';
import type { TickGroup, Waits } from './tick.ts';

export async function writeWaits(
  statements: Statements,
  tables: StateTables,
  { group, outcome: { mode, waits } }: Commit,
): Promise<void> {
  await dropWaits(statements, tables, notDampedAnyMore(group));
  if (!waits) return;
  if (waits.ended > 0) await endWaits(statements, tables, waits, mode);
  if (waits.begun > 0) await beginWaits(statements, tables);
}

/** They may have been, by the definition before. */
function notDampedAnyMore({ members, full }: TickGroup): string[] {
  return members
    .filter(({ prepared: { name, segment } }) => full?.get(name) === 'logic_changed' && !isDamped(segment))
    .map(({ prepared }) => prepared.name);
}

async function dropWaits(
  statements: Statements,
  tables: StateTables,
  segments: readonly string[],
): Promise<void> {
  if (segments.length === 0) return;
  await statements.execute(
    `DELETE FROM ${tables.name('pending')} WHERE segment IN ${textList(tables.dialect, segments)}${inSlices(tables, segments)}`,
  );
}

/** Of the keys that were evaluated, those who no longer wait for the same. */
async function endWaits(
  statements: Statements,
  tables: StateTables,
  { segments }: Waits,
  mode: 'incremental' | 'full',
): Promise<void> {
  const { dialect } = tables;
  const evaluated =
    mode === 'full' ? '' : `\n  AND entity_key IN (SELECT entity_key FROM ${dialect.quote(steps.affected)})`;
  const same = ['segment', 'entity_key', 'op', 'due_at'].map((name) => `waits.${name} = pending.${name}`);
  await statements.execute(
    `DELETE FROM ${tables.name('pending')}\nWHERE segment IN ${textList(dialect, segments)}${inSlices(tables, segments)}${evaluated}\n` +
      `  AND NOT EXISTS (SELECT 1 FROM ${dialect.quote(steps.differing)} AS waits WHERE ${same.join(' AND ')})`,
  );
}

async function beginWaits(statements: Statements, tables: StateTables): Promise<void> {
  const { dialect, sliced } = tables;
  const slice = sliced ? `, ${dialect.functions.bucket('segment')}` : '';
  await statements.execute(
    `INSERT INTO ${tables.name('pending')} (segment, entity_key, op, since, due_at${sliced ? ', slice' : ''})\n` +
      `SELECT segment, entity_key, op, since, due_at${slice}\nFROM ${dialect.quote(steps.differing)}\n` +
      'WHERE due_at IS NOT NULL AND (known_due IS NULL OR known_due <> due_at)',
  );
}
