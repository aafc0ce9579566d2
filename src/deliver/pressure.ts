/** What the guards look at: read before anything is sent. */
import { HOUR, type Instant } from '../instant.ts';
import type { Counts, Held } from '../report/results.ts';
import { readMeta, writeMeta } from '../state/meta.ts';
import { instant, type StateTables, text } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { Preview } from './context.ts';
import { judge } from './guards.ts';
import type { Scope } from './scope.ts';

/** The guard that holds a sync with these operations, if one does. */
export async function heldBy(preview: Preview, scope: Scope, planned: Counts): Promise<Held | undefined> {
  const { sync, emptySource, allow } = preview;
  if (emptySource !== undefined && !allow?.removal) {
    return { guard: 'empty_source', figure: `${emptySource} is empty`, limit: 'some rows' };
  }
  if (planned.remove === 0 && planned.add === 0) return undefined;
  const takesOut = sync.mode === 'remove_only';
  const pressure = {
    // The first load of an audience that others fill has nothing to be a share of.
    removes: takesOut && scope.firstLoad ? 0 : planned.remove,
    adds: planned.add,
    lostLastHour: takesOut ? 0 : await lostLastHour(preview),
    ledgerSize: scope.ledgerSize,
    firstLoad: scope.firstLoad,
  };
  return judge(sync.guards, pressure, allow);
}

/** Notes when the first load of a sync was done: what came before is no change of the last hour. */
export async function noteFirstLoad(
  statements: Statements,
  tables: StateTables,
  sync: string,
  at: Instant,
): Promise<void> {
  await writeMeta(statements, tables, firstLoadName(sync), at.toString());
}

async function lostLastHour({ statements, tables, sync, now }: Preview): Promise<number> {
  const { dialect } = tables;
  const loaded = BigInt((await readMeta(statements, tables, firstLoadName(sync.name))) ?? 0);
  const from = loaded > now - HOUR ? loaded : now - HOUR;
  const rows = await statements.query(
    `SELECT op, sum(${dialect.quote('rows')}) AS members FROM ${tables.from('batches')} AS batches` +
      ` WHERE sync = ${text(dialect, sync.name)} AND status = 'delivered' AND sent_at > ${instant(dialect, from)}` +
      ' GROUP BY op ORDER BY op',
  );
  const members = new Map(rows.map((row) => [row.op, Number(row.members ?? 0)]));
  return (members.get('remove') ?? 0) - (members.get('add') ?? 0);
}

function firstLoadName(sync: string): string {
  return `first_load:${sync}`;
}
