/** What lies behind the syncs of a step, read once for all of them: most of them mostly have nothing to do. */
import type { Sync } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import { type Allowance, readAllowances } from '../state/allowances.ts';
import { readExcludedTicks } from '../state/excluded.ts';
import { newestPrunedTicks } from '../state/prune.ts';
import { inSlices, instant, type StateTables, textList } from '../state/sql.ts';
import { readSyncRows, type SyncRow } from '../state/sync-rows.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { committedRelations, type Relations } from './context.ts';
import { type Losses, readLosses } from './losses.ts';

export interface Behind {
  /** When this was read, by the monotonic clock. */
  readonly readAt: number;
  /** By segment: its newest tick with changes. */
  readonly ticks: ReadonlyMap<string, bigint>;
  /** By segment. */
  readonly members: ReadonlyMap<string, number>;
  /** By sync. */
  readonly rows: ReadonlyMap<string, SyncRow>;
  /** By segment: the newest tick whose changes are no longer kept. */
  readonly pruned: ReadonlyMap<string, bigint>;
  /** Of syncs with `exclude:`: the newest tick of that segment that is delivered. */
  readonly excluded: ReadonlyMap<string, bigint>;
  /** Guards that `resume` lifted, by sync. */
  readonly allowed: ReadonlyMap<string, Allowance>;
  /** Syncs with rows in doubt, or rejections whose time has come. */
  readonly open: ReadonlySet<string>;
  /** Read when the first guard asks. */
  readonly losses: () => Promise<Losses>;
}

export interface BehindOptions {
  /** Default: the state tables themselves. */
  readonly relations?: Relations | undefined;
  readonly now: Instant;
  readonly readAt: number;
  /** Who knows them without reading. They are asked for once. */
  readonly losses?: ((read: () => Promise<Losses>) => Promise<Losses>) | undefined;
}

/** The segments' ticks before anything else: what is committed meanwhile is the next run's. Each sync's lease is held. */
export async function readBehind(
  statements: Statements,
  tables: StateTables,
  syncs: readonly Sync[],
  { relations = committedRelations(tables), now, readAt, losses = (read) => read() }: BehindOptions,
): Promise<Behind> {
  const segments = await readSegments(statements, tables, syncs, relations);
  const rows = await readSyncRows(statements, tables);
  const begun = syncs.flatMap(({ name }) => rows.get(name) ?? []);
  return {
    ...segments,
    readAt,
    rows,
    losses: once(() => losses(() => readLosses(statements, tables, begun, now))),
    pruned: await newestPrunedTicks(statements, tables),
    excluded: await readExcludedTicks(
      statements,
      tables,
      syncs.filter(({ exclude }) => exclude !== undefined).map(({ name }) => name),
    ),
    allowed: await readAllowances(
      statements,
      tables,
      syncs.map(({ name }) => name),
    ),
    open: await readOpen(statements, tables, syncs, now),
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= read();
    return known;
  };
}

async function readSegments(
  statements: Statements,
  { dialect }: StateTables,
  syncs: readonly Sync[],
  relations: Relations,
): Promise<Pick<Behind, 'ticks' | 'members'>> {
  const names = textList(dialect, [
    ...new Set(
      syncs.flatMap(({ segment, exclude }) => (exclude === undefined ? [segment] : [segment, exclude])),
    ),
  ]);
  const rows = await statements.query(
    `SELECT segment, tick_id, members FROM ${relations.segments} AS segments WHERE segment IN ${names}`,
  );
  return {
    ticks: new Map(
      rows.flatMap(({ segment, tick_id: tick }) => (tick ? [[segment!, BigInt(tick)] as const] : [])),
    ),
    members: new Map(rows.map(({ segment, members }) => [segment!, Number(members ?? 0)])),
  };
}

async function readOpen(
  statements: Statements,
  tables: StateTables,
  syncs: readonly Sync[],
  now: Instant,
): Promise<Behind['open']> {
  const { dialect } = tables;
  const names = textList(
    dialect,
    syncs.map(({ name }) => name),
  );
  const rows = await statements.query(
    `SELECT sync FROM ${tables.from('ledger')} AS ledger WHERE sync IN ${names}${inSlices(
      tables,
      syncs.map(({ name }) => name),
    )} AND state = 'sending'\n` +
      `${dialect.union} SELECT sync FROM ${tables.from('rejections')} AS rejections` +
      ` WHERE sync IN ${names} AND next_at <= ${instant(dialect, now)}`,
  );
  return new Set(rows.map((row) => row.sync!));
}
