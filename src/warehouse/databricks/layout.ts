/**
 * State tables in Databricks: Delta tables of Unity Catalog. Transactions write only to tables whose commits the catalog
 * coordinates. It enforces no keys. What grows with the customers (members, ledger) is clustered by the segment or sync
 * and then by the member, so that a few keys are found in a few files; clustering is done when tables are optimised, not
 * at every write. What is only added to lies in the order of time anyway.
 */
import type { Layout } from '../layout.ts';
import { dialect } from './dialect.ts';

/** The member's column in a key. */
const MEMBER = 'entity_key';

/** Without it a table cannot be written to in a transaction over several statements. */
export const COORDINATED = "TBLPROPERTIES ('delta.feature.catalogManaged' = 'supported')";

export const layout: Layout = (schema, table) => {
  const name = `${dialect.quote(schema)}.${dialect.quote(table.name)}`;
  const columns = table.columns.map(([column, type]) => {
    const required = table.key.includes(column) || table.required?.includes(column);
    return `  ${dialect.quote(column)} ${dialect.types[type]}${required ? ' NOT NULL' : ''}`;
  });
  const by = table.key.includes(MEMBER) ? [...table.key.filter((column) => column !== MEMBER), MEMBER] : [];
  const clustered = by.length > 0 ? `\nCLUSTER BY (${by.map(dialect.quote).join(', ')})` : '';
  return [
    `CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)}`,
    `CREATE TABLE IF NOT EXISTS ${name} (\n${columns.join(',\n')}\n)\nUSING DELTA${clustered}\n${COORDINATED}`,
  ];
};
