/** What a run needs beyond what the user of a connection may do, with the statements that give it. */
import type { MissingGrant, Needs, Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';

type Query = (sql: string) => Promise<Row[]>;

export async function missingGrants(query: Query, needs: Needs): Promise<readonly MissingGrant[]> {
  const [row] = await query(
    'SELECT current_user AS name, current_database() AS base,' +
      " has_database_privilege(current_database(), 'TEMP') AS makes_temporary," +
      " has_database_privilege(current_database(), 'CREATE') AS makes_schemas",
  );
  const [who, database] = [dialect.quote(row!.name!), dialect.quote(row!.base!)];
  return [
    ...(await unreadable(query, needs, who)),
    ...(await stateGrants(query, needs, who, database, row!.makes_schemas === 'true')),
    ...(row!.makes_temporary === 'true'
      ? []
      : [
          {
            what: 'make temporary tables',
            statements: [`GRANT TEMP ON DATABASE ${database} TO ${who}`],
          },
        ]),
  ];
}

/** Tables of this database that are there and may not be read. */
async function unreadable(query: Query, { relations }: Needs, who: string): Promise<MissingGrant[]> {
  const missing: MissingGrant[] = [];
  for (const relation of relations) {
    if (relation.kind !== 'table' || relation.parts.length > 2) continue;
    const [table, schema = 'public'] = [...relation.parts].reverse();
    const [row] = await query(
      `SELECT ${mayEnter} AS enters, ${mayDo('SELECT')} AS reads FROM ${TABLES}` +
        ` WHERE s.nspname = ${text(schema)} AND c.relname = ${text(table!)}`,
    );
    const name = `${dialect.quote(schema)}.${dialect.quote(table!)}`;
    const statements = [
      ...(row?.enters === 'false' ? [`GRANT USAGE ON SCHEMA ${dialect.quote(schema)} TO ${who}`] : []),
      ...(row?.reads === 'false' ? [`GRANT SELECT ON TABLE ${name} TO ${who}`] : []),
    ];
    if (statements.length > 0) missing.push({ what: `read ${name}`, statements, relation });
  }
  return missing;
}

/** The schema must be there or be made; where tables are missing in it, they must be made too. */
async function stateGrants(
  query: Query,
  { schema, tables }: Needs,
  who: string,
  database: string,
  makesSchemas: boolean,
): Promise<MissingGrant[]> {
  const what = 'keep its state';
  const own = dialect.quote(schema);
  const [place] = await query(
    `SELECT ${mayEnter} AS enters, has_schema_privilege(s.nspname, 'CREATE') AS makes` +
      ` FROM pg_catalog.pg_namespace AS s WHERE s.nspname = ${text(schema)}`,
  );
  if (!place) {
    const statements = [`GRANT CREATE ON DATABASE ${database} TO ${who}`];
    return makesSchemas ? [] : [{ what, statements }];
  }
  const writes = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map(mayDo).join(' AND ');
  const found = await query(
    `SELECT c.relname AS name, ${writes} AS writes FROM ${TABLES}` +
      ` WHERE s.nspname = ${text(schema)} AND c.relname IN (${tables.map(text).join(', ')})`,
  );
  const makes = place.makes === 'true' || found.length >= tables.length;
  const rights = [...(place.enters === 'true' ? [] : ['USAGE']), ...(makes ? [] : ['CREATE'])];
  const statements = [
    ...(rights.length === 0 ? [] : [`GRANT ${rights.join(', ')} ON SCHEMA ${own} TO ${who}`]),
    ...(found.every((row) => row.writes === 'true')
      ? []
      : [`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${own} TO ${who}`]),
  ];
  return statements.length === 0 ? [] : [{ what, statements }];
}

const TABLES = 'pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace';
const mayEnter = "has_schema_privilege(s.nspname, 'USAGE')";

function mayDo(right: string): string {
  return `has_table_privilege(quote_ident(s.nspname) || '.' || quote_ident(c.relname), '${right}')`;
}

function text(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}
