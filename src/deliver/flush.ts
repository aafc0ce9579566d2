/**
 * One flush: the last rows' receipts and the next rows' questions, in one transaction. Rows are passed through a
 * temporary table, so that a flush of thousands is a few statements.
 */

import type { Instant } from '../instant.ts';
import { formatInstant } from '../instant.ts';
import { type PartRow, writeParts } from '../state/parts.ts';
import { integer, type LedgerOf, ofSync, type StateTables, text, textList } from '../state/sql.ts';
import { sliceOf } from '../warehouse/layout.ts';
import type { Statements, Write } from '../warehouse/warehouse.ts';
import { writeInOrder } from '../warehouse/writes.ts';
import { canonicalJson } from './canonical.ts';
import type { Entry } from './errand.ts';
import { type StagedColumn, stage, unstage } from './stage.ts';

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

const STAGED: readonly StagedColumn[] = [
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
const ANSWERED: readonly StagedColumn[] = [
  ['entity_key', 'text'],
  ['payload_hash', 'text'],
  ['batch_id', 'text'],
  ['delivered_at', 'instant'],
];

export interface Flush {
  /** Of one key at most one. */
  readonly entries: readonly Entry[];
  readonly batches: readonly BatchRow[];
  /** Batches that the destination is to tell of once the run is whole. */
  readonly parts?: readonly PartRow[];
  /** An attempt before this one may have been committed after all. */
  readonly again: boolean;
}

/** For so few, a table that they are passed through costs more than all else. */
export const FEW_ROWS = 500;

/** Writes entries and batch lines; resolves to by how many rows the ledger grew. */
export async function writeFlush(
  transaction: Statements,
  tables: StateTables,
  of: LedgerOf,
  { entries, batches, parts = [], again }: Flush,
): Promise<number> {
  const touched = entries.filter(({ ledger }) => ledger !== undefined);
  const grown =
    entries.length <= FEW_ROWS
      ? await writeFew(transaction, tables, of, { touched, entries, batches })
      : await writeMany(transaction, tables, of, again ? [[], [], touched] : sorted(touched));
  if (entries.length > FEW_ROWS) {
    await writeRejections(transaction, tables, of, entries);
    await writeInOrder(transaction, batchWrites(tables, of, batches));
  }
  await writeParts(transaction, tables, of, parts);
  return grown;
}

/** Their keys travel in the statements, and all of it in one message where that can be: no table between. */
async function writeFew(
  transaction: Statements,
  tables: StateTables,
  of: LedgerOf,
  { touched, entries, batches }: { touched: readonly Entry[] } & Pick<Flush, 'entries' | 'batches'>,
): Promise<number> {
  const there = touched.filter(({ ledger }) => ledger !== null);
  const own = `${ownRows(tables, of)} AND entity_key IN ${keysOf(tables, touched)}`;
  const replaced = touched.length > 0 ? [`DELETE FROM ${tables.name('ledger')} WHERE ${own}`] : [];
  const writes = [
    ...replaced,
    ...ledgerWrites(tables, of, there),
    ...fewRejections(tables, of, entries),
    ...batchWrites(tables, of, batches),
  ];
  const [deleted = 0] = await writeInOrder(transaction, writes);
  return there.length - (replaced.length > 0 ? deleted : 0);
}

/** Resolves to by how many rows the ledger grew. */
async function writeMany(
  transaction: Statements,
  tables: StateTables,
  of: LedgerOf,
  [fresh, asked, rest]: readonly [readonly Entry[], readonly Entry[], readonly Entry[]],
): Promise<number> {
  await writeInOrder(transaction, ledgerWrites(tables, of, fresh));
  const unknown = await answerQuestions(transaction, tables, of, asked);
  return fresh.length + (await replaceRows(transaction, tables, of, [...unknown, ...rest]));
}

/** Keys that the ledger does not know, questions that are answered, and all else: each is written as cheaply as may be. */
function sorted(entries: readonly Entry[]): [Entry[], Entry[], Entry[]] {
  const [fresh, asked, rest]: Entry[][] = [[], [], []];
  for (const entry of entries) {
    const isFresh = entry.ledger !== null && !entry.wasInLedger;
    (isFresh ? fresh! : entry.isAnswer ? asked! : rest!).push(entry);
  }
  return [fresh!, asked!, rest!];
}

function ledgerWrites(
  tables: StateTables,
  { sync, audienceRef }: LedgerOf,
  entries: readonly Entry[],
): Write[] {
  if (entries.length === 0) return [];
  const slice = tables.sliced ? [String(sliceOf(sync))] : [];
  const columns = ['sync', 'audience_ref', 'entity_key', ...LEDGER, ...slice.map(() => 'slice')];
  const rows = entries.map((entry) => {
    const [key, , ...values] = ledgerValues(entry);
    return [sync, audienceRef, key!, ...values, ...slice];
  });
  return [{ table: tables.name('ledger'), columns, rows }];
}

/**
 * Most rows of a load: only what a receipt changes is passed. Questions are few beside a ledger that no statistics know
 * of yet: without their state, all of it would be read. Resolves to the entries whose question is not there.
 */
async function answerQuestions(
  transaction: Statements,
  tables: StateTables,
  of: LedgerOf,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  if (entries.length === 0) return [];
  const rows = entries.map(({ key, ledger, batchId }) => [
    key,
    ledger!.payloadHash ?? null,
    batchId ?? null,
    instantText(ledger!.deliveredAt),
  ]);
  const staged = await stage(transaction, tables, 'segsync_answers', ANSWERED, rows);
  const answered = await transaction.execute(
    tables.dialect.updateFrom(
      tables.name('ledger'),
      'ledger',
      [
        ['state', "'delivered'"],
        ['payload_hash', 'answers.payload_hash'],
        ['batch_id', 'answers.batch_id'],
        ['delivered_at', 'answers.delivered_at'],
      ],
      `${staged} AS answers`,
      'answers',
      `${ownRows(tables, of)} AND ledger.state = 'sending' AND ledger.entity_key = answers.entity_key`,
    ),
  );
  await unstage(transaction, staged);
  return answered === entries.length ? [] : entries;
}

/**
 * Resolves to by how many rows the ledger grew, as the warehouse counts them: a flush whose COMMIT was not answered is
 * written again, and must not count again.
 */
async function replaceRows(
  transaction: Statements,
  tables: StateTables,
  of: LedgerOf,
  entries: readonly Entry[],
): Promise<number> {
  if (entries.length === 0) return 0;
  const { dialect } = tables;
  const slice = tables.sliced ? `, ${integer(dialect, sliceOf(of.sync))}` : '';
  const staged = await stage(transaction, tables, 'segsync_ledger_rows', STAGED, entries.map(ledgerValues));
  const deleted = await transaction.execute(
    `DELETE FROM ${tables.name('ledger')} WHERE ${ownRows(tables, of)}` +
      ` AND entity_key IN (SELECT entity_key FROM ${staged})`,
  );
  const inserted = await transaction.execute(
    `INSERT INTO ${tables.name('ledger')} (sync, audience_ref, entity_key, ${LEDGER.join(', ')}${tables.sliced ? ', slice' : ''})` +
      ` SELECT ${text(dialect, of.sync)}, ${text(dialect, of.audienceRef)}, entity_key, ${LEDGER.join(', ')}${slice}` +
      ` FROM ${staged} WHERE in_ledger`,
  );
  await unstage(transaction, staged);
  return inserted - deleted;
}

function ownRows(tables: StateTables, { sync, audienceRef }: LedgerOf): string {
  return `${ofSync(tables, sync, 'ledger')} AND ledger.audience_ref = ${text(tables.dialect, audienceRef)}`;
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
    instantText(ledger.deliveredAt),
  ];
}

