/**
 * Rows as one parameter: a JSON text of arrays of texts, which the statement takes apart. A load job would not be part
 * of a transaction, and rows that are streamed in cannot be changed for half an hour.
 */
import type { Column } from '../warehouse.ts';
import { dialect } from './dialect.ts';

/** Of a request's 10 MB. */
const MOST_CHARACTERS = 4_000_000;

export function insertSql(table: string, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => dialect.quote(name)).join(', ');
  const values = columns.map(({ native, type }, index) => {
    const text = `JSON_VALUE(one, '$[${index}]')`;
    if (type === 'text') return text;
    return type === 'json' && native === 'JSON' ? `PARSE_JSON(${text})` : `CAST(${text} AS ${native})`;
  });
  return `INSERT INTO ${table} (${names})\nSELECT ${values.join(', ')}\nFROM UNNEST(JSON_QUERY_ARRAY(@rows)) AS one`;
}

/** As many rows to a text as a request takes. */
export function chunks(rows: readonly (readonly (string | null)[])[]): string[] {
  const texts: string[] = [];
  let current: string[] = [];
  let size = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (current.length > 0 && size + text.length > MOST_CHARACTERS) {
      texts.push(`[${current.join(',')}]`);
      [current, size] = [[], 0];
    }
    current.push(text);
    size += text.length + 1;
  }
  texts.push(`[${current.join(',')}]`);
  return texts;
}
