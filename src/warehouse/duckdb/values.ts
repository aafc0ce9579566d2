/** DuckDB's values -> exact text. */
import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import type { Row } from '../warehouse.ts';
import { accessors, DuckDBTimestampTZValue, DuckDBTypeId } from './driver.ts';

// The driver prints instants in the zone of the process unless told otherwise.
DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;

// It also drops a byte order mark from the start of a text, and so would make two keys one.
Object.assign(accessors, { textDecoder: new TextDecoder('utf-8', { ignoreBOM: true }) });

type Text = (value: DuckDBValue) => string;

/** All rows of a result that was run to its end. */
export async function rowsOf(result: DuckDBResult): Promise<Row[]> {
  const names = result.deduplicatedColumnNames();
  const texts = names.map((_, index) => textOf(result.columnTypeId(index)));
  const columns = await result.getColumns();
  const rows: Row[] = [];
  for (let r = 0; r < (columns[0]?.length ?? 0); r += 1) {
    const row: Record<string, string | null> = {};
    for (let c = 0; c < names.length; c += 1) {
      const value = columns[c]![r];
      row[names[c]!] = value === null || value === undefined ? null : texts[c]!(value);
    }
    rows.push(row);
  }
  return rows;
}

function textOf(type: DuckDBTypeId): Text {
  return type === DuckDBTypeId.FLOAT ? (value) => shortestFloat(Number(value)) : String;
}

/** A 4-byte float arrives as the double nearest to it; this is the shortest text that gives the float again. */
function shortestFloat(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}
