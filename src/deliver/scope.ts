/** Which keys a delivery looks at, and up to which tick it then has delivered. */

import { fail } from '../diagnostics/diagnostic.ts';
import { DAY, HOUR, type Instant } from '../instant.ts';
import { readSilentTicks } from '../state/silent.ts';
import { ofSync, text } from '../state/sql.ts';
import type { SyncRow } from '../state/sync-rows.ts';
import { committedRelations, type Preview, type Relations } from './context.ts';
import { syncFingerprint } from './fingerprint.ts';
import { hadFirstLoad } from './first-load.ts';
import type { Polled, Removing } from './jobs.ts';

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
  /** `on_enter`: ticks whose entries are no events. */
  readonly silent: readonly bigint[];
  /** Who is kept out, where the destination excludes a segment. */
  readonly excluded?: Excluded;
  /** Members who were last added before this are added again, before the audience forgets them. */
  readonly renewBefore?: Instant;
  /** `add_only`: those in the ledger who left the segment are looked at, too: they may have taken back consent. */
  readonly leftBehind: boolean;
  /** Batches whose jobs go on on the other side: their keys are left alone. */
  readonly running: readonly string[];
  /** Whom those jobs take out. */
  readonly removing: readonly Removing[];
  /** Surely not a single candidate. */
  readonly idle: boolean;
}

export interface Excluded {
  readonly segment: string;
  /** Its newest tick: what the sync catches up with. */
  readonly target: bigint;
  /** Its changes after this tick make candidates; undefined: nothing of it was delivered yet. */
  readonly since?: bigint;
}

/** Where a sync stands. Throws E457 while the segment that its destination excludes was never evaluated. */
export async function readScope(
  preview: Preview,
  audienceRef: string,
  { running, removing }: Pick<Polled, 'running' | 'removing'> = { running: [], removing: [] },
): Promise<Scope> {
  const { tables, sync, behind } = preview;
  const relations = preview.relations ?? committedRelations(tables);
  const target = behind.ticks.get(sync.segment);
  const row = behind.rows.get(sync.name);
  const fingerprint = syncFingerprint(preview.project, sync);
  const same = row?.audienceRef === audienceRef ? row : undefined;
  const excluded = excludedOf(preview);
  const since =
    sync.mode === 'on_enter' ? heardUpTo(preview, same, target) : standsAt(preview, fingerprint, same);
  const renewBefore = same && renewalOf(preview, same);
  const leftBehind = same !== undefined && hasLeftBehind(preview, same);
  const ledgerSize = same ? same.members : await countLedger(preview, audienceRef);
  return {
    audienceRef,
    ...{ running, removing },
    relations,
    fingerprint,
    firstLoad:
      (same?.tickId === undefined || ledgerSize === 0) && !(await hadFirstLoad(preview, audienceRef)),
    ledgerSize,
    silent:
      sync.mode === 'on_enter' && since !== undefined ? await silentTicks(preview, relations, since) : [],
    idle:
      since !== undefined &&
      since === target &&
      excluded?.since === excluded?.target &&
      renewBefore === undefined &&
      !leftBehind &&
      !behind.open.has(sync.name),
    leftBehind,
    ...(excluded ? { excluded } : {}),
    ...(renewBefore === undefined ? {} : { renewBefore }),
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
  const { exclude } = sync;
  const isKept = (segment: string, tick: bigint): boolean => tick >= (behind.pruned.get(segment) ?? 0n);
  const seen = exclude === undefined ? undefined : behind.excluded.get(sync.name);
  if (exclude !== undefined && (seen === undefined || !isKept(exclude, seen))) return undefined;
  return isKept(sync.segment, row.tickId) ? row.tickId : undefined;
}

function excludedOf({ sync, behind }: Preview): Excluded | undefined {
  const { exclude: segment, name, mode } = sync;
  // To be kept out is no reason not to be taken out.
  if (segment === undefined || mode === 'remove_only') return undefined;
  if (!behind.members.has(segment)) fail('E457', { sync: name, segment }, sync.place);
  const target = behind.ticks.get(segment) ?? 0n;
  const since = behind.excluded.get(name);
  return { segment, target, ...(since === undefined ? {} : { since }) };
}

/** Entries after this tick are events, whatever else changed; who is there already at the first load only with `backfill`. */
function heardUpTo(
  { sync }: Preview,
  row: SyncRow | undefined,
  target: bigint | undefined,
): bigint | undefined {
  return row?.tickId ?? (sync.backfill ? undefined : target);
}

/**
 * Looked for once a day (UTC), by the first delivery of the day that is whole: the ledger has no index for it. A tenth of
 * the time before it is forgotten is left for what may go wrong.
 */
function renewalOf({ destination, now }: Preview, { deliveredAt }: SyncRow): Instant | undefined {
  const { forgetsAfter } = destination.manifest;
  if (forgetsAfter === undefined || deliveredAt === undefined) return undefined;
  return deliveredAt / DAY < now / DAY ? now - (forgetsAfter * 9n) / 10n : undefined;
}

/** Nothing in the segment's changes tells of them. Looked for once an hour, since all who ever left are read. */
function hasLeftBehind({ sync, now }: Preview, { deliveredAt }: SyncRow): boolean {
  if (sync.mode !== 'add_only' || sync.consent === undefined) return false;
  return deliveredAt === undefined || deliveredAt / HOUR < now / HOUR;
}

/** Ticks since then that found members who had not entered just now. */
async function silentTicks(
  { statements, tables, sync }: Preview,
  { silent }: Relations,
  since: bigint,
): Promise<bigint[]> {
  const known = await readSilentTicks(statements, tables, sync.segment);
  const pending = silent?.get(sync.segment);
  return [...known, ...(pending === undefined ? [] : [pending])].filter((tick) => tick > since);
}

/** An audience that the sync was turned away from and comes back to still has its ledger. */
export async function countLedger(
  { statements, tables, sync }: Preview,
  audienceRef: string,
): Promise<number> {
  const { dialect } = tables;
  const rows = await statements.query(
    `SELECT count(*) AS members FROM ${tables.from('ledger')} AS ledger` +
      ` WHERE ${ofSync(tables, sync.name)} AND audience_ref = ${text(dialect, audienceRef)}`,
  );
  return Number(rows[0]?.members ?? 0);
}
