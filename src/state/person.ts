/** Everything that the state holds of one key and one segment: memberships, what came and went, what was sent. */
import type { Instant } from '../instant.ts';
import type { Row, Statements } from '../warehouse/warehouse.ts';
import { inSlices, integer, type StateTables, text, textList } from './sql.ts';

/** How many of its newest changes are told. */
const CHANGES = 5;

export interface Change {
  readonly op: string;
  readonly causedAt?: Instant;
  readonly evaluatedAt?: Instant;
  readonly tickId: bigint;
}

export interface Held {
  readonly sync: string;
  readonly audienceRef: string;
  readonly state: string;
  /** JSON, as it was sent. */
  readonly identifiers: string;
  readonly tickId: bigint;
  readonly batchId?: string;
  readonly deliveredAt?: Instant;
}

export interface Refusal {
  readonly sync: string;
  readonly op: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstAt?: Instant;
  readonly lastAt?: Instant;
  readonly nextAt?: Instant;
  readonly dead: boolean;
}

export interface Sent {
  readonly sync: string;
  readonly batchId: string;
  readonly op: string;
  readonly status: string;
  readonly attempts: number;
  readonly httpStatus?: number;
  readonly sentAt?: Instant;
  readonly ackedAt?: Instant;
}

/** When the key entered each of some segments that it is a member of. */
export async function readMemberships(
  statements: Statements,
  tables: StateTables,
  { key, segments }: { key: string; segments: readonly string[] },
): Promise<Map<string, Instant>> {
  const { dialect } = tables;
  const rows = await statements.query(
    `SELECT segment, ${dialect.functions.micros_of('entered_at')} AS entered_at` +
      ` FROM ${tables.from('membership')} AS membership WHERE entity_key = ${text(dialect, key)}` +
      ` AND segment IN ${textList(dialect, segments)}${inSlices(tables, segments)} ORDER BY segment`,
  );
  return new Map(rows.map((row) => [row.segment!, BigInt(row.entered_at ?? 0)]));
}

/** Since when the key waits to enter a segment, or to exit; undefined: it does not. */
export async function readWait(
  statements: Statements,
  tables: StateTables,
  { key, segment, op }: { key: string; segment: string; op: 'enter' | 'exit' },
): Promise<Instant | undefined> {
  const { dialect } = tables;
  const [row] = await statements.query(
    `SELECT ${dialect.functions.micros_of('since')} AS since FROM ${tables.from('pending')} AS pending` +
      ` WHERE entity_key = ${text(dialect, key)} AND segment = ${text(dialect, segment)}` +
      `${inSlices(tables, [segment])} AND op = ${text(dialect, op)}`,
  );
  return row?.since ? BigInt(row.since) : undefined;
}

/** The newest changes of the key in a segment, newest first. */
export async function readChanges(
  statements: Statements,
  tables: StateTables,
  { key, segment }: { key: string; segment: string },
): Promise<Change[]> {
  const { dialect } = tables;
  const { micros_of } = dialect.functions;
  const rows = await statements.query(
    `SELECT tick_id, op, ${micros_of('caused_at')} AS caused_at, ${micros_of('evaluated_at')} AS evaluated_at` +
      ` FROM ${tables.from('changes')} AS changes WHERE segment = ${text(dialect, segment)}` +
      ` AND entity_key = ${text(dialect, key)} ORDER BY tick_id DESC LIMIT ${integer(dialect, CHANGES)}`,
  );
  return rows.map((row) => ({
    op: row.op ?? '',
    tickId: BigInt(row.tick_id ?? 0),
    ...at(row, 'caused_at', 'causedAt'),
    ...at(row, 'evaluated_at', 'evaluatedAt'),
  }));
}

/** The ledger's rows of the key for some syncs. */
export async function readHeld(
  statements: Statements,
  tables: StateTables,
  { key, syncs }: { key: string; syncs: readonly string[] },
): Promise<Held[]> {
  const { dialect } = tables;
  const { text_of, micros_of } = dialect.functions;
  const rows = await statements.query(
    `SELECT sync, audience_ref, state, ${text_of('identifiers')} AS identifiers, tick_id, batch_id,` +
      ` ${micros_of('delivered_at')} AS delivered_at FROM ${tables.from('ledger')} AS ledger` +
      ` WHERE entity_key = ${text(dialect, key)} AND sync IN ${textList(dialect, syncs)}` +
      `${inSlices(tables, syncs)} ORDER BY sync, audience_ref`,
  );
  return rows.map((row) => ({
    sync: row.sync!,
    audienceRef: row.audience_ref ?? '',
    state: row.state ?? '',
    identifiers: row.identifiers ?? '{}',
    tickId: BigInt(row.tick_id ?? 0),
    ...(row.batch_id ? { batchId: row.batch_id } : {}),
    ...at(row, 'delivered_at', 'deliveredAt'),
  }));
}

/** What destinations refused of the key. */
export async function readRefusals(
  statements: Statements,
  tables: StateTables,
  { key, syncs }: { key: string; syncs: readonly string[] },
): Promise<Refusal[]> {
  const { dialect } = tables;
  const { micros_of } = dialect.functions;
  const times = ['first_at', 'last_at', 'next_at'].map((name) => `${micros_of(name)} AS ${name}`).join(', ');
  const rows = await statements.query(
    `SELECT sync, op, code, message, attempts, dead, ${times} FROM ${tables.from('rejections')} AS rejections` +
      ` WHERE entity_key = ${text(dialect, key)} AND sync IN ${textList(dialect, syncs)} ORDER BY sync`,
  );
  return rows.map((row) => ({
    sync: row.sync!,
    op: row.op ?? '',
    code: row.code ?? '',
    message: row.message ?? '',
    attempts: Number(row.attempts ?? 0),
    dead: row.dead === 'true',
    ...at(row, 'first_at', 'firstAt'),
    ...at(row, 'last_at', 'lastAt'),
    ...at(row, 'next_at', 'nextAt'),
  }));
}

/** What is known of some batches; of one that was sent more than once, the newest time. */
export async function readSent(
  statements: Statements,
  tables: StateTables,
  batches: readonly Pick<Held, 'sync' | 'batchId'>[],
): Promise<Sent[]> {
  const ids = batches.flatMap(({ batchId }) => (batchId === undefined ? [] : [batchId]));
  if (ids.length === 0) return [];
  const { dialect } = tables;
  const { micros_of } = dialect.functions;
  const rows = await statements.query(
    `SELECT sync, batch_id, op, status, attempts, http_status, ${micros_of('sent_at')} AS sent_at,` +
      ` ${micros_of('acked_at')} AS acked_at FROM ${tables.from('batches')} AS batches` +
      ` WHERE batch_id IN ${textList(dialect, ids)}` +
      ` AND sync IN ${textList(dialect, [...new Set(batches.map(({ sync }) => sync))])} ORDER BY sync, sent_at`,
  );
  return rows.map((row) => ({
    sync: row.sync!,
    batchId: row.batch_id!,
    op: row.op ?? '',
    status: row.status ?? '',
    attempts: Number(row.attempts ?? 0),
    ...(row.http_status ? { httpStatus: Number(row.http_status) } : {}),
    ...at(row, 'sent_at', 'sentAt'),
    ...at(row, 'acked_at', 'ackedAt'),
  }));
}

function at<Name extends string>(row: Row, column: string, name: Name): Partial<Record<Name, Instant>> {
  const micros = row[column];
  return micros ? ({ [name]: BigInt(micros) } as Record<Name, Instant>) : {};
}
