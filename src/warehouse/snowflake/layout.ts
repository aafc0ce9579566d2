/**
 * State tables in Snowflake. It enforces no keys and has no indexes. What grows with the customers (members, ledger) is
 * clustered by the segment or sync that its rows are of, so that those of others are not read: few values, and cheap to
 * keep. Not by the member's key: what is written to all over would be sorted anew, and billed, after every tick. What is
 * only added to lies in the order of time anyway.
 */
import type { Layout } from '../layout.ts';
import { dialect } from './dialect.ts';

/** The member's column in a key. */
const MEMBER = 'entity_key';

export const layout: Layout = (schema, table) => {
  const name = `${dialect.quote(schema)}.${dialect.quote(table.name)}`;
  const columns = table.columns.map(([column, type]) => {
    const required = table.key.includes(column) || table.required?.includes(column);
    return `  ${dialect.quote(column)} ${dialect.types[type]}${required ? ' NOT NULL' : ''}`;
  });
  const by = table.key.includes(MEMBER) ? table.key.filter((column) => column !== MEMBER) : [];
  const clustered = by.length > 0 ? `\nCLUSTER BY (${by.map(dialect.quote).join(', ')})` : '';
  return [
    `CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)}`,
    `CREATE TABLE IF NOT EXISTS ${name} (\n${columns.join(',\n')}\n)${clustered}`,
  ];
};
