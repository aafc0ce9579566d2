/**
 * Asynchronous jobs of the other side, polled to their end across restarts: a batch that was accepted has a line in
 * `batches` with its `job_ref`, and its rows stay questions in the ledger until the job has ended.
 */

import type { JobContext, JobState, Operation } from '../destination/destination.ts';
import { DAY, type Duration, earliest, type Instant } from '../instant.ts';
import type { Counts } from '../report/results.ts';
import { instant, integer, ofSync, text } from '../state/sql.ts';
import { growSync } from '../state/sync-rows.ts';
import type { Row, Statements } from '../warehouse/warehouse.ts';
import { type Delivery, kindsOf, leaseName } from './context.ts';
import { MAY_BE_UNDONE, REPLACED } from './errand.ts';
import { owedSql } from './owed.ts';
import type { Identifiers } from './payload.ts';

interface Job {
  readonly ref: string;
  readonly batchId: string;
  readonly op: Operation;
  readonly rows: number;
  readonly sentAt: Instant;
}

export interface Polled {
  /** Rows that jobs which ended have delivered or rejected. */
  readonly delivered: Counts;
  readonly rejected: number;
  /** Rows that jobs which ended could not use, without saying which: they count as delivered. */
  readonly invalid: number;
  /** Rows whose jobs go on. */
  readonly waiting: number;
  /** Batches whose jobs go on: their keys are left alone. */
  readonly running: readonly string[];
  /** What those of them remove: others who are to be added by the same identifiers wait. */
  readonly removing: readonly Removing[];
}

/** A member whom a job takes out. */
export type Removing = Pick<JobRow, 'key' | 'identifiers'>;

/** Asks after every job of the sync that had not ended, and writes down those that have. */
export async function pollJobs(delivery: Delivery, audienceRef: string): Promise<Polled> {
  const delivered: Counts = { add: 0, remove: 0, update: 0 };
  const running: string[] = [];
  const removing: Removing[] = [];
  let rejected = 0;
  let invalid = 0;
  let waiting = 0;
  const { session } = delivery.destination;
  for (const job of session.poll ? await openJobs(delivery) : []) {
    const state = await stateOf(delivery, audienceRef, job);
    if (state.kind === 'running') {
      running.push(job.batchId);
      if (job.op === 'remove')
        removing.push(...(await rowsOf(delivery.statements, delivery, audienceRef, job)));
      waiting += job.rows;
      continue;
    }
    const ended = await end(delivery, audienceRef, job, state);
    delivered[job.op] += ended.delivered;
    rejected += ended.rejected;
    if (state.kind === 'done') invalid += state.invalid ?? 0;
  }
  return { delivered, rejected, invalid, waiting, running, removing };
}

/** In the destination's budget, as every call is. What cannot be asked now, and what is young enough, goes on. */
async function stateOf(delivery: Delivery, audienceRef: string, job: Job): Promise<JobState> {
  const { lane, sync, project, signal, destination, now } = delivery;
  const leave = await lane.enter(Number(project.tiers.get(sync.tier)!.every / 1000n), signal);
  if (!leave) return { kind: 'running' };
  try {
    const state = await destination.session.poll!(job.ref, contextOf(delivery, audienceRef, job));
    return state.kind === 'running' && now - job.sentAt > LONGEST ? LOST : state;
  } finally {
    leave();
  }
}

/** A job that takes longer will not end any more: what it was about is sent again. */
const LONGEST: Duration = 3n * DAY;
const LOST: JobState = {
  kind: 'failed',
  again: true,
  code: 'job_lost',
  message: 'the job has not ended within three days',
};

