/**
 * What a run needs beyond what the role may do, found by statements that do not run. Snowflake tells a role the same of a
 * table that it may not see and of one that is not there, so the grants are named for both.
 */
import { type MissingGrant, type Needs, type Row, WarehouseError } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { folded } from './quote.ts';

interface Asking {
  readonly query: (sql: string) => Promise<Row[]>;
  /** Looks at a statement without running it. */
  readonly look: (sql: string) => Promise<unknown>;
}

export const WHO = 'SELECT CURRENT_ROLE() AS role_name, CURRENT_DATABASE() AS database_name';

export async function missingGrants(asking: Asking, needs: Needs): Promise<readonly MissingGrant[]> {
  const [row] = await asking.query(WHO);
  const role = `"${row!.role_name!.replaceAll('"', '""')}"`;
  const database = `"${row!.database_name!.replaceAll('"', '""')}"`;
  return [
    ...(await unreadable(asking, needs, role, database)),
    ...(await stateGrants(asking, needs, role, database)),
  ];
}

async function unreadable(
  { look }: Asking,
  { relations }: Needs,
  role: string,
  own: string,
): Promise<MissingGrant[]> {
  const missing: MissingGrant[] = [];
  for (const relation of relations) {
    if (relation.kind !== 'table') continue;
    const name = relation.parts.map(dialect.quote).join('.');
    if (!(await isRefused(look, `SELECT 1 FROM ${name}`))) continue;
    const [, schema, database] = [...relation.parts].reverse();
    const inside = database === undefined ? own : dialect.quote(database);
    const statements = [
      `GRANT USAGE ON DATABASE ${inside} TO ROLE ${role}`,
      ...(schema === undefined
        ? []
        : [`GRANT USAGE ON SCHEMA ${inside}.${dialect.quote(schema)} TO ROLE ${role}`]),
      `GRANT SELECT ON TABLE ${database === undefined ? `${own}.` : ''}${name} TO ROLE ${role}`,
    ];
    missing.push({ what: `read ${name}`, statements, relation });
  }
  return missing;
}

/** Where the schema is not there, the right to make it; else that to make tables, and to write into those there are. */
async function stateGrants(
  { query, look }: Asking,
  { schema, tables }: Needs,
  role: string,
  database: string,
): Promise<MissingGrant[]> {
  const what = 'keep its state';
  const name = `${database}.${dialect.quote(schema)}`;
  const found = new Set((await query(stateTablesSql(schema))).map((row) => row.table_name));
  if (found.size === 0 && !(await may(query, 'SCHEMA', schema)) && !(await may(query, 'DATABASE'))) {
    const make = `CREATE SCHEMA IF NOT EXISTS ${name}`;
    return [{ what, statements: [make, `GRANT USAGE, CREATE TABLE ON SCHEMA ${name} TO ROLE ${role}`] }];
  }
  const own = tables.filter((each) => found.has(folded(each)));
  const statements: string[] = [];
  if (own.length > 0 && own.length < tables.length && !(await may(query, 'SCHEMA', schema)))
    statements.push(`GRANT USAGE, CREATE TABLE ON SCHEMA ${name} TO ROLE ${role}`);
  for (const table of own) {
    const sql = `DELETE FROM ${dialect.quote(schema)}.${dialect.quote(table)} WHERE FALSE`;
    if (!(await isRefused(look, sql))) continue;
    statements.push(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO ROLE ${role}`);
    break;
  }
  return statements.length === 0 ? [] : [{ what, statements }];
}

export function stateTablesSql(schema: string): string {
  return `SELECT table_name FROM INFORMATION_SCHEMA.TABLES WHERE table_schema = ${text(folded(schema))}`;
}

/** Whether the role, or one that it has, may make tables in a schema, or a schema in the database. */
async function may(query: Asking['query'], kind: 'DATABASE' | 'SCHEMA', schema?: string): Promise<boolean> {
  const [row] = await query(privilegeSql(kind, schema));
  return row!.n !== '0';
}

export function privilegeSql(kind: 'DATABASE' | 'SCHEMA', schema?: string): string {
  const [name, right] =
    kind === 'DATABASE' ? ['CURRENT_DATABASE()', 'CREATE SCHEMA'] : [text(folded(schema!)), 'CREATE TABLE'];
  return (
    'SELECT COUNT(*) AS n FROM INFORMATION_SCHEMA.OBJECT_PRIVILEGES' +
    ` WHERE object_type = '${kind}' AND object_name = ${name}` +
    ` AND privilege_type IN ('${right}', 'OWNERSHIP') AND IS_ROLE_IN_SESSION(grantee)`
  );
}

function text(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}

async function isRefused(look: Asking['look'], sql: string): Promise<boolean> {
  try {
    await look(sql);
    return false;
  } catch (error) {
    return error instanceof WarehouseError && /^(permission|missing)$/.test(error.failure);
  }
}
