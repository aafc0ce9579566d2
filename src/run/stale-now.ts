/** What segments read that is older now than it is expected to be, as its tables tell. */
import type { Project } from '../config/project.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { newestIn } from '../evaluate/stale-segments.ts';
import type { Watermarks } from '../evaluate/watermark.ts';
import type { Instant } from '../instant.ts';
import type { StaleTable } from '../report/results.ts';
import { mergeReads } from '../segment/reads.ts';
import { staleReads } from '../segment/stale.ts';
import type { SegmentRow } from '../state/segment-rows.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import { newestNow } from './newest-now.ts';
import type { Opened } from './open.ts';
import { staleTable } from './stale.ts';

export interface StaleNowInput {
  readonly project: Project;
  readonly names: readonly string[];
  readonly rows: ReadonlyMap<string, SegmentRow>;
  readonly now: Instant;
}

/**
 * By segment; those that read nothing stale are missing. Only tables with a contract are looked at. Where they may not
 * be read, each segment's last tick tells.
 */
export async function readStaleNow(
  opened: Pick<Opened, 'session' | 'tables'>,
  { project, names, rows, now }: StaleNowInput,
): Promise<ReadonlyMap<string, readonly StaleTable[]>> {
  const segments = names.map((name) => prepareSegment(project, project.segments.get(name)!)).filter(isBound);
  if (segments.length === 0) return new Map();
  const before = (name: string): Watermarks => JSON.parse(rows.get(name)?.watermarks ?? '{}') as Watermarks;
  const newest = await look(opened, segments, {
    timezone: project.timezone,
    t: now,
    before: Object.assign({}, ...segments.map(({ name }) => before(name))) as Watermarks,
  });
  return new Map(
    segments.flatMap((prepared) => {
      const { name } = prepared;
      const at = rows.get(name)?.evaluatedAt ?? now;
      const stale = newest
        ? staleReads(prepared, newest, now)
        : staleReads(prepared, newestIn(before(name)), at);
      return stale.length > 0 ? [[name, stale.map(staleTable)] as const] : [];
    }),
  );
}

function isBound({ reads }: PreparedSegment): boolean {
  return reads.some(({ contracts }) => contracts !== undefined);
}

/** Undefined: this role may not look. */
async function look(
  { session, tables }: Pick<Opened, 'session' | 'tables'>,
  segments: readonly PreparedSegment[],
  of: Pick<Parameters<typeof newestNow>[1], 'timezone' | 't' | 'before'>,
) {
  const reads = mergeReads(segments.map((each) => each.reads)).filter(({ contracts }) => contracts);
  try {
    return await newestNow(reads, { statements: session, tables, ...of });
  } catch (error) {
    if (error instanceof WarehouseError && MAY_NOT.has(error.failure)) return undefined;
    throw error;
  }
}

const MAY_NOT: ReadonlySet<WarehouseError['failure']> = new Set(['permission', 'missing', 'statement']);
