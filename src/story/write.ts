/** A story's rows into its tables. */
import { formatInstant, type Instant } from '../instant.ts';
import type { Dialect, SqlType } from '../warehouse/dialect.ts';
import type { Session } from '../warehouse/warehouse.ts';
import { cellText } from './cells.ts';
import type { MadeTable } from './make.ts';
import type { GivenRow, Write } from './story.ts';

export interface Writing {
  readonly session: Session;
  readonly dialect: Dialect;
  readonly tables: ReadonlyMap<string, MadeTable>;
}

export async function makeTables({ session, dialect, tables }: Writing): Promise<void> {
  for (const { name, schema, columns } of new Set(tables.values())) {
    if (schema) await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    const list = [...columns].map(([column, type]) => `${dialect.quote(column)} ${nativeOf(dialect, type)}`);
    await session.execute(`CREATE TABLE ${name} (${list.join(', ')})`);
  }
}

/** In their order; inserts into one table that follow each other together. */
export async function applyWrites(writing: Writing, writes: readonly Write[], at: Instant): Promise<void> {
  for (let from = 0; from < writes.length; ) {
    const [first, ...rest] = writes.slice(from) as [Write, ...Write[]];
    const isAlike = (each: Write): boolean => each.kind === 'insert' && each.table === first.table;
    const others = first.kind === 'insert' ? rest.findIndex((each) => !isAlike(each)) : 0;
    const together = [first, ...(others < 0 ? rest : rest.slice(0, others))];
    await applyAlike(writing, together, at);
    from += together.length;
  }
}

async function applyAlike(writing: Writing, writes: readonly Write[], at: Instant): Promise<void> {
  const [first] = writes as readonly [Write];
  const { session, dialect } = writing;
  const table = writing.tables.get(first.table)!;
  if (first.kind === 'insert') {
    const rows = writes.flatMap((each) => (each.kind === 'insert' ? [dated(table, each.row, at)] : []));
    const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    const values = rows.map((row) => columns.map((column) => row.get(column) ?? null));
    return session.writeRows(table.name, columns, values);
  }
  const where = pairs(dialect, table, texts(first.where), ' IS NOT DISTINCT FROM ').join(' AND ');
  const set = first.kind === 'update' && pairs(dialect, table, dated(table, first.set, at), ' = ').join(', ');
  await session.execute(
    set ? `UPDATE ${table.name} SET ${set} WHERE ${where}` : `DELETE FROM ${table.name} WHERE ${where}`,
  );
}

function pairs(
  dialect: Dialect,
  { columns }: MadeTable,
  row: ReadonlyMap<string, string | null>,
  by: string,
): string[] {
  return [...row].map(([column, text]) => {
    const value = text === null ? 'NULL' : dialect.literal({ type: 'text', text });
    return `${dialect.quote(column)}${by}CAST(${value} AS ${nativeOf(dialect, columns.get(column)!)})`;
  });
}

function nativeOf({ types }: Dialect, type: SqlType): string {
  return types[type === 'other' ? 'text' : type];
}

/** A row that does not say when it was written was written at the step's instant. */
function dated({ cursor }: MadeTable, row: GivenRow, at: Instant): Map<string, string | null> {
  const found = texts(row);
  if (cursor && !found.has(cursor)) found.set(cursor, formatInstant(at));
  return found;
}

function texts(row: GivenRow): Map<string, string | null> {
  return new Map([...row].map(([column, cell]) => [column, cellText(cell)]));
}
