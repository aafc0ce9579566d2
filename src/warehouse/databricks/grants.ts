/**
 * What a run needs beyond what its user may do. What can be read is found by queries that read nothing; what may be
 * written is told by the catalog. A table that may not be seen looks as if it were not there, so the grants are named for
 * both.
 */
import { type MissingGrant, type Needs, WarehouseError } from '../warehouse.ts';
import type { Query } from './describe.ts';
import { dialect } from './dialect.ts';

export const WHO = 'SELECT current_user() AS user_name, current_catalog() AS catalog_name';

interface Asking {
  readonly query: Query;
  readonly user: string;
  readonly catalog: string;
}

export async function missingGrants(
  query: Query,
  { relations, schema, tables }: Needs,
  scratch: string,
): Promise<readonly MissingGrant[]> {
  const [row] = await query(WHO);
  const asking = { query, user: quoted(row!.user_name!), catalog: dialect.quote(row!.catalog_name!) };
  const others = scratch === schema ? [] : await scratchGrants(asking, scratch);
  return [
    ...(await unreadable(asking, relations)),
    ...(await stateGrants(asking, schema, tables)),
    ...others,
  ];
}

async function unreadable(
  { query, user, catalog }: Asking,
  relations: Needs['relations'],
): Promise<MissingGrant[]> {
  const missing: MissingGrant[] = [];
  for (const relation of relations) {
    if (relation.kind !== 'table') continue;
    const name = relation.parts.map(dialect.quote).join('.');
    if (!(await isRefused(query, `SELECT 1 FROM ${name} LIMIT 0`))) continue;
    const [, schema, own] = [...relation.parts].reverse();
    const inside = own === undefined ? catalog : dialect.quote(own);
    const statements = [
      `GRANT USE CATALOG ON CATALOG ${inside} TO ${user}`,
      ...(schema === undefined
        ? []
        : [`GRANT USE SCHEMA ON SCHEMA ${inside}.${dialect.quote(schema)} TO ${user}`]),
      `GRANT SELECT ON TABLE ${own === undefined ? `${catalog}.` : ''}${name} TO ${user}`,
    ];
    missing.push({ what: `read ${name}`, statements, relation });
  }
  return missing;
}

/** Where the schema is not there, the right to make it; else that to make tables, and to write into those there are. */
async function stateGrants(
  asking: Asking,
  schema: string,
  tables: readonly string[],
): Promise<MissingGrant[]> {
  const { query, user, catalog } = asking;
  const what = 'keep its state';
  const name = `${catalog}.${dialect.quote(schema)}`;
  const [found] = await query(schemaSql(schema));
  if (found!.n === '0') {
    if (await may(query, 'CREATE SCHEMA')) return [];
    const make = `CREATE SCHEMA IF NOT EXISTS ${name}`;
    return [{ what, statements: [make, grantOn(name, user)] }];
  }
  const rights = tables.length === 0 ? [] : ['CREATE TABLE', 'MODIFY', 'SELECT'];
  for (const right of rights)
    if (!(await may(query, right, schema))) return [{ what, statements: [grantOn(name, user)] }];
  return [];
}

async function scratchGrants({ query, user, catalog }: Asking, schema: string): Promise<MissingGrant[]> {
  if (await may(query, 'CREATE TABLE', schema)) return [];
  const name = `${catalog}.${dialect.quote(schema)}`;
  const statements = [`CREATE SCHEMA IF NOT EXISTS ${name}`, grantOn(name, user)];
  return [{ what: 'make tables for the time of a transaction', statements }];
}

function grantOn(schema: string, user: string): string {
  return `GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA ${schema} TO ${user}`;
}

/** Whether the user, or a group of the user's, has a right in the catalog, or in a schema of it, or owns that. */
async function may(query: Query, right: string, schema?: string): Promise<boolean> {
  const [row] = await query(privilegeSql(right, schema));
  return row!.n !== '0';
}

export function privilegeSql(right: string, schema?: string): string {
  const mine = (grantee: string): string =>
    `(${grantee} = current_user() OR is_account_group_member(${grantee}))`;
  const [kind, owner, names] =
    schema === undefined
      ? ['catalog', 'catalog', 'catalog_name = current_catalog()']
      : ['schema', 'schema', `catalog_name = current_catalog() AND schema_name = ${text(schema)}`];
  const owned = owner === 'catalog' ? 'catalogs' : 'schemata';
  return (
    `SELECT (SELECT count(*) FROM information_schema.${kind}_privileges WHERE ${names}` +
    ` AND privilege_type IN (${[right, 'ALL PRIVILEGES', 'MANAGE'].map(text).join(', ')}) AND ${mine('grantee')})` +
    ` + (SELECT count(*) FROM information_schema.${owned} WHERE ${names} AND ${mine(`${owner}_owner`)}) AS n`
  );
}

export function schemaSql(schema: string): string {
  return `SELECT count(*) AS n FROM information_schema.schemata WHERE schema_name = ${text(schema)}`;
}

function text(of: string): string {
  return dialect.literal({ type: 'text', text: /^[A-Z]/.test(of) ? of : of.toLowerCase() });
}

function quoted(user: string): string {
  return `\`${user.replaceAll('`', '``')}\``;
}

async function isRefused(query: Query, sql: string): Promise<boolean> {
  try {
    await query(sql);
    return false;
  } catch (error) {
    return error instanceof WarehouseError && /^(permission|missing)$/.test(error.failure);
  }
}
