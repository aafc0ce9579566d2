/** What a tier's ticks would cost the warehouse, by its own estimate. */
import type { Tier } from '../../config/project.ts';
import { estimateTick } from '../../evaluate/cost.ts';
import type { SegmentState } from '../../evaluate/mode.ts';
import type { PreparedSegment } from '../../evaluate/prepared.ts';
import type { TickContext } from '../../evaluate/tick.ts';
import type { Instant } from '../../instant.ts';
import type { StateTables } from '../../state/sql.ts';
import { type Estimate, type Session, WarehouseError } from '../../warehouse/warehouse.ts';
import { stateFrom } from '../evaluate.ts';
import type { ReplayOf } from './replay.ts';

/** One tick: `look`, where no key was affected; `whole`, where one was. */
export interface TickWork {
  readonly look: number;
  readonly whole: number;
  readonly unit: Estimate['unit'];
}

/** Of an incremental tick at the span's end, the last one having been a cadence before; undefined where it cannot be told. */
export async function workOfTick(
  session: Session,
  tables: StateTables,
  { project, warehouse, catalog, prepared, span }: ReplayOf,
  tier: Tier,
): Promise<TickWork | undefined> {
  const group = {
    entity: prepared.entity,
    members: [{ prepared, state: tickedAt(prepared, span.to - tier.every) }],
  };
  const context: TickContext = {
    ...{ project, warehouse, catalog, t: span.to, made: new Map() },
    state: stateFrom(tables),
  };
  const estimate = (sql: string) => session.estimate(sql);
  try {
    const asked = ([0, 1] as const).map((affected) =>
      estimateTick(estimate, group, { mode: 'incremental', affected }, new Map(), context),
    );
    const [look, whole] = await Promise.all(asked);
    return look && whole && { look: look.amount, whole: whole.amount, unit: whole.unit };
  } catch (error) {
    // An estimate is a courtesy: what it is asked with is not what was replayed.
    if (error instanceof WarehouseError) return undefined;
    throw error;
  }
}

function tickedAt({ reads, segment, fingerprint }: PreparedSegment, at: Instant): SegmentState {
  const mark = { at: at.toString(), since: at.toString() };
  const watermarks = Object.fromEntries(reads.map(({ id }) => [id, mark]));
  return { fingerprint, tier: segment.tier, evaluatedAt: at, watermarks, tickId: 0n, members: 0 };
}
