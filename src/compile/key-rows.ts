/** The rows of one key in a table, as texts. */
import type { Source, Table } from '../config/project.ts';
import type { RowCondition } from '../segment/condition.ts';
import { call, column, compare, number, type OrderBy, or, text } from './expression.ts';
import { entityKey } from './key.ts';
import type { Select, SelectColumn } from './query.ts';
import { operandOf, rowCondition, timeOf } from './rows.ts';
import { ROW, sourceRows } from './source-rows.ts';
import { asInstant } from './time.ts';
import { lookup, type Read, readOf, UNDATED, type WhyInput } from './why.ts';

/** Some columns of a table. */
export interface KeyTable {
  readonly table: Table | Source;
  readonly columns: readonly string[];
  /** One of which a row must pass; undefined: every row. */
  readonly filters?: readonly RowCondition[];
}

/** Columns `c0`... in their order, of at most `most` rows, the newest first. */
export function keyRowsQuery(
  input: WhyInput,
  { table, columns, filters }: KeyTable,
  most: number,
): { query: Select; reads: readonly Read[] } {
  const { entity, scope } = input;
  const { joins, k } = sourceRows(table, 'affected', entityKey(entity, scope.catalog), scope.catalog);
  const reads = columns.map((name) => readOf(operandOf(table, name, ROW, scope, table.place)));
  const names = columns.map((_, i) => `c${i}`);
  const newest = newestFirst(table, input);
  const order = [
    ...newest,
    ...reads.map(({ expression }) => ({ by: call('coalesce', expression, text('')) })),
  ];
  const ranked: Select = {
    kind: 'select',
    columns: [
      ...reads.map(({ expression }, i): SelectColumn => ({ expression, as: names[i]! })),
      { expression: { kind: 'row_number', partitionBy: [k], orderBy: order }, as: 'rank' },
    ],
    from: { kind: 'relation', relation: table.relation },
    as: ROW,
    joins,
    where: filters ? [or(filters.map((each) => rowCondition(each, table, ROW, scope)))] : [],
  };
  const query: Select = {
    kind: 'select',
    with: [lookup(input)],
    columns: names.map((name) => ({ expression: column(name), as: name })),
    from: { kind: 'query', query: ranked },
    as: 'ranked',
    where: [compare(column('rank'), '<=', number(String(most)))],
    orderBy: [{ by: column('rank') }],
  };
  return { query, reads };
}

function newestFirst(table: KeyTable['table'], { scope }: WhyInput): OrderBy[] {
  if (!('time' in table) || table.time === undefined) return [];
  const at = call('micros_of', asInstant(timeOf(table, table.time, ROW, scope, table.place)));
  return [{ by: call('coalesce', at, UNDATED), descending: true }];
}
