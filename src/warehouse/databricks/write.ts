/**
 * Rows as one parameter: a JSON text of arrays of texts, which the statement takes apart. As literals they would stand in
 * the text of the statement, and so in the query history.
 */
import type { Column } from '../warehouse.ts';
import { dialect } from './dialect.ts';

/** Of one statement. Few and large: a transaction takes a hundred writes to a table. */
const MOST_CHARACTERS = 4_000_000;

export function insertSql(table: string, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => dialect.quote(name)).join(', ');
  const values = columns.map(({ native, type }, index) =>
    type === 'text' ? `cells[${index}]` : `CAST(cells[${index}] AS ${native})`,
  );
  return (
    `INSERT INTO ${table} (${names})\nSELECT ${values.join(', ')}\n` +
    "FROM (SELECT explode(from_json(?, 'ARRAY<ARRAY<STRING>>')) AS cells)"
  );
}

export interface Part {
  readonly text: string;
  readonly rows: number;
}

/** As many rows to a text as a statement takes. */
export function parts(rows: readonly (readonly (string | null)[])[]): Part[] {
  const all: Part[] = [];
  let current: string[] = [];
  let size = 0;
  const close = (): void => void all.push({ text: `[${current.join(',')}]`, rows: current.length });
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (current.length > 0 && size + text.length > MOST_CHARACTERS) {
      close();
      [current, size] = [[], 0];
    }
    current.push(text);
    size += text.length + 1;
  }
  close();
  return all;
}
