/** Columns, sizes and names of relations. */
import type { Relation } from '../../config/project.ts';
import type { Column, Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { failureKind } from './failure.ts';
import { runOne } from './one.ts';
import type { Connection } from './pool.ts';
import { columnOf } from './values.ts';

type Query = (sql: string) => Promise<Row[]>;

/** Columns in order, of a query that gives no row; undefined when the relation is missing or may not be read. */
export async function describe(
  connection: Connection,
  relation: Relation,
): Promise<readonly Column[] | undefined> {
  if (relation.kind === 'file') return undefined;
  const of =
    relation.kind === 'table'
      ? nameOf(relation.parts)
      : `(\n${relation.sql.replace(/[\s;]+$/, '')}\n) AS described`;
  try {
    const { fields } = await runOne(connection, `SELECT * FROM ${of} LIMIT 0`);
    return fields.map(columnOf);
  } catch (error) {
    const failure = failureKind(error);
    if (failure === 'missing' || failure === 'permission') return undefined;
    // The name of a table in a database that is not there.
    if (failure === 'statement' && relation.kind === 'table') return undefined;
    throw error;
  }
}

/** Whether some table has this name: one that is asked for in vain would spoil the transaction. */
export async function isThere(query: Query, table: string): Promise<boolean> {
  const rows = await query(
    `SELECT 1 AS found FROM pg_catalog.pg_class WHERE relname = ${text(table)} LIMIT 1`,
  );
  return rows.length > 0;
}

/** Needs a right to the view, and says nothing of empty tables. */
export async function approximateRows(query: Query, relation: Relation): Promise<number | undefined> {
  const place = placeOf(relation);
  if (!place) return undefined;
  try {
    const [row] = await query(
      'SELECT CAST(tbl_rows AS BIGINT) AS tbl_rows FROM svv_table_info' +
        ` WHERE "schema" = ${text(place.schema)} AND "table" = ${text(place.table)}`,
    );
    return row ? Number(row.tbl_rows) : undefined;
  } catch {
    return undefined;
  }
}

/** A table's number: one that is dropped and made anew has another. */
export async function incarnation(query: Query, relation: Relation): Promise<string | undefined> {
  const place = placeOf(relation);
  if (!place) return undefined;
  const rows = await query(
    'SELECT CAST(c.oid AS BIGINT) AS incarnation FROM pg_catalog.pg_class AS c' +
      ' JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace' +
      ` WHERE s.nspname = ${text(place.schema)} AND c.relname = ${text(place.table)} AND c.relkind = 'r'`,
  );
  return rows[0]?.incarnation ?? undefined;
}

/** Tables and views of this database that are not the server's own; those of other databases and of Spectrum do not show. */
export async function tableNames(query: Query): Promise<(readonly [schema: string, name: string])[]> {
  const rows = await query(
    'SELECT s.nspname AS "schema", c.relname AS name FROM pg_catalog.pg_class AS c' +
      ' JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace' +
      " WHERE c.relkind IN ('r', 'v', 'm') AND s.nspname !~ '^pg_' AND s.nspname <> 'information_schema'" +
      ' ORDER BY 1, 2',
  );
  return rows.map(({ schema, name }) => [schema!, name!]);
}

export function nameOf(parts: readonly string[]): string {
  return parts.map(dialect.quote).join('.');
}

/** Of a table of this database. */
function placeOf(relation: Relation): { readonly schema: string; readonly table: string } | undefined {
  if (relation.kind !== 'table' || relation.parts.length > 2) return undefined;
  const [table, schema = 'public'] = [...relation.parts].reverse();
  return { schema, table: table! };
}

function text(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}