async function openJobs({ statements, tables, sync }: Delivery): Promise<Job[]> {
  const rows = await statements.query(
    `SELECT job_ref, batch_id, op, ${tables.dialect.functions.micros_of('sent_at')} AS sent_at,` +
      ` ${tables.dialect.quote('rows')} AS members FROM ${tables.from('batches')} AS batches` +
      ` WHERE sync = ${text(tables.dialect, sync.name)} AND status = 'waiting' AND job_ref IS NOT NULL` +
      ' ORDER BY batches.sent_at, batch_id',
  );
  return rows.map((row) => ({
    ref: row.job_ref!,
    batchId: row.batch_id!,
    op: row.op as Operation,
    rows: Number(row.members ?? 0),
    sentAt: BigInt(row.sent_at!),
  }));
}

type Ended = Exclude<JobState, { kind: 'running' }>;

/** Writes an ended job down, at once: the ledger, the rejections, and the batch's line. */
async function end(
  delivery: Delivery,
  audienceRef: string,
  job: Job,
  state: Ended,
): Promise<{ delivered: number; rejected: number }> {
  const { leases, sync, label, now, promised } = delivery;
  const work = async (
    transaction: Statements,
  ): Promise<{ delivered: number; rejected: number; owed: readonly Instant[] }> => {
    const rows = await rowsOf(transaction, delivery, audienceRef, job);
    const refused = refusalsOf(rows, state);
    // What may succeed later stays a question: without a job it is asked again.
    const isOpen = state.kind === 'failed' && state.again;
    const done = isOpen ? [] : rows.filter(({ key }) => !refused.has(key));
    const owed = await owedSince(transaction, delivery, audienceRef, job, done);
    await acknowledge(transaction, delivery, audienceRef, job, done);
    await reject(transaction, delivery, audienceRef, job, rows, refused);
    await closeLine(transaction, delivery, job, { state, oldest: earliest(owed) });
    return { delivered: done.length, rejected: refused.size, owed };
  };
  const { owed, ...ended } = await leases.fenced([leaseName(sync.name)], work, { label });
  for (const since of owed) promised.add(freshness(now, since));
  return ended;
}

function freshness(now: Instant, since: Instant): number {
  return Math.max(0, Number((now - since) / 1000n));
}

/** Of rows whose job is done: since when each was owed, where that is known. Who is to be added in another form still is. */
async function owedSince(
  transaction: Statements,
  { tables, sync }: Delivery,
  audienceRef: string,
  job: Job,
  done: readonly JobRow[],
): Promise<readonly Instant[]> {
  if (done.length === 0) return [];
  const only = `batch_id = ${text(tables.dialect, job.batchId)}`;
  const rows = await transaction.query(
    `SELECT entity_key, ${tables.dialect.functions.micros_of('owed_since')} AS owed_since` +
      ` FROM (${owedSql(tables, { sync, audienceRef, only })}) AS owed WHERE owed_since IS NOT NULL ORDER BY entity_key`,
  );
  const ended = new Set(done.filter(({ hash }) => !hash.startsWith(REPLACED)).map(({ key }) => key));
  return rows.flatMap((row) => (ended.has(row.entity_key!) ? [BigInt(row.owed_since!)] : []));
}

/** Its rows are read only where the other side names them by what it was sent. */
function contextOf(delivery: Delivery, audienceRef: string, job: Job): JobContext {
  return {
    audience: { name: delivery.sync.audience, ref: audienceRef },
    op: job.op,
    kinds: kindsOf(delivery),
    rows: () => rowsOf(delivery.statements, delivery, audienceRef, job),
  };
}

interface JobRow {
  readonly key: string;
  readonly identifiers: Identifiers;
  readonly hash: string;
}

async function rowsOf(
  transaction: Statements,
  { tables, sync }: Delivery,
  audienceRef: string,
  job: Job,
): Promise<JobRow[]> {
  const rows = await transaction.query(
    `SELECT entity_key, identifiers, payload_hash FROM ${tables.name('ledger')} AS ledger WHERE ${ofSync(tables, sync.name)} AND ${whereOf(tables, audienceRef, job)}` +
      ' ORDER BY entity_key',
  );
  return rows.map((row: Row) => ({
    key: row.entity_key!,
    identifiers: JSON.parse(row.identifiers ?? '{}') as Identifiers,
    hash: row.payload_hash ?? '',
  }));
}

