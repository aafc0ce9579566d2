/** What the guards look at: read before anything is sent. */
import { formatAge, formatDuration } from '../instant.ts';
import type { Counts, Held } from '../report/results.ts';
import { readMeta, writeMeta } from '../state/meta.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { EmptySource, Preview, StaleSource } from './context.ts';
import { judge } from './guards.ts';
import { readLosses } from './losses.ts';
import type { Scope } from './scope.ts';

/** The guard that holds a sync with these operations, if one does. */
export async function heldBy(preview: Preview, scope: Scope, planned: Counts): Promise<Held | undefined> {
  const { sync, emptySource, staleSource, allow } = preview;
  if (staleSource) return staleHold(staleSource);
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
    lostLastHour: takesOut ? 0 : await lostLastHour(preview),
    ledgerSize: sync.mode === 'on_enter' ? membersBefore(preview, planned) : scope.ledgerSize,
    firstLoad: scope.firstLoad,
  };
  return judge(sync.guards, pressure, allow);
}

/** Whatever there is to send, if anything: to be seen as up to date would be wrong, too. */
function staleHold({ table, age, expected }: StaleSource): Held {
  const figure = age === undefined ? `${table} shows no row at all` : `${table} is ${formatAge(age)} old`;
  return { guard: 'stale_source', figure, limit: formatDuration(expected) };
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

/** Jobs that ended just now count, and nobody has read of them yet. */
async function lostLastHour({
  statements,
  tables,
  sync,
  behind,
  destination,
  now,
}: Preview): Promise<number> {
  const row = behind.rows.get(sync.name);
  const isAsked = destination.session.poll !== undefined && row !== undefined;
  const losses = isAsked ? await readLosses(statements, tables, [row], now) : await behind.losses();
  return losses.get(sync.name) ?? 0;
}
