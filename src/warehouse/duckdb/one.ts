/** One statement on a connection. */
import type { DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api';
import { WarehouseError } from '../warehouse.ts';
import { StatementType } from './driver.ts';

/** Runs a text that holds one statement. The driver would run any number, and give the rows of one of them. */
export async function runOne(connection: DuckDBConnection, sql: string): Promise<DuckDBMaterializedResult> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) {
    throw new WarehouseError('statement', `${statements.count} statements where one is expected`);
  }
  const prepared = await statements.prepare(0);
  try {
    return await prepared.run();
  } finally {
    prepared.destroySync();
  }
}

/** How many rows a statement wrote. CREATE TABLE AS tells it as its one row, and not where other statements do. */
export async function rowsWritten(result: DuckDBMaterializedResult): Promise<number> {
  if (result.statementType !== StatementType.CREATE) return result.rowsChanged;
  const [row] = await result.getRows();
  return Number(row?.[0] ?? 0);
}
