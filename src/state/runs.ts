/** The table `runs`. */
import type { Instant } from '../instant.ts';
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
  const totals = `CAST(${text(dialect, JSON.stringify(run.totals))} AS ${dialect.types.json})`;
  await statements.execute(
    `UPDATE ${tables.name('runs')} SET finished_at = ${instant(dialect, run.finishedAt)},` +
      ` status = ${text(dialect, run.status)}, totals = ${totals} WHERE run_id = ${text(dialect, run.runId)}`,
  );
}

export interface RunRow extends RunStart {
  /** Of a run that ended. */
  readonly finishedAt?: Instant;
  readonly status: RunEnd['status'] | 'running';
  readonly totals: RunEnd['totals'];
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
    totals: JSON.parse(row.totals ?? '{}') as RunEnd['totals'],
  }));
}
