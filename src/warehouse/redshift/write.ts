/**
 * Rows as INSERT with many of them: COPY reads files in S3 only, for which the adapter would need a bucket and a role. A
 * text in the place of another type is cast to the column's.
 */
import { dialect } from './dialect.ts';

/** Of a statement's 16 MB, in characters of up to four bytes. */
const MOST_CHARACTERS = 4_000_000;

/** `table` is quoted, `columns` are not. Throws E303 for a value that it cannot hold, before any row is sent. */
export function insertStatements(
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string[] {
  const head = `INSERT INTO ${table} (${columns.map(dialect.quote).join(', ')}) VALUES\n`;
  const statements: string[] = [];
  let current: string[] = [];
  let size = 0;
  for (const row of rows) {
    const text = `(${row.map(cellOf).join(', ')})`;
    if (current.length > 0 && size + text.length > MOST_CHARACTERS) {
      statements.push(head + current.join(',\n'));
      [current, size] = [[], 0];
    }
    current.push(text);
    size += text.length + 2;
  }
  return current.length === 0 ? statements : [...statements, head + current.join(',\n')];
}

function cellOf(value: string | null): string {
  return value === null ? 'NULL' : dialect.literal({ type: 'text', text: value });
}
