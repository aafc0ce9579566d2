/**
 * Which rows were not visible yet at an earlier snapshot, by the transaction that wrote them (`xmin`). The mark is the
 * oldest transaction that was in progress then: everything older was visible or will never be. Transactions inside
 * others have younger numbers than theirs, so that theirs suffices. A tick that takes long, or a load's delivery, is
 * such a transaction, too, for those beside it: but it writes to the state only, and so does not count for other tables.
 */
import type { Capture, Captured, Row } from '../warehouse.ts';
import { nameLiteral } from './describe.ts';
import { dialect } from './dialect.ts';

/** Transaction numbers in rows have 32 bits; farther apart than half of that, old and new cannot be told. */
const LONGEST = 2n ** 31n;
const WRAP = 2n ** 32n;

type Query = (sql: string) => Promise<Row[]>;

/** Plain tables only: a partition that is attached brings rows that were written long before. */
export async function capture(
  query: Query,
  relations: readonly Captured[],
  as: string,
  apart?: string,
): Promise<readonly Capture[]> {
  const plain = await plainTables(query, relations, apart);
  if (plain.size === 0) return relations.map(() => ({}));
  const [row] = await query(
    'SELECT CAST(pg_snapshot_xmin(s) AS text) AS mark, CAST(pg_snapshot_xmax(s) AS text) AS next' +
      `${apart === undefined ? '' : `, (${oldestOfOthers(apart)}) AS of_others`} FROM pg_current_snapshot() AS s`,
  );
  const { mark, next, of_others } = row!;
  const ofOthers = apart === undefined ? mark : (of_others ?? next);
  return relations.map(({ marks }, index): Capture => {
    const table = plain.get(index);
    if (!table) return {};
    const oldest = marks.map(BigInt).reduce((a, b) => (a < b ? a : b), BigInt(next!));
    const isNear = marks.length > 0 && BigInt(next!) - oldest < LONGEST;
    return {
      mark: (table.isBeside ? mark : ofOthers)!,
      ...(isNear ? { narrows: writtenSince(oldest, as) } : {}),
    };
  });
}

/** Of the transactions in the snapshot `s`, the oldest that has no lock to write to the table `apart`. */
function oldestOfOthers(apart: string): string {
  const writers =
    "SELECT w.pid FROM pg_catalog.pg_locks AS w WHERE w.locktype = 'relation' AND w.granted" +
    ` AND w.mode = 'RowExclusiveLock' AND w.relation = to_regclass(${literal(apart)})` +
    ' AND w.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())';
  const theirs =
    "SELECT held.transactionid FROM pg_catalog.pg_locks AS held WHERE held.locktype = 'transactionid'" +
    ` AND held.mode = 'ExclusiveLock' AND held.granted AND held.pid IN (${writers})`;
  return (
    'SELECT CAST(t.running AS text) FROM pg_snapshot_xip(s) AS t (running)' +
    ` WHERE CAST(t.running AS xid) <> ALL (ARRAY(${theirs})) ORDER BY t.running LIMIT 1`
  );
}

/** `age` counts back from the newest transaction, across the wrap of 32-bit numbers. */
function writtenSince(transaction: bigint, as: string): string {
  return `age(${as}.xmin) <= age(CAST('${transaction % WRAP}' AS xid))`;
}

interface PlainTable {
  /** In the schema of the table `apart`. */
  readonly isBeside: boolean;
}

/** By position, the relations that are tables with their own rows only. */
async function plainTables(
  query: Query,
  relations: readonly Captured[],
  apart: string | undefined,
): Promise<ReadonlyMap<number, PlainTable>> {
  const tables = relations.flatMap(({ relation }, index) =>
    relation.kind === 'table' ? [`(${index}, to_regclass(${nameLiteral(relation.parts)}))`] : [],
  );
  if (tables.length === 0) return new Map();
  const schema =
    apart === undefined
      ? 'NULL'
      : `SELECT a.relnamespace FROM pg_catalog.pg_class AS a WHERE a.oid = to_regclass(${literal(apart)})`;
  const rows = await query(
    `SELECT t.position, c.relnamespace = (${schema}) AS beside` +
      ` FROM (VALUES ${tables.join(', ')}) AS t (position, oid)` +
      " JOIN pg_catalog.pg_class AS c ON c.oid = t.oid AND c.relkind = 'r' AND NOT c.relhassubclass",
  );
  return new Map(rows.map(({ position, beside }) => [Number(position), { isBeside: beside === 'true' }]));
}

function literal(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}
