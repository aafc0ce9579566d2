/** Forgets changes, ticks, runs and batches that are older than they are kept. */
import { DAY, type Duration, type Instant } from '../instant.ts';
import type { Session, Statements } from '../warehouse/warehouse.ts';
import { readMeta, writeMeta } from './meta.ts';
import { instant, type StateTables } from './sql.ts';

/** Once a day is often enough for what is kept for months. */
const EVERY: Duration = DAY;
const PRUNED_AT = 'pruned_at';
const PRUNED_CHANGES = 'pruned_changes';

/** Prunes when it is a day since the last time. `now` is the warehouse's clock. */
export async function pruneIfDue(
  session: Session,
  tables: StateTables,
  options: { retain: Duration; now: Instant },
): Promise<void> {
  const last = await readMeta(session, tables, PRUNED_AT);
  if (last !== undefined && options.now - BigInt(last) < EVERY) return;
  await session.transaction((transaction) =>
    prune(transaction, tables, options.now - options.retain, options.now),
  );
}

/** By segment: the newest tick whose changes are no longer kept. A sync that stands before it cannot know what changed. */
export async function newestPrunedTicks(
  statements: Statements,
  tables: StateTables,
): Promise<ReadonlyMap<string, bigint>> {
  const pruned = await readPruned(statements, tables);
  return new Map([...pruned].map(([segment, tick]) => [segment, BigInt(tick)]));
}

async function prune(
  transaction: Statements,
  tables: StateTables,
  before: Instant,
  now: Instant,
): Promise<void> {
  const edge = instant(tables.dialect, before);
  const rows = await transaction.query(
    `SELECT segment, max(tick_id) AS tick_id FROM ${tables.from('changes')} AS changes` +
      ` WHERE evaluated_at < ${edge} GROUP BY segment ORDER BY segment`,
  );
  if (rows.length > 0) {
    const pruned = await readPruned(transaction, tables);
    for (const row of rows) pruned.set(row.segment!, row.tick_id!);
    await writeMeta(transaction, tables, PRUNED_CHANGES, JSON.stringify(Object.fromEntries(pruned)));
    await transaction.execute(`DELETE FROM ${tables.name('changes')} WHERE evaluated_at < ${edge}`);
  }
  await transaction.execute(`DELETE FROM ${tables.name('ticks')} WHERE evaluated_at < ${edge}`);
  await transaction.execute(`DELETE FROM ${tables.name('runs')} WHERE started_at < ${edge}`);
  await transaction.execute(`DELETE FROM ${tables.name('batches')} WHERE sent_at < ${edge}`);
  await writeMeta(transaction, tables, PRUNED_AT, now.toString());
}

/** Segment -> tick. A map, since segments may have names that every object has (`constructor`). */
async function readPruned(statements: Statements, tables: StateTables): Promise<Map<string, string>> {
  const text = (await readMeta(statements, tables, PRUNED_CHANGES)) ?? '{}';
  return new Map(Object.entries(JSON.parse(text) as Record<string, string>));
}
