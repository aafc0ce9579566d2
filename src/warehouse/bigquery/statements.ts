/** Statements of their own, or of a session of BigQuery's. */
import type { Relation } from '../../config/project.ts';
import { labelLine } from '../label.ts';
import { type Column, type Row, type Statements, WarehouseError } from '../warehouse.ts';
import { capture } from './capture.ts';
import { dialect } from './dialect.ts';
import { failureOf } from './failure.ts';
import type { JobOptions, Jobs, Page, Result } from './jobs.ts';
import { labelsOf } from './labels.ts';
import { movingFunctions } from './moving.ts';
import { columnOf, rowOf } from './values.ts';
import { chunks, insertSql } from './write.ts';

/** `session`: the statements are part of its transaction. `whole`: work that is done entirely or not at all. */
export interface Place {
  readonly jobs: Jobs;
  readonly session?: string;
  /** A transaction is open in it. */
  readonly isBegun?: boolean;
  readonly whole: <T>(work: (place: Place) => Promise<T>) => Promise<T>;
}

export function statementsOn(place: Place, label = ''): Statements {
  const { jobs, session } = place;
  const line = labelLine(label);
  const own = { session, labels: labelsOf(label) };
  const run = async (sql: string, options: JobOptions = {}): Promise<Result> => {
    try {
      return await jobs.run(line + sql, { ...own, ...options });
    } catch (error) {
      throw failureOf(error);
    }
  };
  return {
    temporaryTables: true,
    countsCreated: false,
    async query(sql) {
      const rows: Row[] = [];
      for await (const row of rowsOf(await run(sql))) rows.push(row);
      return rows;
    },
    stream: (sql, options) => stream(run, sql, options?.signal),
    execute: async (sql) => (await run(sql)).changed,
    writeRows: (table, columns, rows) => writeRows(place, run, table, columns, rows),
    describe: (relation) => describe(run, relation),
    approximateRows: async (relation) => {
      const rows = (await tableOf(jobs, relation))?.numRows;
      return rows === undefined ? undefined : Number(rows);
    },
    incarnation: async (relation) => {
      const table = await tableOf(jobs, relation);
      return table?.creationTime === undefined ? undefined : `${table.id}/${table.creationTime}`;
    },
    capture: (relations) =>
      capture(
        { run, place: session === undefined ? 'alone' : place.isBegun ? 'begun' : 'before' },
        relations,
      ),
    movingFunctions: async (names) => movingFunctions(names),
    // It has no statistics to refresh.
    analyze: async () => {},
    async estimate(sql) {
      try {
        return { amount: (await run(sql, { dryRun: true })).bytes, unit: 'bytes read' };
      } catch {
        return undefined;
      }
    },
    labelled: (text) => statementsOn(place, text),
  };
}

type Run = (sql: string, options?: JobOptions) => Promise<Result>;

async function* rowsOf(result: Result): AsyncGenerator<Row> {
  for (let page: Page | undefined = result; page; page = await page.next?.()) {
    for (const row of page.rows) yield rowOf(result.fields, row);
  }
}

async function* stream(run: Run, sql: string, signal?: AbortSignal): AsyncGenerator<Row> {
  try {
    for await (const row of rowsOf(await run(sql))) {
      signal?.throwIfAborted();
      yield row;
    }
  } catch (error) {
    throw failureOf(error);
  }
}

/** A table of a session is not found by its name alone elsewhere, so all are asked for by a statement that does not run. */
async function describe(run: Run, relation: Relation): Promise<readonly Column[] | undefined> {
  if (relation.kind === 'file') return undefined;
  const of =
    relation.kind === 'table'
      ? relation.parts.map(dialect.quote).join('.')
      : `(\n${relation.sql.replace(/[\s;]+$/, '')}\n) AS described`;
  try {
    const { fields } = await run(`SELECT * FROM ${of} LIMIT 0`, { dryRun: true });
    return fields.map(columnOf);
  } catch (error) {
    const isThere = error instanceof WarehouseError && !/^(missing|permission)$/.test(error.failure);
    // A name without a dataset is wrong as a statement.
    if (isThere && !(relation.kind === 'table' && error.failure === 'statement')) throw error;
    return undefined;
  }
}

async function tableOf(jobs: Jobs, relation: Relation): Promise<Record<string, unknown> | undefined> {
  if (relation.kind !== 'table' || relation.parts.length < 2) return undefined;
  const [table, dataset, project] = [...relation.parts].reverse();
  try {
    return await jobs.table(project, dataset!, table!);
  } catch {
    return undefined;
  }
}

async function writeRows(
  place: Place,
  run: Run,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const list = columns.map(dialect.quote).join(', ');
  const { fields } = await run(`SELECT ${list} FROM ${table} LIMIT 0`, { dryRun: true });
  const sql = insertSql(table, fields.map(columnOf));
  const parts = chunks(rows);
  if (parts.length === 1 || place.session !== undefined) {
    for (const part of parts) await run(sql, { rows: part });
    return;
  }
  await place.whole(async ({ session }) => {
    for (const part of parts) await run(sql, { rows: part, session });
  });
}
