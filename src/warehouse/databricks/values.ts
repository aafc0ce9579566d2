/** Columns and cells of an answer. */
import { types } from 'node:util';
import type { SqlType } from '../dialect.ts';
import { type Column, type Row, WarehouseError } from '../warehouse.ts';
import type { Operation } from './client.ts';
import { PAGE_ROWS } from './run.ts';

/** By the name that SQL has for them, without what stands in brackets. */
const TYPES: Readonly<Record<string, SqlType>> = {
  string: 'text',
  varchar: 'text',
  char: 'text',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  float: 'float',
  double: 'float',
  boolean: 'boolean',
  timestamp: 'instant',
  timestamp_ntz: 'timestamp',
  date: 'date',
  variant: 'json',
  array: 'json',
  map: 'json',
  struct: 'json',
};

/** Digits that a BIGINT surely takes. */
const WHOLE = /^decimal\((\d|1[0-8]),0\)$/;

export function columnOf(name: string, native: string): Column {
  const type = native.toLowerCase();
  if (WHOLE.test(type)) return { name, type: 'integer', native };
  return { name, type: TYPES[/^\w+/.exec(type)?.[0] ?? ''] ?? 'other', native };
}

/** What the wire calls some types, by number. Source: the client's own `TTypeId`. */
const [BIGINT, FLOAT, DECIMAL, DATE] = [4, 5, 15, 17];

/** Page after page; ends with an error as soon as one is missing, or `stopped` says so. */
export async function* rowsOf(operation: Operation, stopped?: AbortSignal): AsyncGenerator<Row> {
  const schema = await operation.getSchema();
  const columns = (schema?.columns ?? []).map(({ columnName: name, typeDesc }) => ({
    name,
    type: Number(typeDesc.types[0]?.primitiveEntry?.type),
  }));
  if (columns.length === 0) return;
  do {
    const page = (await operation.fetchChunk({ maxRows: PAGE_ROWS, disableBuffering: true })) as Cells[];
    for (const cells of page) {
      if (stopped?.aborted) throw new WarehouseError('transient', 'the query was cancelled');
      const row: Record<string, string | null> = {};
      for (const { name, type } of columns) row[name] = textOf(cells[name], type);
      yield row;
    }
  } while (await operation.hasMoreRows());
  // Of one that was stopped, it says that there are no more.
  if (stopped?.aborted) throw new WarehouseError('transient', 'the query was cancelled');
}

type Cells = Readonly<Record<string, unknown>>;

function textOf(cell: unknown, type: number): string | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'number') return numberText(cell, type);
  if (types.isDate(cell)) return type === DATE ? cell.toISOString().slice(0, 10) : inexact('a time');
  if (Buffer.isBuffer(cell)) return cell.toString('hex');
  if (typeof cell === 'object')
    return JSON.stringify(cell, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return String(cell);
}

/** What has been a double on its way may have been another number before. */
function numberText(cell: number, type: number): string {
  if (type === DECIMAL || (type === BIGINT && !Number.isSafeInteger(cell))) return inexact('a number');
  if (type !== FLOAT) return String(cell);
  for (let digits = 1; digits <= 9; digits++) {
    const text = Number(cell.toPrecision(digits));
    if (Math.fround(text) === cell) return String(text);
  }
  return String(cell);
}

function inexact(what: string): never {
  throw new WarehouseError('statement', `${what} came in a form that is not exact`);
}

/** A statement that changes rows answers with one row of counts. */
export async function changedBy(operation: Operation): Promise<number | undefined> {
  for await (const { num_affected_rows: count } of rowsOf(operation)) if (count != null) return Number(count);
  return undefined;
}