/** The rows that still wait for the job: a key that was asked for anew has another batch. */
function whereOf({ dialect }: Delivery['tables'], audienceRef: string, job: Job): string {
  return (
    `audience_ref = ${text(dialect, audienceRef)} AND state = 'sending'` +
    ` AND batch_id = ${text(dialect, job.batchId)}`
  );
}

type Refusals = ReadonlyMap<string, { readonly code: string; readonly message: string }>;

function refusalsOf(rows: readonly JobRow[], state: Ended): Refusals {
  if (state.kind === 'failed') {
    const { again, code, message } = state;
    return new Map(again ? [] : rows.map(({ key }) => [key, { code, message }]));
  }
  const own = new Set(rows.map(({ key }) => key));
  return new Map([...(state.rejected ?? [])].filter(([key]) => own.has(key)));
}

async function acknowledge(
  transaction: Statements,
  { tables, sync, now }: Delivery,
  audienceRef: string,
  job: Job,
  done: readonly JobRow[],
): Promise<void> {
  if (done.length === 0) return;
  const ledger = tables.name('ledger');
  const own = `${ofSync(tables, sync.name)} AND ${whereOf(tables, audienceRef, job)}`;
  const rest = `${own} AND entity_key IN (${done.map(({ key }) => text(tables.dialect, key)).join(', ')})`;
  if (job.op === 'remove' && sync.mode !== 'remove_only') {
    await transaction.execute(reopened({ tables }, rest));
    await transaction.execute(doubted({ tables, sync }, job, rest));
    const gone = await transaction.execute(`DELETE FROM ${ledger} WHERE ${rest}`);
    await growSync(transaction, tables, { name: sync.name, by: -gone });
    return;
  }
  await transaction.execute(
    `UPDATE ${ledger} SET state = 'delivered', delivered_at = ${instant(tables.dialect, now)} WHERE ${rest}`,
  );
}

/**
 * Who was taken out to be added in another form. The ledger asks for them with nothing left on the other side, and out
 * of any job: a row that is in doubt is looked at by the next step, whatever the sync's tick.
 */
function reopened({ tables }: Pick<Delivery, 'tables'>, rest: string): string {
  const { dialect } = tables;
  const empty = (of: 'json' | 'text' | 'instant'): string => dialect.literal({ type: 'null', of });
  return (
    `UPDATE ${tables.name('ledger')} SET identifiers = ${empty('json')}, payload_hash = ${empty('text')},` +
    ` batch_id = ${empty('text')}, delivered_at = ${empty('instant')}` +
    ` WHERE ${rest} AND payload_hash LIKE ${text(dialect, `${REPLACED}%`)}`
  );
}

/** Who may still be brought back by what was asked before: the ledger keeps them until they are taken out once more. */
function doubted({ tables, sync }: Pick<Delivery, 'tables' | 'sync'>, { sentAt }: Job, rest: string): string {
  const { dialect } = tables;
  const again =
    `SELECT entity_key FROM ${tables.from('rejections')} AS rejections WHERE sync = ${text(dialect, sync.name)}` +
    ` AND code = ${text(dialect, MAY_BE_UNDONE)} AND next_at > ${instant(dialect, sentAt)}`;
  return (
    `UPDATE ${tables.name('ledger')} SET state = 'delivered', payload_hash = ${dialect.literal({ type: 'null', of: 'text' })}` +
    ` WHERE ${rest} AND entity_key IN (${again})`
  );
}

