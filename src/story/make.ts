/** The tables that a story needs: columns and types from what is declared, what conditions read, what rows hold. */
import type { Entity, Project, Table } from '../config/project.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import { parseInstant } from '../instant.ts';
import { relationId } from '../segment/reads.ts';
import type { Dialect, SqlType } from '../warehouse/dialect.ts';
import type { Cell, Story } from './story.ts';
import { declaredColumns, namedTables, readColumns } from './tables.ts';

export interface MadeTable {
  /** Quoted. */
  readonly name: string;
  readonly schema: string | undefined;
  readonly columns: ReadonlyMap<string, SqlType>;
  /** Filled with the step's instant where a row does not say it. */
  readonly cursor?: string;
}

type Columns = Map<string, SqlType | undefined>;

/** By the names that the story uses; tables that are one relation are the same object. */
export function tablesOf(project: Project, story: Story, dialect: Dialect): Map<string, MadeTable> {
  const entity = project.entities.get(project.segments.get(story.segment)!.entity)!;
  const named = namedTables(entity);
  const found = new Map<string, Columns>();
  const columnsOf = (table: Table): Columns => {
    const id = relationId(table.relation, project.root);
    if (!found.has(id)) found.set(id, new Map());
    return found.get(id)!;
  };
  const note = (table: Table, column: string, type: SqlType | undefined): void => {
    const columns = columnsOf(table);
    columns.set(column, columns.get(column) ?? type);
  };
  for (const [name, types] of story.types)
    for (const [column, type] of types) note(named.get(name)!, column, type);
  const keyType = keyTypeOf(story, named);
  for (const table of named.values()) note(table, table.key, keyType);
  for (const [name, column, cells] of givenColumns(story)) note(named.get(name)!, column, typeOfCells(cells));
  for (const table of named.values())
    for (const [column, type] of declaredColumns(table)) note(table, column, type);
  for (const read of readsOf(project, entity, story.segment)) note(...read);
  return new Map([...named].map(([name, table]) => [name, made(table, columnsOf(table), dialect)]));
}

function readsOf(project: Project, entity: Entity, segment: string): [Table, string, SqlType | undefined][] {
  return [...readColumns(entity, prepareSegment(project, project.segments.get(segment)!).verdict)].map(
    ([table, column, type]) => [table, column, type],
  );
}

function made(table: Table, columns: Columns, dialect: Dialect): MadeTable {
  const parts = table.relation.kind === 'table' ? table.relation.parts : [];
  const cursor = table.cursor?.column;
  return {
    name: parts.map(dialect.quote).join('.'),
    schema: parts.length > 1 ? dialect.quote(parts[0]!) : undefined,
    columns: new Map([...columns].map(([column, type]) => [column, type ?? 'text'])),
    ...(cursor && columns.get(cursor) === 'instant' ? { cursor } : {}),
  };
}

/** Each column that some row gives a value to. */
function givenColumns(story: Story): [table: string, column: string, cells: Cell[]][] {
  const found = new Map<string, [string, string, Cell[]]>();
  for (const write of story.steps.flatMap(({ writes }) => writes)) {
    const rows =
      write.kind === 'insert'
        ? [write.row]
        : write.kind === 'update'
          ? [write.where, write.set]
          : [write.where];
    for (const [column, cell] of rows.flatMap((row) => [...row])) {
      const id = JSON.stringify([write.table, column]);
      const entry = found.get(id) ?? [write.table, column, []];
      entry[2].push(cell);
      found.set(id, entry);
    }
  }
  return [...found.values()];
}

/** Keys are compared across tables: all have one type. */
function keyTypeOf(story: Story, named: ReadonlyMap<string, Table>): SqlType {
  const cells = givenColumns(story).filter(([table, column]) => named.get(table)!.key === column);
  return typeOfCells(cells.flatMap(([, , each]) => each)) ?? 'text';
}

function typeOfCells(cells: readonly Cell[]): SqlType | undefined {
  const told = cells.filter(({ kind }) => kind !== 'null');
  if (told.length === 0) return undefined;
  if (told.every(({ kind }) => kind === 'boolean')) return 'boolean';
  if (told.every((cell) => cell.kind === 'number')) return told.every(isWhole) ? 'integer' : 'decimal';
  if (told.every((cell) => cell.kind === 'text' && /^\d{4}-\d\d-\d\d$/.test(cell.text))) return 'date';
  const isInstant = (cell: Cell): boolean =>
    cell.kind === 'text' && parseInstant(cell.text, 'UTC') !== undefined;
  return told.every(isInstant) ? 'instant' : 'text';
}

function isWhole(cell: Cell): boolean {
  return cell.kind === 'number' && /^-?\d{1,18}$/.test(cell.source);
}

/** A cell as the text that a column is filled from. */
export function cellText(cell: Cell): string | null {
  switch (cell.kind) {
    case 'null':
      return null;
    case 'text':
      return cell.text;
    case 'number':
      return cell.source;
    case 'boolean':
      return String(cell.value);
  }
}
