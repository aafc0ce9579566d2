/** How many members each audience lost within the last hour, net: what the guards add to what is to come. */
import { HOUR, type Instant } from '../instant.ts';
import { instant, type StateTables, text, textList } from '../state/sql.ts';
import type { SyncRow } from '../state/sync-rows.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { firstLoads } from './first-load.ts';
import type { BatchRow } from './flush.ts';

/** By sync; negative: it gained. What its first load brought is no gain. */
export type Losses = ReadonlyMap<string, number>;

/** Of all `rows` in one look: an hour may have hundreds of thousands of batches. */
export async function readLosses(
  statements: Statements,
  tables: StateTables,
  rows: readonly Pick<SyncRow, 'sync' | 'audienceRef'>[],
  now: Instant,
): Promise<Losses> {
  if (rows.length === 0) return new Map();
  const { dialect } = tables;
  const loaded = await firstLoads(statements, tables, rows);
  const isLate = ({ sync }: Pick<SyncRow, 'sync'>): boolean => (loaded.get(sync) ?? 0n) > now - HOUR;
  const since = (syncs: readonly string[], from: Instant): string =>
    `(sync IN ${textList(dialect, syncs)} AND sent_at > ${instant(dialect, from)})`;
  const names = rows.filter((row) => !isLate(row)).map(({ sync }) => sync);
  const conditions = [
    ...(names.length > 0 ? [since(names, now - HOUR)] : []),
    ...rows.filter(isLate).map(({ sync }) => since([sync], loaded.get(sync)!)),
  ];
  const lost = await statements.query(
    `SELECT sync, op, sum(${dialect.quote('rows')}) AS members FROM ${tables.from('batches')} AS batches` +
      ` WHERE status = ${text(dialect, 'delivered')} AND (${conditions.join(' OR ')}) GROUP BY sync, op ORDER BY sync, op`,
  );
  const losses = new Map<string, number>();
  for (const { sync, op, members } of lost) {
    const sign = op === 'remove' ? 1 : op === 'add' ? -1 : 0;
    losses.set(sync!, (losses.get(sync!) ?? 0) + sign * Number(members ?? 0));
  }
  return losses;
}

/** Net losses that these batches tell of. */
export function lossOf(batches: readonly Pick<BatchRow, 'status' | 'effect' | 'rows'>[]): number {
  const rows = (of: string): number =>
    batches.reduce(
      (sum, { status, effect, rows: some }) => (status === 'delivered' && effect === of ? sum + some : sum),
      0,
    );
  return rows('remove') - rows('add');
}
