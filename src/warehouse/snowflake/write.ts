/**
 * Rows as values bound in arrays: one INSERT with all of them, all or none. Larger ones go in parts, each small enough for
 * one request: the client's own way for large ones is a temporary stage, and making that would commit a transaction.
 */
import { dialect } from './dialect.ts';

const MOST_CHARACTERS = 4_000_000;
const MOST_VALUES = 50_000;

export type Cells = readonly (string | null)[];

export function insertSql(table: string, columns: readonly string[]): string {
  const names = columns.map(dialect.quote).join(', ');
  return `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
}

/** As many rows to a part as a request takes. */
export function parts(rows: readonly Cells[]): Cells[][] {
  const all: Cells[][] = [];
  let current: Cells[] = [];
  let [characters, values] = [0, 0];
  for (const row of rows) {
    const size = row.reduce((sum, cell) => sum + (cell?.length ?? 0) + 8, 0);
    const isFull = characters + size > MOST_CHARACTERS || values + row.length > MOST_VALUES;
    if (current.length > 0 && isFull) {
      all.push(current);
      current = [];
      [characters, values] = [0, 0];
    }
    current.push(row);
    characters += size;
    values += row.length;
  }
  all.push(current);
  return all;
}
