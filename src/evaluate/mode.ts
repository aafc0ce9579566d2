/** Whether a segment can tick incrementally, and if not, why. */

import type { CursorKind } from '../compile/watermarks.ts';
import type { Instant } from '../instant.ts';
import type { ReadTable } from '../segment/reads.ts';
import type { Capabilities } from '../warehouse/warehouse.ts';
import type { PreparedSegment } from './prepared.ts';
import type { Watermarks } from './watermark.ts';

/** What the state knows of a segment. */
export interface SegmentState {
  readonly fingerprint: string;
  readonly tier: string;
  readonly evaluatedAt: Instant;
  readonly watermarks: Watermarks;
  readonly tickId: bigint;
  readonly members: number;
}

export type FullReason =
  | 'requested'
  | 'first_tick'
  | 'logic_changed'
  | 'no_cursor'
  | 'query_table'
  | 'new_table'
  | 'table_remade'
  /** The affected keys were so many that evaluating everyone is cheaper. */
  | 'affected_share';

export interface ModeInput {
  readonly segment: PreparedSegment;
  readonly state: SegmentState | undefined;
  readonly requested: boolean;
  readonly cursorKind: (read: ReadTable) => CursorKind | undefined;
  /** The incarnation of a table now, where the warehouse tells. */
  readonly made: (read: ReadTable) => string | undefined;
}

/** Why everyone must be evaluated; undefined: the affected keys suffice. */
export function fullReason(input: ModeInput): FullReason | undefined {
  const { segment, state } = input;
  if (input.requested) return 'requested';
  if (!state) return 'first_tick';
  if (state.fingerprint !== segment.fingerprint) return 'logic_changed';
  const always = alwaysFull(segment, input.cursorKind);
  if (always) return always.reason;
  for (const read of segment.reads) {
    const watermark = state.watermarks[read.id];
    if (!watermark) return 'new_table';
    const made = input.made(read);
    if (watermark.made !== undefined && made !== undefined && watermark.made !== made) return 'table_remade';
  }
  return undefined;
}

/** The table that makes a segment full at every tick, if one does. */
export function alwaysFull(
  segment: PreparedSegment,
  cursorKind: (read: ReadTable) => CursorKind | undefined,
): { reason: 'no_cursor' | 'query_table'; read: ReadTable } | undefined {
  for (const read of segment.reads) {
    const appendOnly = 'appendOnly' in read.table && read.table.appendOnly === true;
    if (read.table.relation.kind === 'query' && !appendOnly) return { reason: 'query_table', read };
    if (cursorKind(read) === undefined) return { reason: 'no_cursor', read };
  }
  return undefined;
}

/** True when evaluating everyone is cheaper than `affected` keys of about `rows`. */
export function fullIsCheaper(
  affected: number,
  rows: number | undefined,
  capabilities: Capabilities,
): boolean {
  return rows !== undefined && rows >= SMALL && affected > rows * capabilities.fullShare;
}

/** Below this many entity rows either way is instant; staying incremental keeps behaviour plain. */
const SMALL = 10_000;
