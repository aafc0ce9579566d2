/** What a state table is, and what an adapter makes of it: partitions, clusters, keys, indexes. */
import type { SqlType } from './dialect.ts';

export interface StateTable {
  readonly name: string;
  /** In order. Every column may be NULL unless listed in `key` or `required`. */
  readonly columns: readonly (readonly [name: string, type: Exclude<SqlType, 'other'>])[];
  /** Columns that identify a row. The first is what rows are looked up by most. */
  readonly key: readonly string[];
  readonly required?: readonly string[];
  /** Other columns that ranges of rows are read by, most important first. */
  readonly ranges?: readonly (readonly string[])[];
}

/** DDL that makes a state table in a schema, statement by statement; nothing fails when it exists already. */
export type Layout = (schema: string, table: StateTable) => readonly string[];
