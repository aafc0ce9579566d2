/** Two rows for one key where there must be one: found only when the wide row shows that there are some. */

import { column, compare, type Expression, number } from '../compile/expression.ts';
import type { Select } from '../compile/query.ts';
import { renderQuery } from '../compile/render.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { type ReadTable, relationName } from '../segment/reads.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Statements } from '../warehouse/warehouse.ts';

/** The first entity or 1:1 table with more than one row for a key, and for how many keys. */
export async function findDuplicates(
  statements: Statements,
  dialect: Dialect,
  reads: readonly ReadTable[],
): Promise<{ table: string; keys: number; place: Place } | undefined> {
  const single = new Map(reads.filter(isSingle).map((read) => [read.id, read]));
  for (const { table } of single.values()) {
    const [row] = await statements.query(renderQuery(repeatedKeys(table.relation, table.key), dialect));
    const keys = Number(row!.keys);
    if (keys > 0) return { table: relationName(table.relation), keys, place: table.place };
  }
  return undefined;
}

function isSingle(read: ReadTable): boolean {
  return read.role !== 'source' && read.table.duplicates !== 'latest';
}

function repeatedKeys(relation: ReadTable['table']['relation'], key: string): Select {
  const count: Expression = { kind: 'aggregate', fn: 'count' };
  const repeated: Select = {
    kind: 'select',
    columns: [{ expression: column(key), as: 'k' }],
    from: { kind: 'relation', relation },
    as: 'r',
    where: [{ kind: 'is_null', of: column(key), negated: true }],
    groupBy: [column(key)],
    having: [compare(count, '>', number('1'))],
  };
  return {
    kind: 'select',
    columns: [{ expression: count, as: 'keys' }],
    from: { kind: 'query', query: repeated },
    as: 'repeated',
  };
}
