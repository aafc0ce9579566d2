/** Whether a segment can tick incrementally, and if not, why. */

import type { CursorKind } from '../compile/watermarks.ts';
import type { Instant } from '../instant.ts';
import { type ReadTable, relationName, storedId } from '../segment/reads.ts';
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
  /** The scheduled look for what cursors cannot show. */
  | 'reconcile'
  | 'first_tick'
  | 'logic_changed'
  | 'no_cursor'
  | 'query_table'
  | 'new_table'
  | 'table_remade'
  /** What a table's change feed told since the last tick cannot be had any more. */
  | 'feed_lost'
  /** The segment is a `query:`. */
  | 'query_segment'
  /** Its SQL may change its mind though no row changed. */
  | 'moving_sql'
  /** Changes of a `query:` segment that it refers to are no longer kept. */
  | 'changes_pruned'
  /** The affected keys were so many that evaluating everyone is cheaper. */
  | 'affected_share';

/** Reasons for which whoever is found to be a member has not entered just now: no moment to send an event for. */
export const NO_MOMENT: ReadonlySet<string> = new Set<FullReason>([
  'requested',
  'reconcile',
  'first_tick',
  'logic_changed',
]);

/** Reasons that stand at every tick. */
export const ALWAYS_FULL: ReadonlySet<FullReason> = new Set([
  'no_cursor',
  'query_table',
  'query_segment',
  'moving_sql',
]);

export interface ModeInput {
  readonly segment: PreparedSegment;
  readonly state: SegmentState | undefined;
  readonly kinds: Kinds;
  /** Of a `query:` segment: the newest tick whose changes are no longer kept. */
  readonly pruned: (segment: string) => bigint | undefined;
  /** The incarnation of a table now, where the warehouse tells. */
  readonly made: (read: ReadTable) => string | undefined;
}

/** Why everyone must be evaluated; undefined: the affected keys suffice. */
export function fullReason(input: ModeInput): FullReason | undefined {
  const { segment, state } = input;
  if (!state) return 'first_tick';
  if (state.fingerprint !== segment.fingerprint) return 'logic_changed';
  const always = alwaysFull(segment, input.kinds);
  if (always) return always.reason;
  for (const read of segment.reads) {
    const watermark = state.watermarks[read.id];
    if (!watermark) return 'new_table';
    const made = input.made(read);
    if (watermark.made !== undefined && made !== undefined && watermark.made !== made) return 'table_remade';
  }
  return storedReason(segment, state, input.pruned);
}

function storedReason(
  { stored }: PreparedSegment,
  { watermarks }: SegmentState,
  prunedOf: ModeInput['pruned'],
): FullReason | undefined {
  for (const name of stored) {
    const watermark = watermarks[storedId(name)];
    if (!watermark) return 'new_table';
    const pruned = prunedOf(name);
    if (pruned !== undefined && pruned > BigInt(watermark.at ?? '0')) return 'changes_pruned';
  }
  return undefined;
}

/** What a warehouse says of what is read. */
export interface Kinds {
  readonly cursorKind: (read: ReadTable) => CursorKind | undefined;
  /** Whether a function's answer may change by itself. */
  readonly mayMove: (call: string) => boolean;
}

/** Why a segment is full at every tick, if it is, with the words for it. */
export function alwaysFull(
  segment: PreparedSegment,
  { cursorKind, mayMove }: Kinds,
): { reason: FullReason; why: string } | undefined {
  const { queries, moving, calls } = segment.sql;
  if (queries.length > 0) return { reason: 'query_segment', why: 'a `query:` is evaluated whole' };
  const mover = moving ?? calls.find(mayMove);
  if (mover !== undefined) {
    return { reason: 'moving_sql', why: `its \`sql:\` depends on ${mover}, whose edges cannot be seen` };
  }
  for (const { table, ...read } of segment.reads) {
    const name = relationName(table.relation);
    const appendOnly = 'appendOnly' in table && table.appendOnly === true;
    if (table.relation.kind === 'query' && !appendOnly) {
      return { reason: 'query_table', why: `${name} is a query that does not say \`append_only\`` };
    }
    if (!table.changeFeed && cursorKind({ table, ...read }) === undefined) {
      return { reason: 'no_cursor', why: `${name} has no cursor: declare one` };
    }
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
