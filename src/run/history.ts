/** Reads what runs did, and how a segment grew, changing nothing. */
import type { Project } from '../config/project.ts';
import { FreshnessSample } from '../deliver/freshness.ts';
import { FreshnessLog } from '../deliver/freshness-log.ts';
import { addDays, dayOf, formatInstant, startOfDay } from '../instant.ts';
import type { DayOfSegment, HistoryReport, RunOfHistory, SegmentHistory } from '../report/results.ts';
import { readRuns } from '../state/runs.ts';
import { readSegmentRows } from '../state/segment-rows.ts';
import { instant, type StateTables, text, textList } from '../state/sql.ts';
import type { Session, Statements } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { openTarget, type Patience } from './open.ts';

export type HistoryRequest = Patience & { readonly target: string };

/** The newest `last` runs, newest first. */
export function readHistory(
  world: World,
  project: Project,
  request: HistoryRequest & { readonly last: number },
): Promise<HistoryReport> {
  return reading(world, project, request, async (session, tables) => {
    const runs = await readRuns(session, tables, request.last);
    return { version: 1, runs: runs.map(runOf) };
  });
}

/** A segment's last `days` days in the project's time zone, today included, oldest first. */
export function readSegmentHistory(
  world: World,
  project: Project,
  request: HistoryRequest & { readonly segment: string; readonly days: number },
): Promise<SegmentHistory> {
  const { segment } = request;
  return reading(world, project, request, async (session, tables) => {
    const members = (await readSegmentRows(session, tables)).get(segment)?.members ?? 0;
    const sizes = new Map([[segment, members]]);
    const days = await readDays(session, tables, sizes, { days: request.days, timezone: project.timezone });
    return { version: 1, segment, members, days: days.get(segment)! };
  });
}

/** The last `days` days of segments, today included, oldest first; `sizes` are their members now. */
export async function readDays(
  session: Session,
  tables: StateTables,
  sizes: ReadonlyMap<string, number>,
  { days, timezone }: { readonly days: number; readonly timezone: string },
): Promise<ReadonlyMap<string, readonly DayOfSegment[]>> {
  const today = dayOf(await session.now(), timezone);
  const first = addDays(today, 1 - days);
  const moved = await readMoves(session, tables, [...sizes.keys()], { first, timezone });
  return new Map(
    [...sizes].map(([segment, size]) => {
      const own: DayOfSegment[] = [];
      // Backwards from what it holds now: what came before the first day need not be known.
      let members = size;
      for (let day = today; day >= first; day = addDays(day, -1)) {
        const { entered = 0, exited = 0 } = moved.get(`${segment} ${day}`) ?? {};
        own.unshift({ day, entered, exited, members });
        members -= entered - exited;
      }
      return [segment, own];
    }),
  );
}

async function reading<T>(
  world: World,
  project: Project,
  request: HistoryRequest,
  work: (session: Session, tables: StateTables) => Promise<T>,
): Promise<T> {
  const { session, tables } = await openTarget(world, project, request.target, 'read', request);
  try {
    return await work(session, tables);
  } finally {
    await session.close();
  }
}

/** How many entered and left, by segment and day. */
async function readMoves(
  statements: Statements,
  tables: StateTables,
  segments: readonly string[],
  { first, timezone }: { readonly first: string; readonly timezone: string },
): Promise<ReadonlyMap<string, { entered: number; exited: number }>> {
  const { dialect } = tables;
  const moved = new Map<string, { entered: number; exited: number }>();
  // A row a tick: as many as a segment had ticks that changed it.
  const ticks = statements.stream(
    `SELECT segment, ${dialect.functions.micros_of('evaluated_at')} AS moment, op, count(*) AS keys FROM ${tables.from('changes')} AS changes` +
      ` WHERE segment IN ${textList(dialect, segments)} AND op IN (${text(dialect, 'enter')}, ${text(dialect, 'exit')})` +
      ` AND evaluated_at >= ${instant(dialect, startOfDay(first, timezone))}` +
      ' GROUP BY segment, evaluated_at, op',
  );
  for await (const { segment, moment, op, keys } of ticks) {
    const day = `${segment} ${dayOf(BigInt(moment!), timezone)}`;
    const own = moved.get(day) ?? { entered: 0, exited: 0 };
    own[op === 'enter' ? 'entered' : 'exited'] += Number(keys);
    moved.set(day, own);
  }
  return moved;
}

function freshnessOf(written: unknown): Pick<RunOfHistory, 'freshness_ms'> {
  const whole = new FreshnessSample();
  for (const { promised } of FreshnessLog.parse(written).entries()) whole.merge(promised.sample);
  const freshness_ms = whole.percentiles();
  return freshness_ms ? { freshness_ms } : {};
}

/** As documented for `--json`. */
export function runOf({
  startedAt,
  finishedAt,
  freshness,
  ...run
}: Awaited<ReturnType<typeof readRuns>>[number]): RunOfHistory {
  return {
    run_id: run.runId,
    started_at: formatInstant(startedAt),
    ...(finishedAt === undefined
      ? {}
      : {
          finished_at: formatInstant(finishedAt),
          duration_ms: Number((finishedAt - startedAt) / 1000n),
        }),
    status: run.status,
    command: run.command,
    tiers: run.tiers,
    totals: run.totals,
    ...freshnessOf(freshness),
  };
}
