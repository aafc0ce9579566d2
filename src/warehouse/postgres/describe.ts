/** Columns and sizes of relations. */
import type { Relation } from '../../config/project.ts';
import type { SqlType } from '../dialect.ts';
import type { Column, Row } from '../warehouse.ts';
import { attempt } from './attempt.ts';
import { dialect } from './dialect.ts';
import { failureKind } from './failure.ts';
import { runOne } from './one.ts';
import type { Connection } from './pool.ts';

const TYPES: Readonly<Record<string, SqlType>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'decimal',
  float4: 'float',
  float8: 'float',
  bool: 'boolean',
  timestamptz: 'instant',
  timestamp: 'timestamp',
  date: 'date',
  json: 'json',
  jsonb: 'json',
  uuid: 'uuid',
};

/** Columns in order; undefined when the relation is missing or none of its columns may be read. */
export async function describe(
  connection: Connection,
  relation: Relation,
  inTransaction: boolean,
): Promise<readonly Column[] | undefined> {
  if (relation.kind === 'file') return undefined;
  const work = (): Promise<readonly Column[] | undefined> =>
    relation.kind === 'table'
      ? tableColumns(connection, relation.parts)
      : queryColumns(connection, relation.sql);
  try {
    return await attempt(connection, inTransaction, work);
  } catch (error) {
    const failure = failureKind(error);
    if (failure === 'missing' || failure === 'permission') return undefined;
    // The name of a table in another database.
    if (failure === 'statement' && relation.kind === 'table') return undefined;
    throw error;
  }
}

/** Rows as of the last ANALYZE; undefined for what was never analysed, for views, partitioned tables and queries. */
export async function approximateRows(
  query: (sql: string) => Promise<Row[]>,
  relation: Relation,
): Promise<number | undefined> {
  if (relation.kind !== 'table') return undefined;
  const rows = await query(
    `SELECT CAST(reltuples AS bigint) AS rows FROM pg_catalog.pg_class` +
      ` WHERE oid = to_regclass(${nameLiteral(relation.parts)}) AND relkind IN ('r', 'm') AND reltuples >= 0`,
  );
  return rows[0] ? Number(rows[0].rows) : undefined;
}

/** The object and its storage: a rebuild makes another object, TRUNCATE and a rewrite another storage. */
export async function incarnation(
  query: (sql: string) => Promise<Row[]>,
  relation: Relation,
): Promise<string | undefined> {
  if (relation.kind !== 'table') return undefined;
  const rows = await query(
    `SELECT oid || '/' || relfilenode AS incarnation FROM pg_catalog.pg_class` +
      ` WHERE oid = to_regclass(${nameLiteral(relation.parts)}) AND relkind IN ('r', 'm')`,
  );
  return rows[0]?.incarnation ?? undefined;
}

/** Volatile ones, those outside pg_catalog, and those that are not there. */
export async function movingFunctions(
  query: (sql: string) => Promise<Row[]>,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const list = names.map((name) => dialect.literal({ type: 'text', text: name })).join(', ');
  const rows = await query(
    `SELECT proname FROM pg_catalog.pg_proc WHERE proname IN (${list}) GROUP BY proname` +
      " HAVING bool_and(pronamespace = CAST('pg_catalog' AS regnamespace) AND provolatile <> 'v')",
  );
  const still = new Set(rows.map((row) => row.proname));
  return new Set(names.filter((name) => !still.has(name)));
}

/** Tables, views and the like that are not the server's own. */
export async function tableNames(
  query: (sql: string) => Promise<Row[]>,
): Promise<(readonly [schema: string, name: string])[]> {
  const rows = await query(
    'SELECT s.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class AS c' +
      ' JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace' +
      " WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND s.nspname !~ '^pg_' AND s.nspname <> 'information_schema'" +
      ' ORDER BY 1, 2',
  );
  return rows.map(({ schema, name }) => [schema!, name!]);
}

async function tableColumns(connection: Connection, parts: readonly string[]): Promise<Column[] | undefined> {
  const { rows } = await connection.query<{ name: string; base: string; native: string }>(
    `SELECT a.attname AS name, ${BASE_TYPE} AS base, format_type(a.atttypid, a.atttypmod) AS native
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = to_regclass(${nameLiteral(parts)}) AND a.attnum > 0 AND NOT a.attisdropped
       AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
     ORDER BY a.attnum`,
  );
  return rows.length === 0 ? undefined : rows.map(columnOf);
}

async function queryColumns(connection: Connection, sql: string): Promise<Column[]> {
  const text = `SELECT * FROM (\n${sql.replace(/[\s;]+$/, '')}\n) AS described LIMIT 0`;
  const { fields } = await runOne(connection, text);
  const { rows } = await connection.query<{ name: string; base: string; native: string }>(
    `SELECT '' AS name, ${BASE_TYPE} AS base, format_type(t.oid, f.modifier) AS native
     FROM unnest(CAST($1 AS oid[]), CAST($2 AS integer[])) WITH ORDINALITY AS f (type, modifier, position)
     JOIN pg_catalog.pg_type t ON t.oid = f.type ORDER BY f.position`,
    [fields.map((field) => field.dataTypeID), fields.map((field) => field.dataTypeModifier)],
  );
  return rows.map((row, index) => columnOf({ ...row, name: fields[index]!.name }));
}

/** An enum is compared as text; a domain is what it is made of. */
const BASE_TYPE = `CASE t.typtype WHEN 'e' THEN 'text'
         WHEN 'd' THEN (SELECT b.typname FROM pg_catalog.pg_type b WHERE b.oid = t.typbasetype) ELSE t.typname END`;

function columnOf(row: { name: string; base: string; native: string }): Column {
  return { name: row.name, type: TYPES[row.base] ?? 'other', native: row.native };
}

/** `"schema"."table"` as a text literal, for to_regclass. */
export function nameLiteral(parts: readonly string[]): string {
  return dialect.literal({ type: 'text', text: parts.map(dialect.quote).join('.') });
}
