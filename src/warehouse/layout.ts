/** What a state table is, and what an adapter makes of it: partitions, clusters, keys, indexes. */
import { createHash } from 'node:crypto';
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
  /**
   * Whose rows a statement touches: by it rows fall into slices (`Capabilities.slicedState`), told by a column `slice`
   * that holds the `bucket` of its value.
   */
  readonly slicedBy?: string;
  /** The version of the state that it came with, where that is not the first. */
  readonly from?: number;
}

/** How many buckets there are: `slice` is below that. */
export const BUCKETS = 2 ** 28;

/** The slice of the rows of a segment or sync: what the function `bucket` gives for its name. */
export function sliceOf(name: string): number {
  return Number.parseInt(createHash('md5').update(name).digest('hex').slice(0, 7), 16);
}

/** DDL that makes a state table in a schema, statement by statement; nothing fails when it exists already. */
export type Layout = (schema: string, table: StateTable) => readonly string[];
