/** Columns and cells of an answer. */
import type { Column as ClientColumn, RowStatement } from 'snowflake-sdk';
import type { SqlType } from '../dialect.ts';
import { type Column, type Row, WarehouseError } from '../warehouse.ts';
import { unfolded } from './quote.ts';

/** By the names that the wire has for types. */
const TYPES: Readonly<Record<string, SqlType>> = {
  text: 'text',
  real: 'float',
  boolean: 'boolean',
  timestamp_ltz: 'instant',
  timestamp_tz: 'instant',
  timestamp_ntz: 'timestamp',
  date: 'date',
  variant: 'json',
  object: 'json',
  array: 'json',
};

/** What SQL calls a type. */
const NAMES: Readonly<Record<string, string>> = { text: 'VARCHAR', real: 'FLOAT' };

/** Of a statement that has been answered. */
export function columnsOf(statement: RowStatement): ClientColumn[] {
  return statement.getColumns() ?? [];
}

export function columnOf(column: ClientColumn): Column {
  const name = unfolded(column.getName());
  const type = column.getType().toLowerCase();
  if (type !== 'fixed')
    return { name, type: TYPES[type] ?? 'other', native: NAMES[type] ?? type.toUpperCase() };
  const [precision, scale] = [column.getPrecision(), column.getScale()];
  return { name, type: scale > 0 ? 'decimal' : 'integer', native: `NUMBER(${precision},${scale})` };
}

/** Throws when fewer come than were announced, and as soon as `stopped` says so. */
export async function* rowsOf(statement: RowStatement, stopped?: AbortSignal): AsyncGenerator<Row> {
  const columns = columnsOf(statement).map((column) => ({
    name: unfolded(column.getName()),
    isBoolean: column.getType().toLowerCase() === 'boolean',
  }));
  const expected = statement.getNumRows() ?? 0;
  let read = 0;
  const cellRows = statement.streamRows();
  const stop = (): void => void cellRows.destroy(new WarehouseError('transient', 'the query was cancelled'));
  if (stopped?.aborted) stop();
  stopped?.addEventListener('abort', stop);
  try {
    for await (const cells of cellRows as AsyncIterable<readonly (string | null)[]>) {
      read++;
      const row: Record<string, string | null> = {};
      for (const [index, { name, isBoolean }] of columns.entries())
        row[name] = textOf(cells[index], isBoolean);
      yield row;
    }
  } finally {
    stopped?.removeEventListener('abort', stop);
  }
  if (read < expected)
    throw new WarehouseError('transient', `the answer ended after ${read} of ${expected} rows`);
}

function textOf(cell: unknown, isBoolean: boolean): string | null {
  if (cell === null || cell === undefined) return null;
  const text = String(cell);
  return isBoolean ? text.toLowerCase() : text;
}

/** A DML statement answers with one row of counts; of an UPDATE the second is no count of changed rows. */
const CHANGED = /^number of rows (inserted|updated|deleted)$/i;

export async function changedBy(statement: RowStatement): Promise<number> {
  let changed = 0;
  for await (const row of rowsOf(statement)) {
    for (const [name, value] of Object.entries(row)) if (CHANGED.test(name)) changed += Number(value);
  }
  return changed;
}
