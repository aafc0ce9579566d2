/** Several writes in one message of the simple protocol, which takes more than one statement in a text. */
import type { QueryResult } from 'pg';
import type { Write } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { withoutNul } from './nul.ts';
import type { Connection } from './pool.ts';

/** Rows travel as literals: COPY is three messages more. `lines` come before the statements. Throws E303 for a NUL. */
export async function writeTogether(
  connection: Connection,
  writes: readonly Write[],
  lines: readonly string[],
): Promise<number[]> {
  const statements = writes.map(
    (write, index) => lines[index] + (typeof write === 'string' ? write : insertSql(write)),
  );
  // The driver gives one result, or several.
  const results = (await connection.query(statements.join(';\n'))) as QueryResult | QueryResult[];
  return [results].flat().map(({ rowCount }) => rowCount ?? 0);
}

function insertSql({ table, columns, rows }: Exclude<Write, string>): string {
  const names = columns.map(dialect.quote).join(', ');
  if (rows.length === 0) return 'SELECT 1 WHERE FALSE';
  const values = rows.map((row) => `(${row.map(literal).join(', ')})`);
  return `INSERT INTO ${table} (${names}) VALUES ${values.join(', ')}`;
}

/** Of no type of its own: it becomes what the column is, as in COPY. */
function literal(text: string | null): string {
  if (text === null) return 'NULL';
  return `E'${withoutNul(text).replace(/['\\]/g, '$&$&')}'`;
}
