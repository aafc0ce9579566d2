/**
 * State tables in Redshift: rows of one key stand on one slice, sorted by what they are looked up by. It enforces no keys,
 * but plans as if they held, so that none are declared.
 */
import type { Layout } from '../layout.ts';
import { dialect } from './dialect.ts';

/** What tables are joined by, here and with the affected keys. */
const JOINED_BY = 'entity_key';

export const layout: Layout = (schema, table) => {
  const name = `${dialect.quote(schema)}.${dialect.quote(table.name)}`;
  const columns = table.columns.map(([column, type]) => {
    const required = table.key.includes(column) || table.required?.includes(column);
    return `  ${dialect.quote(column)} ${dialect.types[type]}${required ? ' NOT NULL' : ''}`;
  });
  const spread = table.columns.some(([column]) => column === JOINED_BY)
    ? `\nDISTSTYLE KEY DISTKEY (${JOINED_BY})`
    : '';
  const sorted = (table.key.length > 0 ? table.key : (table.ranges?.[0] ?? [])).map(dialect.quote);
  const sortedBy = sorted.length > 0 ? `\nCOMPOUND SORTKEY (${sorted.join(', ')})` : '';
  return [
    `CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)}`,
    `CREATE TABLE IF NOT EXISTS ${name} (\n${columns.join(',\n')}\n)${spread}${sortedBy}`,
  ];
};
