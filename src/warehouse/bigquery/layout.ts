/**
 * State tables in BigQuery: clustered by their key, which is what rows are looked up by, and the large ones partitioned by
 * whose rows they are. It has no keys that it enforces and no indexes; a block of a clustered table that holds none of the
 * keys asked for is not read.
 */
import { BUCKETS, type Layout } from '../layout.ts';
import { dialect } from './dialect.ts';

/** A statement that changes rows is billed with the partitions that it touches, whole. */
const SLICES = 1_024;

/** Columns that a table may be clustered by at most. */
const MOST = 4;

export const layout: Layout = (schema, table) => {
  const name = `${dialect.quote(schema)}.${dialect.quote(table.name)}`;
  const columns = table.columns.map(([column, type]) => {
    const required = table.key.includes(column) || table.required?.includes(column);
    return `  ${dialect.quote(column)} ${dialect.types[type]}${required ? ' NOT NULL' : ''}`;
  });
  const isSliced = table.slicedBy !== undefined;
  if (isSliced) columns.push('  slice INT64 NOT NULL');
  const partitioned = isSliced
    ? `\nPARTITION BY RANGE_BUCKET(slice, GENERATE_ARRAY(0, ${BUCKETS}, ${BUCKETS / SLICES}))`
    : '';
  const by = (table.key.length > 0 ? table.key : (table.ranges?.[0] ?? [])).slice(0, MOST).map(dialect.quote);
  const clustered = by.length > 0 ? `\nCLUSTER BY ${by.join(', ')}` : '';
  return [
    `CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)}`,
    `CREATE TABLE IF NOT EXISTS ${name} (\n${columns.join(',\n')}\n)${partitioned}${clustered}`,
  ];
};
