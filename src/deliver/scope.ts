/** Which keys a delivery looks at, and up to which tick it then has delivered. */
import { text } from '../state/sql.ts';
import type { SyncRow } from '../state/sync-rows.ts';
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
  /** Surely not a single candidate. */
  readonly idle: boolean;
}

/** Where a sync stands. */
export async function readScope(preview: Preview, audienceRef: string): Promise<Scope> {
  const { tables, sync, behind } = preview;
  const relations = preview.relations ?? committedRelations(tables);
  const target = behind.ticks.get(sync.segment);
  const row = behind.rows.get(sync.name);
  const fingerprint = syncFingerprint(preview.project, sync);
  const same = row?.audienceRef === audienceRef ? row : undefined;
  const since = standsAt(preview, fingerprint, same);
  const ledgerSize = same ? same.members : await countLedger(preview, audienceRef);
  return {
    audienceRef,
    relations,
    fingerprint,
    firstLoad: same?.tickId === undefined || (ledgerSize === 0 && !(await hadFirstLoad(preview))),
    ledgerSize,
    idle: since !== undefined && since === target && !behind.open.has(sync.name),
    ...(row ? { row } : {}),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { since }),
  };
}

function standsAt(
  { full, behind, sync }: Preview,
  fingerprint: string,
  row: SyncRow | undefined,
): bigint | undefined {
  if (full || row?.tickId === undefined || row.fingerprint !== fingerprint) return undefined;
  const pruned = behind.pruned.get(sync.segment);
  return pruned !== undefined && row.tickId < pruned ? undefined : row.tickId;
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