function instantText(instant: Instant | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}

async function writeRejections(
  transaction: Statements,
  tables: StateTables,
  { sync }: LedgerOf,
  entries: readonly Entry[],
): Promise<void> {
  const cleared = entries.filter(clears).map(({ key }) => [key]);
  if (cleared.length === 0) return;
  const staged = await stage(transaction, tables, 'segsync_settled', [['entity_key', 'text']], cleared);
  await transaction.execute(clearing(tables, sync, `(SELECT entity_key FROM ${staged})`));
  await unstage(transaction, staged);
  await writeInOrder(transaction, rejectionWrites(tables, sync, entries));
}

function fewRejections(tables: StateTables, { sync }: LedgerOf, entries: readonly Entry[]): Write[] {
  const cleared = entries.filter(clears);
  if (cleared.length === 0) return [];
  return [clearing(tables, sync, keysOf(tables, cleared)), ...rejectionWrites(tables, sync, entries)];
}

function clears({ clearsRejection, rejected }: Entry): boolean {
  return clearsRejection || rejected !== undefined;
}

function clearing(tables: StateTables, sync: string, keys: string): string {
  return `DELETE FROM ${tables.name('rejections')} WHERE sync = ${text(tables.dialect, sync)} AND entity_key IN ${keys}`;
}

function rejectionWrites(tables: StateTables, sync: string, entries: readonly Entry[]): Write[] {
  const rows = entries.flatMap((entry) => (entry.rejected ? [rejectionValues(sync, entry)] : []));
  return rows.length > 0 ? [{ table: tables.name('rejections'), columns: REJECTIONS, rows }] : [];
}

function keysOf({ dialect }: StateTables, entries: readonly Entry[]): string {
  const keys = entries.map(({ key }) => key);
  return textList(dialect, keys);
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

function batchWrites(tables: StateTables, { sync }: LedgerOf, batches: readonly BatchRow[]): Write[] {
  if (batches.length === 0) return [];
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
  return [{ table: tables.name('batches'), columns: [...columns.split(', '), 'freshness_ms'], rows }];
}
