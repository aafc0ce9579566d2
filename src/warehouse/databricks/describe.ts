/** Columns, sizes and incarnations of relations. */
import type { Relation } from '../../config/project.ts';
import { type Column, type Row, WarehouseError } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { isScratch } from './scratch.ts';
import { columnOf } from './values.ts';

export type Query = (sql: string) => Promise<Row[]>;

/** Nothing is read. Who may not read a table may be told that it is not there. */
export async function describe(query: Query, relation: Relation): Promise<readonly Column[] | undefined> {
  if (relation.kind === 'file') return undefined;
  const of =
    relation.kind === 'table'
      ? relation.parts.map(dialect.quote).join('.')
      : `(\n${relation.sql.replace(/[\s;]+$/, '')}\n) AS described`;
  return orUndefined(() => columnsOf(query, '*', of));
}

export async function columnsOf(query: Query, list: string, of: string): Promise<readonly Column[]> {
  const rows = await query(`DESCRIBE QUERY SELECT ${list} FROM ${of} LIMIT 0`);
  return rows.map(({ col_name: name, data_type: type }) => columnOf(name!, type!));
}

/** Counted from what is known of a Delta table's files; of anything else it would be read, and is not told. */
export async function approximateRows(query: Query, relation: Relation): Promise<number | undefined> {
  const detail = await detailOf(query, relation);
  if (detail?.format !== 'delta' || relation.kind !== 'table') return undefined;
  const [row] = await query(`SELECT count(*) AS n FROM ${relation.parts.map(dialect.quote).join('.')}`);
  return Number(row!.n);
}

/** A table that is replaced gets another id. One that was emptied and filled again is not told, nor what is behind a view. */
export async function incarnation(query: Query, relation: Relation): Promise<string | undefined> {
  const detail = await detailOf(query, relation);
  return detail?.id == null ? undefined : `${detail.id} ${detail.createdAt}`;
}

async function detailOf(query: Query, relation: Relation): Promise<Row | undefined> {
  if (relation.kind !== 'table') return undefined;
  return orUndefined(async () => {
    const [row] = await query(`DESCRIBE DETAIL ${relation.parts.map(dialect.quote).join('.')}`);
    return row;
  }, true);
}

/** Tables and views of the target's catalog. */
export async function tableNames(query: Query): Promise<(readonly [schema: string, name: string])[]> {
  const rows = await query(
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema <> 'information_schema'" +
      ' ORDER BY table_schema, table_name',
  );
  return rows.flatMap(({ table_schema, table_name }) =>
    isScratch(table_name!) ? [] : [[table_schema!, table_name!] as const],
  );
}

/** `anyway`: a view has no detail, and says so in many ways. */
async function orUndefined<T>(ask: () => Promise<T>, anyway = false): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    const isNot = /^(missing|permission)$/.test(error.failure) || (anyway && error.failure === 'statement');
    if (!isNot) throw error;
    return undefined;
  }
}
