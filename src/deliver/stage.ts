/**
 * Rows on their way into the ledger, in a temporary table: each of its own, made where it is needed and dropped after.
 * Where one cannot be made inside a transaction, one table for all uses is made before it and emptied before each: one
 * use has ended when the next begins.
 */
import type { StateTables } from '../state/sql.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Statements } from '../warehouse/warehouse.ts';

export type StagedColumn = readonly [string, Exclude<SqlType, 'other'>];

/** Of all uses. */
const COLUMNS: readonly StagedColumn[] = [
  ['entity_key', 'text'],
  ['name', 'text'],
  ['value', 'text'],
  ['in_ledger', 'boolean'],
  ['state', 'text'],
  ['identifiers', 'json'],
  ['payload_hash', 'text'],
  ['batch_id', 'text'],
  ['tick_id', 'integer'],
  ['delivered_at', 'instant'],
];
const COMMON = 'segsync_staged';

/** Before a transaction in which `stage` is used and no temporary table can be made. */
export async function makeStage(statements: Statements, tables: StateTables): Promise<void> {
  await make(statements, tables, COMMON, COLUMNS);
}

/** A temporary table with these rows; returns its name as SQL. To be given to `unstage` before the transaction ends. */
export async function stage(
  transaction: Statements,
  tables: StateTables,
  table: string,
  columns: readonly StagedColumn[],
  rows: readonly (readonly (string | null)[])[],
): Promise<string> {
  const name = tables.dialect.quote(transaction.temporaryTables ? table : COMMON);
  if (transaction.temporaryTables) await make(transaction, tables, table, columns);
  else await transaction.execute(`DELETE FROM ${name}`);
  await transaction.writeRows(
    name,
    columns.map(([column]) => column),
    rows,
  );
  await transaction.analyze(name);
  return name;
}

export async function unstage(transaction: Statements, staged: string): Promise<void> {
  if (transaction.temporaryTables) await transaction.execute(`DROP TABLE ${staged}`);
}

async function make(
  statements: Statements,
  { dialect }: StateTables,
  table: string,
  columns: readonly StagedColumn[],
): Promise<void> {
  const definitions = columns.map(([column, type]) => `${dialect.quote(column)} ${dialect.types[type]}`);
  await statements.execute(`CREATE TEMPORARY TABLE ${dialect.quote(table)} (${definitions.join(', ')})`);
}
