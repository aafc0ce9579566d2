/** Whether the state agrees with itself: counts with what they count, and each ledger with the members. */
import type { Project } from '../config/project.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { readSegmentRows, type SegmentRow } from '../state/segment-rows.ts';
import { inSlices, type StateTables, textList } from '../state/sql.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { Session, Statements } from '../warehouse/warehouse.ts';

/** What does not agree; a run that commits meanwhile is seen whole or not at all. Reads `membership` and `ledger` whole. */
export function stateDrift(session: Session, tables: StateTables, project: Project): Promise<Diagnostic[]> {
  return session.scratch(async (statements) => {
    const segments = await readSegmentRows(statements, tables);
    const syncs = await readSyncRows(statements, tables);
    return [
      ...miscounted('segment', [...segments.values()], await countMembers(statements, tables)),
      ...miscounted('sync', [...syncs.values()], await countLedger(statements, tables)),
      ...(await strangers(statements, tables, settled(project, segments, syncs))),
    ];
  });
}

type Counts = ReadonlyMap<string, number>;

function miscounted(
  kind: 'segment' | 'sync',
  rows: readonly { readonly segment: string; readonly sync?: string; readonly members: number }[],
  counted: Counts,
): Diagnostic[] {
  return rows.flatMap(({ segment, sync, members: noted }) => {
    const name = sync ?? segment;
    const there = counted.get(name) ?? 0;
    return noted === there ? [] : [diagnose('W305', { kind, name, noted, there })];
  });
}

function countMembers(statements: Statements, tables: StateTables): Promise<Counts> {
  return count(
    statements,
    `SELECT segment AS name, count(*) AS keys FROM ${tables.from('membership')} AS membership GROUP BY segment`,
  );
}

/** Of each sync's present audience. */
function countLedger(statements: Statements, tables: StateTables): Promise<Counts> {
  return count(
    statements,
    `SELECT ledger.sync AS name, count(*) AS keys FROM ${ledgers(tables)} GROUP BY ledger.sync`,
  );
}

function ledgers(tables: StateTables): string {
  return (
    `${tables.from('ledger')} AS ledger JOIN ${tables.from('syncs')} AS syncs` +
    ' ON syncs.sync = ledger.sync AND syncs.audience_ref = ledger.audience_ref'
  );
}

/** Syncs that have delivered all there is: what their ledger then has beside the members has no reason to be there. */
function settled(
  project: Project,
  segments: ReadonlyMap<string, SegmentRow>,
  syncs: ReadonlyMap<string, SyncRow>,
): string[] {
  return [...syncs.values()]
    .filter(({ sync, segment, tickId, heldReason, pausedAt }) => {
      const isFree = heldReason === undefined && pausedAt === undefined;
      const isCaughtUp = tickId !== undefined && tickId === segments.get(segment)?.tickId;
      return project.syncs.get(sync)?.mode === 'mirror' && isFree && isCaughtUp;
    })
    .map(({ sync }) => sync);
}

/** People whom a settled sync has and its segment has not. A removal that the destination rejected is told by `status`. */
async function strangers(
  statements: Statements,
  tables: StateTables,
  syncs: readonly string[],
): Promise<Diagnostic[]> {
  if (syncs.length === 0) return [];
  const found = await count(
    statements,
    `SELECT ledger.sync AS name, count(*) AS keys FROM ${ledgers(tables)}` +
      ` WHERE ledger.sync IN ${textList(tables.dialect, syncs)}${inSlices(tables, syncs, 'ledger')} AND ledger.state = 'delivered'` +
      ` AND NOT EXISTS (SELECT 1 FROM ${tables.from('membership')} AS membership` +
      ' WHERE membership.entity_key = ledger.entity_key AND membership.segment = syncs.segment)' +
      ` AND NOT EXISTS (SELECT 1 FROM ${tables.from('rejections')} AS rejections` +
      ' WHERE rejections.entity_key = ledger.entity_key AND rejections.sync = ledger.sync)' +
      ' GROUP BY ledger.sync',
  );
  return [...found].map(([sync, rows]) => diagnose('W306', { sync, rows }));
}

async function count(statements: Statements, sql: string): Promise<Counts> {
  const rows = await statements.query(`${sql} ORDER BY name`);
  return new Map(rows.map((row) => [row.name!, Number(row.keys)]));
}
