/**
 * One flush: the last rows' receipts and the next rows' questions, in one transaction. Rows are passed through a
 * temporary table, so that a flush of thousands is a few statements.
 */
import type { Instant } from '../instant.ts';
import { formatInstant } from '../instant.ts';
import { type StateTables, text } from '../state/sql.ts';
import { growSync } from '../state/sync-rows.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { canonicalJson } from './canonical.ts';
import type { Entry } from './errand.ts';

/** One line of `batches`: what became of some of a batch's rows. */
export interface BatchRow {
  readonly runId: string;
  readonly batchId: string;
  /** What became of the audience: it gained, lost or kept these members. */
  readonly effect: string;
  readonly rows: number;
  readonly status: 'delivered' | 'rejected' | 'waiting';
  readonly attempts: number;
  readonly httpStatus?: number;
  readonly sentAt: Instant;
  readonly ackedAt?: Instant;
  readonly jobRef?: string;
  /** Of the oldest cause among the rows. */
  readonly freshnessMs?: number;
}

export interface LedgerOf {
  readonly sync: string;
  readonly audienceRef: string;
}

const STAGED: readonly (readonly [string, Exclude<SqlType, 'other'>])[] = [
  ['entity_key', 'text'],
  ['in_ledger', 'boolean'],
  ['state', 'text'],
  ['identifiers', 'json'],
  ['payload_hash', 'text'],
  ['batch_id', 'text'],
  ['tick_id', 'integer'],
  ['delivered_at', 'instant'],
];
const LEDGER = ['state', 'identifiers', 'payload_hash', 'batch_id', 'tick_id', 'delivered_at'] as const;

/** Writes entries (of one key at most one) and batch lines. */
export async function writeFlush(
  transaction: Statements,
  tables: StateTables,
  of: LedgerOf,
  flush: { entries: readonly Entry[]; batches: readonly BatchRow[] },
): Promise<void> {
  await writeLedger(transaction, tables, of, flush.entries);
  await writeRejections(transaction, tables, of, flush.entries);
  await writeBatches(transaction, tables, of, flush.batches);
  await growSync(transaction, tables, { name: of.sync, by: growth(flush.entries) });
}

async function writeLedger(
  transaction: Statements,
  tables: StateTables,
  { sync, audienceRef }: LedgerOf,
  entries: readonly Entry[],
): Promise<void> {
  const { dialect } = tables;
  const touched = entries.filter(({ ledger }) => ledger !== undefined);
  if (touched.length === 0) return;
  const staged = await stage(transaction, tables, 'segsync_ledger_rows', STAGED, touched.map(ledgerValues));
  const ledger = tables.name('ledger');
  const own = `sync = ${text(dialect, sync)} AND audience_ref = ${text(dialect, audienceRef)}`;
  await transaction.execute(
    `DELETE FROM ${ledger} WHERE ${own} AND entity_key IN (SELECT entity_key FROM ${staged})`,
  );
  await transaction.execute(
    `INSERT INTO ${ledger} (sync, audience_ref, entity_key, ${LEDGER.join(', ')})` +
      ` SELECT ${text(dialect, sync)}, ${text(dialect, audienceRef)}, entity_key, ${LEDGER.join(', ')}` +
      ` FROM ${staged} WHERE in_ledger`,
  );
  await transaction.execute(`DROP TABLE ${staged}`);
}

function ledgerValues({ key, ledger, batchId, tickId }: Entry): (string | null)[] {
  if (!ledger) return [key, 'false', null, null, null, null, null, null];
  return [
    key,
    'true',
    ledger.state,
    canonicalJson(ledger.identifiers),
    ledger.payloadHash ?? null,
    batchId ?? null,
    tickId.toString(),
    ledger.deliveredAt === undefined ? null : formatInstant(ledger.deliveredAt),
  ];
}

async function writeRejections(
  transaction: Statements,
  tables: StateTables,
  { sync }: LedgerOf,
  entries: readonly Entry[],
): Promise<void> {
  const cleared = entries.filter(({ clearsRejection }) => clearsRejection).map(({ key }) => [key]);
  if (cleared.length === 0) return;
  const staged = await stage(transaction, tables, 'segsync_settled', [['entity_key', 'text']], cleared);
  await transaction.execute(
    `DELETE FROM ${tables.name('rejections')} WHERE sync = ${text(tables.dialect, sync)}` +
      ` AND entity_key IN (SELECT entity_key FROM ${staged})`,
  );
  await transaction.execute(`DROP TABLE ${staged}`);
  const rejected = entries.flatMap((entry) => (entry.rejected ? [rejectionValues(sync, entry)] : []));
  await transaction.writeRows(tables.name('rejections'), REJECTIONS, rejected);
}

const REJECTIONS = [
  'sync',
  'entity_key',
  'op',
  'payload_hash',
  'code',
  'message',
  'attempts',
  'first_at',
  'last_at',
  'next_at',
  'dead',
];

function rejectionValues(sync: string, { key, rejected }: Entry): (string | null)[] {
  const { op, payloadHash, code, message, attempts, firstAt, lastAt, nextAt, dead } = rejected!;
  const times = [formatInstant(firstAt), formatInstant(lastAt)];
  const next = nextAt === undefined ? null : formatInstant(nextAt);
  return [sync, key, op, payloadHash, code, message, String(attempts), ...times, next, String(dead)];
}

async function writeBatches(
  transaction: Statements,
  tables: StateTables,
  { sync }: LedgerOf,
  batches: readonly BatchRow[],
): Promise<void> {
  if (batches.length === 0) return;
  const columns =
    'run_id, sync, batch_id, op, rows, status, attempts, http_status, sent_at, acked_at, job_ref';
  const rows = batches.map((batch) => [
    batch.runId,
    sync,
    batch.batchId,
    batch.effect,
    String(batch.rows),
    batch.status,
    String(batch.attempts),
    batch.httpStatus?.toString() ?? null,
    formatInstant(batch.sentAt),
    batch.ackedAt === undefined ? null : formatInstant(batch.ackedAt),
    batch.jobRef ?? null,
    batch.freshnessMs?.toString() ?? null,
  ]);
  await transaction.writeRows(tables.name('batches'), [...columns.split(', '), 'freshness_ms'], rows);
}

/** A temporary table with these rows; returns its name as SQL. To be dropped before the transaction ends. */
export async function stage(
  transaction: Statements,
  { dialect }: StateTables,
  table: string,
  columns: readonly (readonly [string, Exclude<SqlType, 'other'>])[],
  rows: readonly (readonly (string | null)[])[],
): Promise<string> {
  const name = dialect.quote(table);
  const definitions = columns.map(([column, type]) => `${dialect.quote(column)} ${dialect.types[type]}`);
  await transaction.execute(`CREATE TEMPORARY TABLE ${name} (${definitions.join(', ')})`);
  await transaction.writeRows(
    name,
    columns.map(([column]) => column),
    rows,
  );
  await transaction.analyze(name);
  return name;
}

function growth(entries: readonly Entry[]): number {
  let by = 0;
  for (const { ledger, wasInLedger } of entries) {
    if (ledger !== undefined) by += Number(ledger !== null) - Number(wasInLedger);
  }
  return by;
}
