/** What a run needs beyond what the role of a connection may do, with the statements that give it. */
import type { MissingGrant, Needs, Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';

type Query = (sql: string) => Promise<Row[]>;

/** Whose rights are looked at, and where. Names are quoted where they must be. */
interface Who {
  readonly role: string;
  readonly database: string;
}

export async function missingGrants(query: Query, needs: Needs): Promise<readonly MissingGrant[]> {
  const [row] = await query(
    'SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database,' +
      " has_database_privilege(current_database(), 'TEMPORARY') AS temporary," +
      " has_database_privilege(current_database(), 'CREATE') AS creates",
  );
  const who = { role: row!.role!, database: row!.database! };
  return [
    ...(await unreadable(query, needs, who)),
    ...(await stateGrants(query, needs, who, row!.creates === 'true')),
    ...(row!.temporary === 'true' ? [] : [temporaryTables(who)]),
  ];
}

/** Tables that are there and may not be read. */
async function unreadable(query: Query, { relations }: Needs, { role }: Who): Promise<MissingGrant[]> {
  const names = relations.flatMap((relation, position) => {
    const [table, schema] = relation.kind === 'table' ? [...relation.parts].reverse() : [];
    return table === undefined ? [] : [`(${position}, ${textOrNull(schema)}, ${text(table)})`];
  });
  if (names.length === 0) return [];
  const rows = await query(
    'SELECT n.position, quote_ident(s.nspname) AS schema, quote_ident(c.relname) AS name,' +
      " has_schema_privilege(s.oid, 'USAGE') AS enters, has_any_column_privilege(c.oid, 'SELECT') AS reads" +
      ` FROM (VALUES ${names.join(', ')}) AS n (position, schema, name)` +
      " JOIN pg_catalog.pg_class AS c ON c.relname = n.name AND c.relkind IN ('r', 'v', 'm', 'f', 'p')" +
      ' JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace' +
      ' WHERE CASE WHEN n.schema IS NULL THEN pg_table_is_visible(c.oid) ELSE s.nspname = n.schema END' +
      ' ORDER BY n.position',
  );
  return rows.flatMap(({ position, schema, name, enters, reads }) => {
    const statements = [
      ...(enters === 'true' ? [] : [`GRANT USAGE ON SCHEMA ${schema} TO ${role}`]),
      ...(reads === 'true' ? [] : [`GRANT SELECT ON ${schema}.${name} TO ${role}`]),
    ];
    const relation = relations[Number(position)]!;
    return statements.length === 0 ? [] : [{ what: `read ${schema}.${name}`, statements, relation }];
  });
}

/** The schema must be there or be made; where tables are missing in it, they must be made too. */
async function stateGrants(
  query: Query,
  { schema, tables }: Needs,
  { role }: Who,
  creates: boolean,
): Promise<MissingGrant[]> {
  const names = tables.map(text).join(', ');
  const of = (right: string): string => `has_table_privilege(c.oid, '${right}')`;
  const writes = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map(of).join(' AND ');
  const [row] = await query(
    `SELECT quote_ident(s.nspname) AS name, has_schema_privilege(s.oid, 'USAGE') AS enters,` +
      " has_schema_privilege(s.oid, 'CREATE') AS makes, count(c.oid) AS found," +
      ` coalesce(bool_and(${writes}), true) AS writes` +
      ' FROM pg_catalog.pg_namespace AS s' +
      ` LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = s.oid AND c.relname IN (${names})` +
      ` WHERE s.nspname = ${text(schema)} GROUP BY s.oid, s.nspname`,
  );
  const what = 'keep its state';
  if (!row) {
    const statements = [`CREATE SCHEMA ${dialect.quote(schema)} AUTHORIZATION ${role}`];
    return creates ? [] : [{ what, statements }];
  }
  const makes = row.makes === 'true' || Number(row.found) >= tables.length;
  const rights = [...(row.enters === 'true' ? [] : ['USAGE']), ...(makes ? [] : ['CREATE'])];
  const statements = [
    ...(rights.length === 0 ? [] : [`GRANT ${rights.join(', ')} ON SCHEMA ${row.name} TO ${role}`]),
    ...(row.writes === 'true'
      ? []
      : [`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${row.name} TO ${role}`]),
  ];
  return statements.length === 0 ? [] : [{ what, statements }];
}

function temporaryTables({ role, database }: Who): MissingGrant {
  const statements = [`GRANT TEMPORARY ON DATABASE ${database} TO ${role}`];
  return { what: 'make temporary tables', statements };
}

function text(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}

function textOrNull(of: string | undefined): string {
  return of === undefined ? 'CAST(NULL AS text)' : text(of);
}
