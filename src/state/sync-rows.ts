/** The table `syncs`: what each sync has delivered, and whether it is held or paused. */
import type { Instant } from '../instant.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Row, Statements } from '../warehouse/warehouse.ts';
import { writeInOrder } from '../warehouse/writes.ts';
import { instant, integer, ofSync, type StateTables, text } from './sql.ts';

export interface SyncRow {
  readonly sync: string;
  readonly segment: string;
  readonly destination: string;
  readonly audienceRef: string;
  /** Of the mapping that was last delivered whole; undefined until the first load is. */
  readonly fingerprint?: string;
  /** Changes up to this tick are delivered; undefined until the first load is. */
  readonly tickId?: bigint;
  readonly deliveredAt?: Instant;
  /** Rows of its ledger: who is, or may be, on the other side. */
  readonly members: number;
  readonly heldReason?: string;
  readonly pausedAt?: Instant;
  readonly pausedReason?: string;
}

/** Every sync that ever began, by name. */
export async function readSyncRows(
  statements: Statements,
  tables: StateTables,
): Promise<Map<string, SyncRow>> {
  const { micros_of } = tables.dialect.functions;
  const rows = await statements.query(
    'SELECT sync, segment, destination, audience_ref, fingerprint, tick_id,' +
      ` ${micros_of('delivered_at')} AS delivered_at, members, held_reason,` +
      ` ${micros_of('paused_at')} AS paused_at, paused_reason` +
      ` FROM ${tables.from('syncs')} AS syncs ORDER BY sync`,
  );
  return new Map(rows.map((row) => [row.sync!, syncRow(row)]));
}

function syncRow(row: Row): SyncRow {
  return {
    sync: row.sync!,
    segment: row.segment ?? '',
    destination: row.destination ?? '',
    audienceRef: row.audience_ref ?? '',
    members: Number(row.members ?? 0),
    ...(row.fingerprint ? { fingerprint: row.fingerprint } : {}),
    ...(row.tick_id ? { tickId: BigInt(row.tick_id) } : {}),
    ...(row.delivered_at ? { deliveredAt: BigInt(row.delivered_at) } : {}),
    ...(row.held_reason ? { heldReason: row.held_reason } : {}),
    ...(row.paused_at ? { pausedAt: BigInt(row.paused_at) } : {}),
    ...(row.paused_reason ? { pausedReason: row.paused_reason } : {}),
  };
}

/**
 * Makes a sync's row, or turns it to another audience: nothing is delivered there yet, so everyone is a candidate.
 * `members` counts what the ledger already has for that audience.
 */
export async function beginSync(
  statements: Statements,
  tables: StateTables,
  sync: { name: string; segment: string; destination: string; audienceRef: string },
): Promise<void> {
  const { dialect } = tables;
  const name = text(dialect, sync.name);
  const reference = text(dialect, sync.audienceRef);
  const members = `(SELECT count(*) FROM ${tables.name('ledger')} WHERE ${ofSync(tables, sync.name)} AND audience_ref = ${reference})`;
  const changed = await statements.execute(
    `UPDATE ${tables.name('syncs')} SET segment = ${text(dialect, sync.segment)},` +
      ` destination = ${text(dialect, sync.destination)}, audience_ref = ${reference},` +
      ` fingerprint = NULL, tick_id = NULL, members = ${members} WHERE sync = ${name}`,
  );
  // What one audience rejected, another has not been asked yet.
  await statements.execute(`DELETE FROM ${tables.name('rejections')} WHERE sync = ${name}`);
  if (changed > 0) return;
  await statements.execute(
    `INSERT INTO ${tables.name('syncs')} (sync, segment, destination, audience_ref, members)` +
      // Not VALUES: some warehouses take no sub-select there.
      ` SELECT ${name}, ${text(dialect, sync.segment)}, ${text(dialect, sync.destination)}, ${reference}, ${members}`,
  );
}

