/** What the guards look at: read before anything is sent. */
import { HOUR } from '../instant.ts';
import type { Counts, Held } from '../report/results.ts';
import { readMeta, writeMeta } from '../state/meta.ts';
import { instant, text } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { EmptySource, Preview } from './context.ts';
import { firstLoadAt } from './first-load.ts';
import { judge } from './guards.ts';
import type { Scope } from './scope.ts';

/** The guard that holds a sync with these operations, if one does. */
export async function heldBy(preview: Preview, scope: Scope, planned: Counts): Promise<Held | undefined> {
  const { sync, emptySource, allow } = preview;
  if (
    emptySource &&
    isMoved(planned, emptySource) &&
    !allow?.removal &&
    !(await isAccepted(preview, emptySource))
  ) {
    return { guard: 'empty_source', figure: `${emptySource.table} is empty`, limit: 'some rows' };
  }
  if (planned.remove === 0 && planned.add === 0) return undefined;
  const takesOut = sync.mode === 'remove_only';
  const pressure = {
    // The first load of an audience that others fill has nothing to be a share of.
    removes: takesOut && scope.firstLoad ? 0 : planned.remove,
    adds: planned.add,
    lostLastHour: takesOut ? 0 : await lostLastHour(preview, scope),
    ledgerSize: sync.mode === 'on_enter' ? membersBefore(preview, planned) : scope.ledgerSize,
    firstLoad: scope.firstLoad,
  };
  return judge(sync.guards, pressure, allow);
}

/** Whoever an emptied table kept out would come in. */
function isMoved({ add, remove }: Counts, { excludes }: EmptySource): boolean {
  return excludes ? add > 0 : remove > 0;
}

/** What a share of entries is of: the ledger of events says nothing of how many members there are. */
function membersBefore({ behind, sync }: Preview, planned: Counts): number {
  return Math.max(0, (behind.members.get(sync.segment) ?? 0) - planned.add);
}

/** Notes that removals were let pass though a table is empty: that emptiness is no surprise any more. */
export async function noteEmptySource(
  statements: Statements,
  { tables, sync, emptySource, allow }: Preview,
): Promise<void> {
  if (!emptySource || !allow?.removal) return;
  await writeMeta(statements, tables, emptySourceName(sync.name), emptinessOf(emptySource));
}

async function isAccepted({ statements, tables, sync }: Preview, emptySource: EmptySource): Promise<boolean> {
  return (await readMeta(statements, tables, emptySourceName(sync.name))) === emptinessOf(emptySource);
}

/** Filled and emptied again, a table is another surprise. */
function emptinessOf({ table, since }: EmptySource): string {
  return `${table} ${since}`;
}

function emptySourceName(sync: string): string {
  return `empty_source:${sync}`;
}

async function lostLastHour(
  { statements, tables, sync, now }: Preview,
  { audienceRef }: Scope,
): Promise<number> {
  const { dialect } = tables;
  const loaded = (await firstLoadAt({ statements, tables, sync }, audienceRef)) ?? 0n;
  const from = loaded > now - HOUR ? loaded : now - HOUR;
  const rows = await statements.query(
    `SELECT op, sum(${dialect.quote('rows')}) AS members FROM ${tables.from('batches')} AS batches` +
      ` WHERE sync = ${text(dialect, sync.name)} AND status = 'delivered' AND sent_at > ${instant(dialect, from)}` +
      ' GROUP BY op ORDER BY op',
  );
  const members = new Map(rows.map((row) => [row.op, Number(row.members ?? 0)]));
  return (members.get('remove') ?? 0) - (members.get('add') ?? 0);
}
