/** The tables that a story needs: columns and types from what it says, what rows hold, what is declared and read. */
import type { Entity, Project } from '../config/project.ts';
import { relationId } from '../segment/reads.ts';
import { leavesOf, resolveSegment } from '../segment/resolve.ts';
import type { Dialect, SqlType } from '../warehouse/dialect.ts';
import { type GivenColumn, givenColumns, typeOfCells } from './cells.ts';
import { declaredColumns, readColumns } from './columns.ts';
import type { Story } from './story.ts';
import { type NamedTable, type NamedTables, namedTables, spokenTable } from './tables.ts';

export interface MadeTable {
  /** Quoted. */
  readonly name: string;
  readonly schema: string | undefined;
  readonly columns: ReadonlyMap<string, SqlType>;
  /** Filled with the step's instant where a row does not say it. */
  readonly cursor?: string;
}

/** By the names that the story uses; tables that are one relation are the same object. */
export function tablesOf(project: Project, story: Story, dialect: Dialect): Map<string, MadeTable> {
  const named = allNamed(project, story);
  const idOf = ({ relation }: Pick<NamedTable, 'relation'>): string => relationId(relation, project.root);
  const columns = new Map<string, Map<string, SqlType | undefined>>(
    [...named.values()].map((each) => [idOf(each), new Map()]),
  );
  for (const [table, column, type] of columnsOf(project, story, named)) {
    const own = columns.get(idOf(table))!;
    own.set(column, own.get(column) ?? type);
  }
  for (const [table, column] of spokenColumns(project, story)) {
    const own = columns.get(idOf(table))!;
    const isThere = [...own.keys()].some((each) => each.toLowerCase() === column.toLowerCase());
    if (!isThere) own.set(column, undefined);
  }
  const made = new Map(
    [...named.values()].map((each) => [idOf(each), madeOf(each, columns.get(idOf(each))!, dialect)]),
  );
  return new Map([...named].map(([name, each]) => [name, made.get(idOf(each))!]));
}

/** A story that names its tables by SQL's own names may do so. */
function allNamed(project: Project, story: Story): NamedTables {
  const named = namedTables(project, story.segment);
  for (const table of [...givenColumns(story).map((each) => each.table), ...story.types.keys()])
    if (!named.has(table)) named.set(table, spokenTable(table)!);
  return named;
}

/** Whatever says something of a column's type, the surest first. */
function* columnsOf(
  project: Project,
  story: Story,
  named: NamedTables,
): Generator<readonly [Pick<NamedTable, 'relation'>, string, SqlType | undefined]> {
  const segment = project.segments.get(story.segment)!;
  const reads = [
    ...readColumns(project.entities.get(segment.entity)!, resolveSegment(project, segment)),
  ] as const;
  for (const [name, types] of story.types)
    for (const [column, type] of types) yield [named.get(name)!, column, type];
  yield* keyColumns(named, givenColumns(story));
  for (const read of reads) if (read[2] === 'text') yield read;
  for (const { table, column, cells } of givenColumns(story))
    yield [named.get(table)!, column, typeOfCells(cells)];
  for (const { table } of named.values()) if (table) yield* declaredColumns(table);
  yield* reads;
}

/** What `sql:` reads of the entity's row, so that a row may leave it out as it may any other column. */
function spokenColumns(project: Project, story: Story): [table: Entity, column: string][] {
  const segment = project.segments.get(story.segment)!;
  const entity = project.entities.get(segment.entity)!;
  const texts = leavesOf(resolveSegment(project, segment)).flatMap((leaf) =>
    leaf.kind === 'sql' ? [leaf.sql] : [],
  );
  const names = texts.flatMap((text) => [...text.matchAll(/\bentity\.(\w+)/g)].map(([, name]) => name!));
  return names.map((name) => [entity, name]);
}

/** Keys are compared across tables: those of one domain have one type. */
function* keyColumns(
  named: NamedTables,
  given: readonly GivenColumn[],
): Generator<readonly [NamedTable, string, SqlType]> {
  const keys = [...named].flatMap(([name, of]) =>
    keysIn(of).map(([domain, column]) => ({ name, of, domain, column })),
  );
  for (const { of, domain, column } of keys) {
    const cells = keys
      .filter((each) => each.domain === domain)
      .flatMap((each) => given.filter(({ table, column: c }) => table === each.name && c === each.column))
      .flatMap((each) => each.cells);
    yield [of, column, typeOfCells(cells) ?? 'text'];
  }
}

/** A join table holds keys of two domains. */
function keysIn({ table, domain, joins }: NamedTable): [domain: string, column: string][] {
  if (!table || domain === undefined) return [];
  const joined: [string, string][] =
    joins !== undefined && 'sourceKey' in table ? [[joins, String(table.sourceKey)]] : [];
  return [[domain, table.key], ...joined];
}

function madeOf(
  { relation, table }: NamedTable,
  columns: ReadonlyMap<string, SqlType | undefined>,
  dialect: Dialect,
): MadeTable {
  const parts = relation.kind === 'table' ? relation.parts : [];
  const cursor = table?.cursor?.column;
  return {
    name: parts.map(dialect.quote).join('.'),
    schema: parts.length > 1 ? dialect.quote(parts[0]!) : undefined,
    columns: new Map([...columns].map(([column, type]) => [column, type ?? 'text'])),
    ...(cursor && columns.get(cursor) === 'instant' ? { cursor } : {}),
  };
}
