/** State tables in PostgreSQL: the key as primary key, and an index for each range that rows are read by. */
import type { Layout, StateTable } from '../layout.ts';
import { dialect } from './dialect.ts';

export const layout: Layout = (schema, table) => {
  const name = `${dialect.quote(schema)}.${dialect.quote(table.name)}`;
  return [
    createSchema(schema),
    `CREATE TABLE IF NOT EXISTS ${name} (\n${definitions(table).join(',\n')}\n)`,
    ...(table.ranges ?? []).map(
      (columns) =>
        `CREATE INDEX IF NOT EXISTS ${dialect.quote(`${table.name}_by_${columns.join('_')}`)}\n  ON ${name} (${list(columns)})`,
    ),
  ];
};

function definitions(table: StateTable): string[] {
  const columns = table.columns.map(([name, type]) => {
    const required = table.key.includes(name) || table.required?.includes(name);
    return `  ${dialect.quote(name)} ${dialect.types[type]}${required ? ' NOT NULL' : ''}`;
  });
  return table.key.length > 0 ? [...columns, `  PRIMARY KEY (${list(table.key)})`] : columns;
}

/** CREATE SCHEMA IF NOT EXISTS asks for the right to create one even where it exists already; this does not. */
function createSchema(schema: string): string {
  const wanted = dialect.literal({ type: 'text', text: schema });
  const block =
    `BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = ${wanted}) THEN` +
    ` CREATE SCHEMA ${dialect.quote(schema)}; END IF; END`;
  return `DO ${dialect.literal({ type: 'text', text: block })}`;
}

function list(columns: readonly string[]): string {
  return columns.map(dialect.quote).join(', ');
}
