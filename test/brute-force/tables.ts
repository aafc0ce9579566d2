/** Tables as plain rows, for the brute-force evaluation: every value exact, nothing a driver could round. */
import type { Project, Relation } from '../../src/config/project.ts';

export type ColumnType =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  /** A point in time with zone. */
  | 'instant'
  /** Date and time without zone. */
  | 'timestamp'
  | 'date';

/**
 * `text` a string; numbers their decimal text (`NaN`, `Infinity` for floats); `boolean` a boolean; `instant`
 * microseconds since 1970; `timestamp` the same, read off a clock on the wall; `date` `YYYY-MM-DD`.
 */
export type Cell = string | boolean | bigint | null;

export type Row = Readonly<Record<string, Cell>>;

export interface Table {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly rows: readonly Row[];
}

/** By `schema.table`. */
export type Tables = ReadonlyMap<string, Table>;

/** The table behind a relation; throws when the case has none. */
export function tableOf(tables: Tables, relation: Relation): Table {
  if (relation.kind !== 'table') throw new Error('the brute force reads tables only');
  const table = tables.get(relation.parts.join('.'));
  if (!table) throw new Error(`no table ${relation.parts.join('.')}`);
  return table;
}

/** The keys of every row that is an entity: text, sorted; NULL keys are nobody. */
export function entityKeys(project: Project, tables: Tables, entity: string): string[] {
  const declared = project.entities.get(entity)!;
  const keys = tableOf(tables, declared.relation).rows.map((row) => row[declared.key]!);
  return [...new Set(keys.filter((key) => key !== null).map(keyText))].sort();
}

/** A key as text. */
export function keyText(key: Cell): string {
  return String(key);
}
