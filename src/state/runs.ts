/** The table `runs`. */
import { DAY, type Duration, HOUR, type Instant } from '../instant.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { instant, type StateTables, text } from './sql.ts';

export interface RunStart {
  readonly runId: string;
  readonly startedAt: Instant;
  readonly command: string;
  /** Of this program. */
  readonly version: string;
  /** Names of the tiers that the run looks at. */
  readonly tiers: readonly string[];
}

export interface RunEnd {
  readonly runId: string;
  readonly finishedAt: Instant;
  readonly status: 'done' | 'failed' | 'held' | 'interrupted';
  /** Becomes JSON. Counts only, nothing personal. */
  readonly totals: Readonly<Record<string, number>>;
  /** Becomes JSON beside the totals: histograms by sync and tier, as delivery made them. */
  readonly freshness?: readonly unknown[];
}

/** Notes that a run began. Until `finishRun` its status is `running`. */
export async function startRun(statements: Statements, tables: StateTables, run: RunStart): Promise<void> {
  const { dialect } = tables;
  const values = [
    text(dialect, run.runId),
    instant(dialect, run.startedAt),
    text(dialect, 'running'),
    text(dialect, run.command),
    text(dialect, run.version),
    text(dialect, run.tiers.join(',')),
  ];
  await statements.execute(
    `INSERT INTO ${tables.name('runs')} (run_id, started_at, status, command, version, tiers)` +
      ` VALUES (${values.join(', ')})`,
  );
}

/** Notes how a run ended. */
export async function finishRun(statements: Statements, tables: StateTables, run: RunEnd): Promise<void> {
  const { dialect } = tables;
  await statements.execute(
    `UPDATE ${tables.name('runs')} SET finished_at = ${instant(dialect, run.finishedAt)},` +
      ` status = ${text(dialect, run.status)}, totals = ${totalsSql(tables, run)} WHERE run_id = ${text(dialect, run.runId)}`,
  );
}

/** Notes what a run that goes on has done so far. */
export async function noteTotals(
  statements: Statements,
  tables: StateTables,
  run: Pick<RunEnd, 'runId' | 'totals' | 'freshness'>,
): Promise<void> {
  const { dialect } = tables;
  await statements.execute(
    `UPDATE ${tables.name('runs')} SET totals = ${totalsSql(tables, run)} WHERE run_id = ${text(dialect, run.runId)}`,
  );
}

function totalsSql({ dialect }: StateTables, run: Pick<RunEnd, 'totals' | 'freshness'>): string {
  return `CAST(${text(dialect, totalsText(run))} AS ${dialect.types.json})`;
}

function totalsText({ totals, freshness = [] }: Pick<RunEnd, 'totals' | 'freshness'>): string {
  return JSON.stringify(freshness.length === 0 ? totals : { ...totals, freshness });
}

function totalsOf(value: string | null | undefined): Pick<RunRow, 'totals' | 'freshness'> {
  const { freshness, ...totals } = JSON.parse(value ?? '{}') as Record<string, unknown>;
  return {
    totals: totals as RunEnd['totals'],
    ...(Array.isArray(freshness) ? { freshness: freshness as unknown[] } : {}),
  };
}

/** A process that stays begins a row an hour, and rewrites it. */
const ROW_SPAN: Duration = HOUR;
/** `started_at` comes first for warehouses that keep rows in its order. */
const LONGEST_RUN: Duration = 7n * DAY;

export interface MeasuredRun {
  /** Undefined: it goes on. */
  readonly endedAt?: Instant;
  readonly freshness: readonly unknown[];
}

/** What runs that ended since an instant have measured, as they wrote it; of one that goes on, if it began an hour before at most. */
export async function* streamMeasured(
  statements: Statements,
  tables: StateTables,
  since: Instant,
): AsyncGenerator<MeasuredRun> {
  const { dialect } = tables;
  const { micros_of, text_of } = dialect.functions;
  const rows = statements.stream(
    `SELECT ${micros_of('finished_at')} AS ended, ${text_of('totals')} AS totals` +
      ` FROM ${tables.from('runs')} AS runs WHERE runs.started_at >= ${instant(dialect, since - LONGEST_RUN)}` +
      ` AND (runs.finished_at >= ${instant(dialect, since)} OR runs.finished_at IS NULL AND runs.started_at >= ${instant(dialect, since - ROW_SPAN)})` +
      ` AND ${text_of('totals')} LIKE '%"freshness"%' ORDER BY runs.started_at, run_id`,
  );
  for await (const row of rows) {
    const { freshness } = totalsOf(row.totals);
    if (freshness) yield { freshness, ...(row.ended ? { endedAt: BigInt(row.ended) } : {}) };
  }
}

export interface RunRow extends RunStart {
  /** Of a run that ended. */
  readonly finishedAt?: Instant;
  readonly status: RunEnd['status'] | 'running';
  readonly totals: RunEnd['totals'];
  readonly freshness?: readonly unknown[];
}

/** The newest runs, newest first; `running` are also those that were killed. */
export async function readRuns(
  statements: Statements,
  tables: StateTables,
  most: number,
): Promise<readonly RunRow[]> {
  const { micros_of, text_of } = tables.dialect.functions;
  const rows = await statements.query(
    `SELECT run_id, ${micros_of('started_at')} AS started_at, ${micros_of('finished_at')} AS finished_at, status,` +
      ` command, version, tiers, ${text_of('totals')} AS totals FROM ${tables.from('runs')} AS runs` +
      ` ORDER BY runs.started_at DESC, run_id DESC LIMIT ${most}`,
  );
  return rows.map((row) => ({
    runId: row.run_id!,
    startedAt: BigInt(row.started_at!),
    ...(row.finished_at ? { finishedAt: BigInt(row.finished_at) } : {}),
    status: row.status as RunRow['status'],
    command: row.command ?? '',
    version: row.version ?? '',
    tiers: (row.tiers ?? '').split(',').filter((tier) => tier !== ''),
    ...totalsOf(row.totals),
  }));
}