/** Everything up to `tickId` was delivered, or stands in the ledger as a question; `deliveredAt` once all is answered. */
export async function finishSync(
  statements: Statements,
  tables: StateTables,
  sync: {
    name: string;
    fingerprint: string;
    tickId: bigint;
    deliveredAt?: Instant;
    /** By how many rows the ledger grew in this transaction. */
    grown?: number;
    /** Everyone was compared: the ledger of this audience is counted anew. */
    counted?: string;
  },
): Promise<void> {
  const { dialect } = tables;
  const { deliveredAt, counted, grown = 0 } = sync;
  const members =
    counted === undefined
      ? grown === 0
        ? ''
        : ` ${grownBy(dialect, grown)},`
      : ` members = (SELECT count(*) FROM ${tables.name('ledger')} WHERE ${ofSync(tables, sync.name)}` +
        ` AND audience_ref = ${text(dialect, counted)}),`;
  const answered = deliveredAt === undefined ? '' : ` delivered_at = ${instant(dialect, deliveredAt)},`;
  await writeInOrder(statements, [
    `UPDATE ${tables.name('syncs')} SET fingerprint = ${text(dialect, sync.fingerprint)},` +
      ` tick_id = ${integer(dialect, sync.tickId)},${answered}${members}` +
      ` held_reason = NULL WHERE sync = ${text(dialect, sync.name)}`,
  ]);
}

function grownBy(dialect: Dialect, rows: number): string {
  return `members = members + (${integer(dialect, rows)})`;
}

/** Says why a sync is held; undefined ends the hold. */
export async function holdSync(
  statements: Statements,
  tables: StateTables,
  sync: { name: string; reason?: string },
): Promise<void> {
  const { dialect } = tables;
  const reason = sync.reason === undefined ? 'NULL' : text(dialect, sync.reason);
  await statements.execute(
    `UPDATE ${tables.name('syncs')} SET held_reason = ${reason} WHERE sync = ${text(dialect, sync.name)}`,
  );
}

/** Takes a sync off; `undefined`: on again. One that never began gets a row without an audience. */
export async function pauseSync(
  statements: Statements,
  tables: StateTables,
  sync: Pick<SyncRow, 'sync' | 'segment' | 'destination'>,
  pause: { at: Instant; reason?: string } | undefined,
): Promise<void> {
  const { dialect } = tables;
  const at = pause ? instant(dialect, pause.at) : 'NULL';
  const reason = pause?.reason === undefined ? 'NULL' : text(dialect, pause.reason);
  const name = text(dialect, sync.sync);
  const changed = await statements.execute(
    `UPDATE ${tables.name('syncs')} SET paused_at = ${at}, paused_reason = ${reason} WHERE sync = ${name}`,
  );
  if (changed > 0 || !pause) return;
  await statements.execute(
    `INSERT INTO ${tables.name('syncs')} (sync, segment, destination, audience_ref, members, paused_at, paused_reason)` +
      ` VALUES (${name}, ${text(dialect, sync.segment)}, ${text(dialect, sync.destination)}, ${text(dialect, '')}, 0, ${at}, ${reason})`,
  );
}

/** Whether somebody has taken a sync off. */
export async function isPaused(statements: Statements, tables: StateTables, sync: string): Promise<boolean> {
  const rows = await statements.query(
    `SELECT 1 AS paused FROM ${tables.from('syncs')} AS syncs` +
      ` WHERE sync = ${text(tables.dialect, sync)} AND paused_at IS NOT NULL`,
  );
  return rows.length > 0;
}

/** The ledger of a sync grew by `by` rows (shrank, when negative). */
export async function growSync(
  statements: Statements,
  tables: StateTables,
  sync: { name: string; by: number },
): Promise<void> {
  if (sync.by === 0) return;
  const { dialect } = tables;
  await writeInOrder(statements, [
    `UPDATE ${tables.name('syncs')} SET ${grownBy(dialect, sync.by)} WHERE sync = ${text(dialect, sync.name)}`,
  ]);
}

/** The next run looks at the sync, whichever slot of its tier that is. */
export async function dueAgain(statements: Statements, tables: StateTables, name: string): Promise<void> {
  await statements.execute(
    `UPDATE ${tables.name('syncs')} SET delivered_at = NULL WHERE sync = ${text(tables.dialect, name)}`,
  );
}
