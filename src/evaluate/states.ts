/** What the state knows of each segment that ever ticked. */
import { readSegmentRows } from '../state/segment-rows.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { SegmentState } from './mode.ts';
import type { Watermarks } from './watermark.ts';

/** By segment name; segments that never ticked are missing. */
export async function readSegmentStates(
  statements: Statements,
  tables: StateTables,
): Promise<ReadonlyMap<string, SegmentState>> {
  const states = new Map<string, SegmentState>();
  for (const [name, row] of await readSegmentRows(statements, tables)) {
    if (row.evaluatedAt === undefined) continue;
    states.set(name, {
      fingerprint: row.fingerprint,
      tier: row.tier,
      evaluatedAt: row.evaluatedAt,
      watermarks: JSON.parse(row.watermarks ?? '{}') as Watermarks,
      tickId: row.tickId ?? 0n,
      members: row.members,
    });
  }
  return states;
}
