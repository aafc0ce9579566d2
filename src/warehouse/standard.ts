/** Pieces of SQL that most engines spell alike: a dialect takes these and says where it differs. */
import type { Dialect } from './dialect.ts';

export const standard: Pick<
  Dialect,
  'anyTrue' | 'ascending' | 'distinctFrom' | 'materialized' | 'rowsAs' | 'columnsAs' | 'union' | 'updateFrom'
> = {
  anyTrue: (of) => `BOOL_OR(${of})`,
  ascending: '',
  distinctFrom: (left, right) => `${left} IS DISTINCT FROM ${right}`,
  materialized: 'MATERIALIZED',
  rowsAs: (rows, as, columns) =>
    columnsAs(`(VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')})`, as, columns),
  columnsAs,
  union: 'UNION',
  updateFrom: (table, as, set, from, _by, when) =>
    `UPDATE ${table} AS ${as} SET ${set.map(([column, value]) => `${column} = ${value}`).join(', ')}\n` +
    `FROM ${from}\nWHERE ${when}`,
};

function columnsAs(relation: string, as: string, columns: readonly string[]): string {
  return `${relation} AS ${as} (${columns.join(', ')})`;
}
