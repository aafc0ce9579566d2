/** Columns and sizes of relations. */
import type { Relation } from '../../config/project.ts';
import type { SqlType } from '../dialect.ts';
import { type Column, type Row, WarehouseError } from '../warehouse.ts';
import { dialect } from './dialect.ts';

type Query = (sql: string) => Promise<Row[]>;

const TYPES: readonly (readonly [RegExp, SqlType])[] = [
  [/\[\d*\]$/, 'other'],
  [/^(VARCHAR|ENUM\(.*\))$/s, 'text'],
  [/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/, 'integer'],
  [/^DECIMAL\(/, 'decimal'],
  [/^(FLOAT|DOUBLE)$/, 'float'],
  [/^BOOLEAN$/, 'boolean'],
  [/^TIMESTAMP WITH TIME ZONE$/, 'instant'],
  [/^TIMESTAMP(_S|_MS|_NS)?$/, 'timestamp'],
  [/^DATE$/, 'date'],
  [/^JSON$/, 'json'],
  [/^UUID$/, 'uuid'],
];

/** A relation as it stands in FROM. */
function fromClause(relation: Relation): string {
  switch (relation.kind) {
    case 'table':
      return relation.parts.map(dialect.quote).join('.');
    case 'file':
      return dialect.file!(relation.path);
    case 'query':
      // On lines of its own: the text may end with a comment.
      return `(\n${relation.sql.replace(/[\s;]+$/, '')}\n)`;
  }
}

/** Columns in order; undefined when the relation is missing. */
export async function describe(query: Query, relation: Relation): Promise<readonly Column[] | undefined> {
  try {
    const rows = await query(`DESCRIBE SELECT * FROM ${fromClause(relation)} AS described`);
    return rows.map((row) => ({
      name: row.column_name!,
      type: typeOf(row.column_type!),
      native: row.column_type!,
    }));
  } catch (error) {
    if (error instanceof WarehouseError && (error.failure === 'missing' || error.failure === 'permission')) {
      return undefined;
    }
    throw error;
  }
}

/** Rows that a table or Parquet file says it has; undefined for views, queries and other files. */
export async function approximateRows(query: Query, relation: Relation): Promise<number | undefined> {
  if (relation.kind === 'query') return undefined;
  if (relation.kind === 'file') return parquetRows(query, relation.path);
  const text = (value: string): string => dialect.literal({ type: 'text', text: value });
  const [table, schema, database] = [...relation.parts].reverse();
  const rows = await query(
    `SELECT estimated_size FROM duckdb_tables() WHERE lower(table_name) = lower(${text(table!)})` +
      ` AND lower(schema_name) = ${schema ? `lower(${text(schema)})` : 'current_schema()'}` +
      ` AND lower(database_name) = ${database ? `lower(${text(database)})` : 'current_database()'}`,
  );
  return rows[0] ? Number(rows[0].estimated_size) : undefined;
}

/** Those that are not consistent, not built in, or not there. */
export async function movingFunctions(query: Query, names: readonly string[]): Promise<ReadonlySet<string>> {
  const list = names.map((name) => dialect.literal({ type: 'text', text: name })).join(', ');
  const rows = await query(
    `SELECT lower(function_name) AS name FROM duckdb_functions() WHERE lower(function_name) IN (${list})` +
      " GROUP BY ALL HAVING bool_and(internal AND (stability = 'CONSISTENT' OR function_type IN ('macro', 'aggregate')))",
  );
  const still = new Set(rows.map((row) => row.name));
  return new Set(names.filter((name) => !still.has(name)));
}

/** Tables and views that are not its own. */
export async function tableNames(query: Query): Promise<(readonly [schema: string, name: string])[]> {
  const rows = await query(
    'SELECT schema_name AS schema, table_name AS name FROM duckdb_tables() WHERE NOT internal' +
      ' UNION SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1, 2',
  );
  return rows.map(({ schema, name }) => [schema!, name!]);
}

function typeOf(native: string): SqlType {
  return TYPES.find(([pattern]) => pattern.test(native))?.[1] ?? 'other';
}

/** Its footer holds the number: no data is read. */
async function parquetRows(query: Query, path: string): Promise<number | undefined> {
  if (!/\.parquet$/i.test(path)) return undefined;
  const [row] = await query(`SELECT count(*) AS rows FROM ${dialect.file!(path)}`);
  return Number(row!.rows);
}
