/** Which keys a delivery looks at, and up to which tick it then has delivered. */
import { newestPrunedTick } from '../state/prune.ts';
import { text } from '../state/sql.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import { committedRelations, type Preview, type Relations } from './context.ts';
import { syncFingerprint } from './fingerprint.ts';
import { hadFirstLoad } from './first-load.ts';

export interface Scope {
  /** The audience on the other side. */
  readonly audienceRef: string;
  readonly relations: Relations;
  readonly row?: SyncRow;
  readonly fingerprint: string;
  /** The segment's tick when this was read: what the sync catches up with. Undefined: never evaluated. */
  readonly target?: bigint;
  /** Changes after this tick make candidates; undefined: everyone is one. */
  readonly since?: bigint;
  /** Rows that the ledger has for this audience. */
  readonly ledgerSize: number;
  /** Nobody was ever delivered to this audience: a segment that was empty at first still has its first load before it. */
  readonly firstLoad: boolean;
}

/** Reads where a sync stands: the segment's tick before anything else. */
export async function readScope(preview: Preview, audienceRef: string): Promise<Scope> {
  const { statements, tables, sync } = preview;
  const relations = preview.relations ?? committedRelations(tables);
  const target = await readTarget(preview, relations);
  const row = (await readSyncRows(statements, tables)).get(sync.name);
  const fingerprint = syncFingerprint(preview.project, sync);
  const same = row?.audienceRef === audienceRef ? row : undefined;
  const since = await standsAt(preview, fingerprint, same);
  const ledgerSize = same ? same.members : await countLedger(preview, audienceRef);
  return {
    audienceRef,
    relations,
    fingerprint,
    firstLoad: same?.tickId === undefined || (ledgerSize === 0 && !(await hadFirstLoad(preview))),
    ledgerSize,
    ...(row ? { row } : {}),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { since }),
  };
}

async function standsAt(preview: Preview, fingerprint: string, row?: SyncRow): Promise<bigint | undefined> {
  if (preview.full || row?.tickId === undefined || row.fingerprint !== fingerprint) return undefined;
  const pruned = await newestPrunedTick(preview.statements, preview.tables, preview.sync.segment);
  return pruned !== undefined && row.tickId < pruned ? undefined : row.tickId;
}

async function readTarget(preview: Preview, relations: Relations): Promise<bigint | undefined> {
  const { statements, tables, sync } = preview;
  const rows = await statements.query(
    `SELECT tick_id FROM ${relations.segments} AS segments WHERE segment = ${text(tables.dialect, sync.segment)}`,
  );
  return rows[0]?.tick_id ? BigInt(rows[0].tick_id) : undefined;
}

/** An audience that the sync was turned away from and comes back to still has its ledger. */
async function countLedger({ statements, tables, sync }: Preview, audienceRef: string): Promise<number> {
  const { dialect } = tables;
  const rows = await statements.query(
    `SELECT count(*) AS members FROM ${tables.from('ledger')} AS ledger` +
      ` WHERE sync = ${text(dialect, sync.name)} AND audience_ref = ${text(dialect, audienceRef)}`,
  );
  return Number(rows[0]?.members ?? 0);
}
