/** The table `segments`: where each segment stands. Written by a tick's commit. */
import type { Instant } from '../instant.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { StateTables } from './sql.ts';

export interface SegmentRow {
  readonly segment: string;
  readonly entity: string;
  readonly tier: string;
  /** The logic fingerprint of the last tick. */
  readonly fingerprint: string;
  readonly evaluatedAt?: Instant;
  /** JSON. */
  readonly watermarks?: string;
  readonly tickId?: bigint;
  readonly members: number;
}

/** Every segment that was ever evaluated, by name. */
export async function readSegmentRows(
  statements: Statements,
  tables: StateTables,
): Promise<Map<string, SegmentRow>> {
  const { micros_of, text_of } = tables.dialect.functions;
  const rows = await statements.query(
    `SELECT segment, entity, tier, fingerprint, ${micros_of('evaluated_at')} AS evaluated_at,` +
      ` ${text_of('watermarks')} AS watermarks, tick_id, members` +
      ` FROM ${tables.from('segments')} AS segments ORDER BY segment`,
  );
  return new Map(
    rows.map((row) => [
      row.segment!,
      {
        segment: row.segment!,
        entity: row.entity ?? '',
        tier: row.tier ?? '',
        fingerprint: row.fingerprint ?? '',
        members: Number(row.members ?? 0),
        ...(row.evaluated_at ? { evaluatedAt: BigInt(row.evaluated_at) } : {}),
        ...(row.watermarks ? { watermarks: row.watermarks } : {}),
        ...(row.tick_id ? { tickId: BigInt(row.tick_id) } : {}),
      },
    ]),
  );
}