/** Rejected: who was to be added is not there, who was to be removed or updated still is, in whatever form. */
async function reject(
  transaction: Statements,
  { tables, sync, now }: Delivery,
  audienceRef: string,
  job: Job,
  rows: readonly JobRow[],
  refused: Refusals,
): Promise<void> {
  if (refused.size === 0) return;
  const { dialect } = tables;
  const keys = `(${[...refused.keys()].map((key) => text(dialect, key)).join(', ')})`;
  const ledger = tables.name('ledger');
  const own = `${ofSync(tables, sync.name)} AND ${whereOf(tables, audienceRef, job)} AND entity_key IN ${keys}`;
  if (job.op === 'remove') {
    await transaction.execute(`UPDATE ${ledger} SET state = 'delivered' WHERE ${own}`);
  } else {
    const gone = await transaction.execute(`DELETE FROM ${ledger} WHERE ${own} AND delivered_at IS NULL`);
    await growSync(transaction, tables, { name: sync.name, by: -gone });
    await transaction.execute(`UPDATE ${ledger} SET state = 'delivered', payload_hash = NULL WHERE ${own}`);
  }
  const rejections = tables.name('rejections');
  await transaction.execute(
    `DELETE FROM ${rejections} WHERE sync = ${text(dialect, sync.name)} AND entity_key IN ${keys}`,
  );
  const next = job.op === 'remove' ? instant(dialect, now + DAY) : 'NULL';
  const values = rows
    .filter(({ key }) => refused.has(key))
    .map(({ key, hash }) => rejectionValues(sync.name, key, hash, refused.get(key)!));
  const at = instant(dialect, now);
  const rendered = values.map(
    (row) =>
      `(${row.map((value) => text(dialect, value)).join(', ')}, ${text(dialect, job.op)}, 1, ${at}, ${at}, ${next}, ${job.op === 'remove' ? 'FALSE' : 'TRUE'})`,
  );
  await transaction.execute(
    `INSERT INTO ${rejections} (sync, entity_key, payload_hash, code, message, op, attempts, first_at, last_at, next_at, dead)` +
      ` VALUES ${rendered.join(', ')}`,
  );
}

function rejectionValues(
  sync: string,
  key: string,
  hash: string,
  { code, message }: { readonly code: string; readonly message: string },
): string[] {
  return [sync, key, hash, code, message];
}

async function closeLine(
  transaction: Statements,
  { tables, sync, now }: Delivery,
  job: Job,
  { state, oldest }: { readonly state: Ended; readonly oldest: Instant | undefined },
): Promise<void> {
  const { dialect } = tables;
  const fresh = oldest === undefined ? '' : `, freshness_ms = ${integer(dialect, freshness(now, oldest))}`;
  const status = state.kind === 'done' ? 'delivered' : 'rejected';
  await transaction.execute(
    `UPDATE ${tables.name('batches')} SET status = ${text(dialect, status)}, acked_at = ${instant(dialect, now)}${fresh}` +
      ` WHERE sync = ${text(dialect, sync.name)} AND batch_id = ${text(dialect, job.batchId)}` +
      ` AND job_ref = ${text(dialect, job.ref)} AND status = 'waiting'`,
  );
}

/**
 * The newest tick that a sync may say it has delivered. Keys of a running job are left alone, so that what changed of
 * them since has to make candidates again: nothing past the oldest of their ticks counts as done.
 */
export async function doneUpTo(delivery: Delivery, audienceRef: string, target: bigint): Promise<bigint> {
  if (!delivery.destination.session.poll) return target;
  const { statements, tables, sync, behind } = delivery;
  const rows = await statements.query(
    `SELECT min(tick_id) AS tick_id FROM ${tables.from('ledger')} AS ledger` +
      ` WHERE ${ofSync(tables, sync.name)} AND audience_ref = ${text(tables.dialect, audienceRef)}` +
      " AND state = 'sending'",
  );
  const oldest = rows[0]?.tick_id;
  if (!oldest) return target;
  const before = behind.rows.get(sync.name)?.tickId ?? 0n;
  const open = BigInt(oldest) > before ? BigInt(oldest) : before;
  return open < target ? open : target;
}
