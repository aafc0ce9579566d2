/**
 * Which rows were not visible yet at an earlier snapshot, by the transaction that wrote them (`xmin`). The mark is the
 * oldest transaction that was in progress then: everything older was visible or will never be. Transactions inside
 * others have younger numbers than theirs, so that theirs suffices.
 */
import type { Capture, Captured, Row } from '../warehouse.ts';
import { nameLiteral } from './describe.ts';

/** Transaction numbers in rows have 32 bits; farther apart than half of that, old and new cannot be told. */
const LONGEST = 2n ** 31n;
const WRAP = 2n ** 32n;

type Query = (sql: string) => Promise<Row[]>;

/** Plain tables only: a partition that is attached brings rows that were written long before. */
export async function capture(
  query: Query,
  relations: readonly Captured[],
  as: string,
): Promise<readonly Capture[]> {
  const plain = await plainTables(query, relations);
  if (plain.size === 0) return relations.map(() => ({}));
  const [row] = await query(
    'SELECT CAST(pg_snapshot_xmin(s) AS text) AS mark, CAST(pg_snapshot_xmax(s) AS text) AS next' +
      ' FROM pg_current_snapshot() AS s',
  );
  const { mark, next } = row!;
  return relations.map(({ marks }, index): Capture => {
    if (!plain.has(index)) return {};
    const oldest = marks.map(BigInt).reduce((a, b) => (a < b ? a : b), BigInt(next!));
    const isNear = marks.length > 0 && BigInt(next!) - oldest < LONGEST;
    return { mark: mark!, ...(isNear ? { narrows: writtenSince(oldest, as) } : {}) };
  });
}

/** `age` counts back from the newest transaction, across the wrap of 32-bit numbers. */
function writtenSince(transaction: bigint, as: string): string {
  return `age(${as}.xmin) <= age(CAST('${transaction % WRAP}' AS xid))`;
}

/** Positions of the relations that are tables with their own rows only. */
async function plainTables(query: Query, relations: readonly Captured[]): Promise<Set<number>> {
  const tables = relations.flatMap(({ relation }, index) =>
    relation.kind === 'table' ? [`(${index}, to_regclass(${nameLiteral(relation.parts)}))`] : [],
  );
  if (tables.length === 0) return new Set();
  const rows = await query(
    `SELECT t.position FROM (VALUES ${tables.join(', ')}) AS t (position, oid)` +
      " JOIN pg_catalog.pg_class AS c ON c.oid = t.oid AND c.relkind = 'r' AND NOT c.relhassubclass",
  );
  return new Set(rows.map((row) => Number(row.position)));
}
