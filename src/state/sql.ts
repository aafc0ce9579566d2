/** The state tables as SQL: their names, empty stand-ins where they are missing, and literals of the types they hold. */
import type { Instant } from '../instant.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import { type StateTable, sliceOf } from '../warehouse/layout.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { TABLES, type TableName } from './tables.ts';

/** How statements reach the state tables of one schema. */
export interface StateTables {
  readonly dialect: Dialect;
  readonly schema: string;
  /** False in a dry run before the first run: no state is empty state. */
  readonly exist: boolean;
  /** Rows of `membership`, `pending` and `ledger` lie in slices, which statements name. */
  readonly sliced: boolean;
  /** For FROM: the table's name, or a sub-select without rows where there is no such table (yet). */
  from(table: TableName): string;
  /** For INSERT, UPDATE and DELETE. */
  name(table: TableName): string;
}

/** One sync's part of the ledger: what it has in one audience. */
export interface LedgerOf {
  readonly sync: string;
  readonly audienceRef: string;
}

/** Statements over the tables of `schema`, whose state is of `version`; undefined: there is none. */
export function stateTables(
  { dialect, capabilities }: Pick<Warehouse, 'dialect' | 'capabilities'>,
  schema: string,
  version: number | undefined,
): StateTables {
  const sliced = capabilities.slicedState === 'yes';
  const name = (table: TableName): string => qualified(dialect, schema, TABLES[table].name);
  const exists = (table: StateTable): boolean => version !== undefined && version >= (table.from ?? 1);
  return {
    dialect,
    schema,
    exist: version !== undefined,
    sliced,
    name,
    from: (table) => (exists(TABLES[table]) ? name(table) : emptyRelation(dialect, TABLES[table], sliced)),
  };
}

/** `"schema"."table"`. Throws E302 for a name the warehouse cannot hold. */
export function qualified(dialect: Dialect, schema: string, table: string): string {
  return `${dialect.quote(schema)}.${dialect.quote(table)}`;
}

/** A sub-select with a table's columns and no rows. */
function emptyRelation(dialect: Dialect, table: StateTable, sliced: boolean): string {
  const slice = sliced && table.slicedBy ? ([['slice', 'integer']] as const) : [];
  const columns = [...table.columns, ...slice].map(
    ([name, type]) => `${dialect.literal({ type: 'null', of: type })} AS ${dialect.quote(name)}`,
  );
  return `(SELECT ${columns.join(', ')} LIMIT 0)`;
}

/** Where rows lie in slices: that they lie in those of these segments or syncs, as a further condition. */
export function inSlices({ dialect, sliced }: StateTables, names: readonly string[], as = ''): string {
  if (!sliced || names.length === 0) return '';
  const slices = [...new Set(names.map(sliceOf))].map((slice) => integer(dialect, slice));
  return ` AND ${as === '' ? '' : `${as}.`}slice IN (${slices.join(', ')})`;
}

/** The rows of one sync, as a condition. */
export function ofSync(tables: StateTables, sync: string, as = ''): string {
  const own = as === '' ? 'sync' : `${as}.sync`;
  return `${own} = ${text(tables.dialect, sync)}${inSlices(tables, [sync], as)}`;
}

/** Text literal. */
export function text(dialect: Dialect, value: string): string {
  return dialect.literal({ type: 'text', text: value });
}

/** Literals for `IN (...)`; a list without members is one that nothing equals. */
export function textList(dialect: Dialect, values: readonly string[]): string {
  return values.length === 0
    ? `(${dialect.literal({ type: 'null', of: 'text' })})`
    : `(${values.map((value) => text(dialect, value)).join(', ')})`;
}

/** Instant literal. */
export function instant(dialect: Dialect, value: Instant): string {
  return dialect.literal({ type: 'instant', instant: value });
}

/** Integer literal. */
export function integer(dialect: Dialect, value: bigint | number): string {
  return dialect.literal({ type: 'number', text: value.toString() });
}
