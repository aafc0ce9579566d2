/** Columns, sizes and incarnations of relations. */
import type { RowStatement } from 'snowflake-sdk';
import type { Relation } from '../../config/project.ts';
import { type Column, type Row, WarehouseError } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { folded, unfolded } from './quote.ts';
import { columnOf, columnsOf } from './values.ts';

type Query = (sql: string) => Promise<Row[]>;

/** `look` looks at a statement without running it. Who may not read a table is told that it is not there. */
export async function describe(
  look: (sql: string) => Promise<RowStatement>,
  relation: Relation,
): Promise<readonly Column[] | undefined> {
  if (relation.kind === 'file') return undefined;
  const of =
    relation.kind === 'table'
      ? relation.parts.map(dialect.quote).join('.')
      : `(\n${relation.sql.replace(/[\s;]+$/, '')}\n) AS described`;
  try {
    return columnsOf(await look(`SELECT * FROM ${of} LIMIT 0`)).map(columnOf);
  } catch (error) {
    if (error instanceof WarehouseError && /^(missing|permission)$/.test(error.failure)) return undefined;
    throw error;
  }
}

export async function approximateRows(query: Query, relation: Relation): Promise<number | undefined> {
  const [row] = await tableRow(query, relation, 'row_count');
  return row?.row_count == null ? undefined : Number(row.row_count);
}

/** When the table was made: `CREATE OR REPLACE` makes it anew. One that was emptied and filled again is not told. */
export async function incarnation(query: Query, relation: Relation): Promise<string | undefined> {
  const [row] = await tableRow(query, relation, 'DATE_PART(EPOCH_MICROSECOND, created) AS made');
  return row?.made ?? undefined;
}

/** Of a view nothing is told: it is made anew by every deployment, and its rows are those of its tables. */
async function tableRow(query: Query, relation: Relation, what: string): Promise<Row[]> {
  if (relation.kind !== 'table' || relation.parts.length < 2) return [];
  const [table, schema, database] = [...relation.parts].reverse();
  const from = database === undefined ? '' : `${dialect.quote(database)}.`;
  return query(
    `SELECT ${what} FROM ${from}INFORMATION_SCHEMA.TABLES WHERE table_schema = ${text(folded(schema!))}` +
      ` AND table_name = ${text(folded(table!))} AND table_type = 'BASE TABLE'`,
  );
}

/** Tables and views of the target's database. */
export async function tableNames(query: Query): Promise<(readonly [schema: string, name: string])[]> {
  const rows = await query(
    "SELECT table_schema, table_name FROM INFORMATION_SCHEMA.TABLES WHERE table_schema <> 'INFORMATION_SCHEMA'" +
      ' ORDER BY table_schema, table_name',
  );
  return rows.map(({ table_schema, table_name }) => [unfolded(table_schema!), unfolded(table_name!)]);
}

function text(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}
