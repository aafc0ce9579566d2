/** State tables in DuckDB. */
import type { Layout, StateTable } from '../layout.ts';
import { dialect } from './dialect.ts';

/**
 * Tables with a row for each member get no primary key: its index makes bulk inserts 4 times slower (1 million rows: 1.5 s against 0.4), is held in
 * memory whole, and refuses to delete and insert one key in one transaction. Rows are found by zone maps and hash joins.
 */
export const layout: Layout = (schema, table) => {
  const columns = table.columns.map(([name, type]) => {
    const required = table.key.includes(name) || table.required?.includes(name);
    return `  ${dialect.quote(name)} ${dialect.types[type]}${required ? ' NOT NULL' : ''}`;
  });
  if (table.key.length > 0 && !isBig(table)) {
    columns.push(`  PRIMARY KEY (${table.key.map(dialect.quote).join(', ')})`);
  }
  const name = `${dialect.quote(schema)}.${dialect.quote(table.name)}`;
  return [
    `CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)}`,
    `CREATE TABLE IF NOT EXISTS ${name} (\n${columns.join(',\n')}\n)`,
  ];
};

function isBig(table: StateTable): boolean {
  return table.columns.some(([name]) => name === 'entity_key');
}
