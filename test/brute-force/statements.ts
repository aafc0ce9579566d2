/** The shop's tables and rows as SQL. A literal writer of its own: the product's is what is under test. */
import { utcParts } from '../../src/instant.ts';
import type { Write } from './play.ts';
import type { Columns, Shop, TableName } from './shop.ts';
import type { Cell, ColumnType } from './tables.ts';

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT',
  integer: 'BIGINT',
  decimal: 'DECIMAL(18, 4)',
  float: 'DOUBLE PRECISION',
  boolean: 'BOOLEAN',
  instant: 'TIMESTAMP WITH TIME ZONE',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
};

const ROWS_AT_ONCE = 400;

/** Makes the schema and its empty tables. */
export function tableStatements(shop: Shop): string[] {
  const tables = Object.entries(shop.columns).map(([table, columns]) => {
    const list = Object.entries(columns as Columns).map(([column, type]) => `${column} ${TYPES[type]}`);
    return `CREATE TABLE shop.${table} (${list.join(', ')})`;
  });
  return ['CREATE SCHEMA shop', ...tables];
}

/** Inserts, many rows at once, and updates, in the order written. */
export function writeStatements(shop: Shop, writes: readonly Write[]): string[] {
  const statements: string[] = [];
  for (let index = 0; index < writes.length; ) {
    const { table, added } = writes[index]!;
    if (!added) {
      statements.push(update(shop, writes[index]!));
      index += 1;
      continue;
    }
    let end = index;
    while (
      end < writes.length &&
      end - index < ROWS_AT_ONCE &&
      writes[end]!.table === table &&
      writes[end]!.added
    )
      end += 1;
    statements.push(insert(shop, table, writes.slice(index, end)));
    index = end;
  }
  return statements;
}

function insert(shop: Shop, table: TableName, writes: readonly Write[]): string {
  const rows = writes.map(({ row }) => {
    const cells = Object.entries(shop.columns[table]).map(([column, type]) => literal(row[column]!, type));
    return `(${cells.join(', ')})`;
  });
  return `INSERT INTO shop.${table} VALUES ${rows.join(',\n')}`;
}

function update(shop: Shop, { table, row, gone }: Write): string {
  if (gone) return `DELETE FROM shop.${table} WHERE row_id = ${String(row.row_id)}`;
  const cells = Object.entries(shop.columns[table])
    .filter(([column]) => column !== 'row_id')
    .map(([column, type]) => `${column} = ${literal(row[column]!, type)}`);
  return `UPDATE shop.${table} SET ${cells.join(', ')} WHERE row_id = ${String(row.row_id)}`;
}

function literal(cell: Cell, type: ColumnType): string {
  if (cell === null) return 'NULL';
  return `CAST('${cellText(cell, type).replaceAll("'", "''")}' AS ${TYPES[type]})`;
}

/** A cell as text that a cast makes a value of its type again. */
export function cellText(cell: NonNullable<Cell>, type: ColumnType): string {
  if (typeof cell !== 'bigint') return String(cell);
  const { date, time } = utcParts(cell);
  return `${date} ${time}${type === 'instant' ? '+00' : ''}`;
}
