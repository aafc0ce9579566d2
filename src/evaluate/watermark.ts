/** Watermarks as they are kept from tick to tick, and from where on they make rows count as arrived. */
import type { ArrivedSince } from '../compile/affected.ts';
import type { CursorKind } from '../compile/watermarks.ts';
import type { Cursor } from '../config/project.ts';
import { type Duration, formatDuration, formatInstant, HOUR, type Instant, MINUTE } from '../instant.ts';
import type { ReadTable } from '../segment/reads.ts';

/** One table's watermark. In state it is JSON: `{"at": "1763800000000000", "since": "1763800012345678"}`. */
export interface Watermark {
  /** The greatest cursor shown: microseconds since 1970, or an integer cursor's number; null: nothing was shown yet. */
  readonly at: string | null;
  /** The tick's instant (microseconds) at which this value was first seen. */
  readonly since: string;
  /** Which incarnation of the table it was, where the warehouse tells. */
  readonly made?: string;
  /** When the oldest transaction began that was open at the tick (microseconds): rows of it show later. */
  readonly open?: string;
  /** What the warehouse marked of the tick's snapshot (`Capture.mark`): it tells later what was not visible then. */
  readonly mark?: string;
  /** The table's name, when it had rows once and has none since: a sudden emptiness holds the syncs that read it. */
  readonly emptied?: string;
}

/** By the table's `ReadTable.id`. */
export type Watermarks = Readonly<Record<string, Watermark>>;

const DEFAULT_OVERLAP: Duration = MINUTE;
const DEFAULT_DISTANCE = 10_000n;
/** A date cursor says only the day: a row may show until the day is over, however long that day is. */
const DATE_OVERLAP: Duration = 26n * HOUR;

/** What the tables show at a tick's instant `t`, by `ReadTable.id`. */
export interface Shown {
  readonly t: Instant;
  readonly watermarks: ReadonlyMap<string, string | null>;
  readonly made: ReadonlyMap<string, string>;
  readonly marks: ReadonlyMap<string, string>;
  /** Names of tables without a single row. */
  readonly empty: ReadonlyMap<string, string>;
  /** The start of the oldest transaction that was open before the tick's snapshot was taken. */
  readonly open?: Instant;
}

/** The watermarks after a tick; a value that did not move keeps the instant it was first seen at. */
export function nextWatermarks(
  { t, watermarks, made, marks, empty, open }: Shown,
  before: Watermarks,
): Watermarks {
  const next: Record<string, Watermark> = {};
  for (const [id, at] of watermarks) {
    const known = before[id];
    const incarnation = made.get(id);
    const mark = marks.get(id);
    const hadRows = known?.emptied !== undefined || (known?.at ?? null) !== null;
    const emptied = hadRows ? empty.get(id) : undefined;
    next[id] = {
      at,
      since: known && known.at === at ? known.since : t.toString(),
      ...(incarnation === undefined ? {} : { made: incarnation }),
      ...(open === undefined ? {} : { open: open.toString() }),
      ...(mark === undefined ? {} : { mark }),
      ...(emptied === undefined ? {} : { emptied }),
    };
  }
  return next;
}

/**
 * From where on a table's rows count as arrived since the tick at `t0`. Normally `overlap` before the watermark; once
 * the watermark had stood still for `overlap` at `t0`, only past it: whatever shows later then has a greater cursor.
 * Either way back to the start of the oldest transaction that was open then.
 * An integer cursor's overlap is a distance, so standing still never settles it.
 */
export function arrivedSince(
  read: ReadTable,
  kind: CursorKind | undefined,
  watermark: Watermark,
  t0: Instant,
): ArrivedSince {
  if (kind === undefined || watermark.at === null) return { kind: 'all' };
  const overlap = read.table.cursor?.overlap;
  if (kind === 'integer') {
    const distance = overlap && 'distance' in overlap ? overlap.distance : DEFAULT_DISTANCE;
    const reason = `${distance} before the greatest shown, ${watermark.at}`;
    return { kind: 'integer', at: (BigInt(watermark.at) - distance).toString(), inclusive: true, reason };
  }
  const settled = sinceWatermark(overlap, kind, watermark, t0);
  if (watermark.open === undefined) return settled;
  const began = BigInt(watermark.open);
  const reason = `from ${formatInstant(began)}, when a transaction began that was still open at the last tick`;
  return earlier(settled, { kind: 'instant', at: began, inclusive: true, reason });
}

function sinceWatermark(
  overlap: Cursor['overlap'],
  kind: CursorKind,
  watermark: Watermark,
  t0: Instant,
): ArrivedSince {
  const least = kind === 'date' ? DATE_OVERLAP : 0n;
  const declared = overlap && 'duration' in overlap ? overlap.duration : DEFAULT_OVERLAP;
  const duration = declared > least ? declared : least;
  const at = BigInt(watermark.at!);
  if (BigInt(watermark.since) <= t0 - duration) {
    const reason = `past the greatest cursor shown, which had stood still for ${formatDuration(duration)}`;
    return { kind: 'instant', at, inclusive: false, reason };
  }
  const reason = `from ${formatDuration(duration)} before the greatest cursor shown, ${formatInstant(at)}`;
  return { kind: 'instant', at: at - duration, inclusive: true, reason };
}

/** The one that makes more rows count as arrived. */
export function earlier(left: ArrivedSince, right: ArrivedSince): ArrivedSince {
  if (left.kind === 'all' || right.kind === 'all') return { kind: 'all' };
  const [a, b] = [BigInt(left.at), BigInt(right.at)];
  if (a === b) return left.inclusive ? left : right;
  return a < b ? left : right;
}
