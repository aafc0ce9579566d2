/** Columns that a project's tables are known to have, since something reads them. */
import type { Entity, Project, Source, Table } from '../config/project.ts';
import type { RowCondition, Test } from '../segment/condition.ts';
import { relationId, rowsOf, sentSql, sentTraits, syncsOf } from '../segment/reads.ts';
import {
  leavesOf,
  type MeasureOf,
  type RowsOf,
  resolveSegment,
  resolveTrait,
  type Verdict,
} from '../segment/resolve.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import { type NamedTables, namedTables } from './tables.ts';

/** A column that is read, and as what, where that can be told. */
export type Read = readonly [table: Table, column: string, type: SqlType | undefined];

export interface KnownColumns {
  /** Of the table of this name: all that anything in the project reads. */
  of(table: string): ReadonlySet<string>;
}

/** What the whole project reads of the tables that a test of `segment` may name. */
export function knownColumns(project: Project, segment: string): KnownColumns {
  const entity = project.entities.get(project.segments.get(segment)!.entity)!;
  const named = namedTables(project, segment);
  const found = new Map<string, Set<string>>();
  const idOf = ({ relation }: Pick<Table, 'relation'>): string => relationId(relation, project.root);
  for (const [table, column] of readsOfEntity(project, entity, named)) {
    const columns = found.get(idOf(table)) ?? new Set();
    found.set(idOf(table), columns.add(column));
  }
  const spoken = wordsOfSql(project, entity, named);
  return { of: (name) => new Set([...(found.get(idOf(named.get(name)!)) ?? []), ...spoken]) };
}

function* readsOfEntity(project: Project, entity: Entity, named: NamedTables): Generator<Read> {
  for (const { table } of named.values()) if (table) yield* declaredColumns(table);
  for (const segment of project.segments.values()) {
    if (segment.entity !== entity.name) continue;
    yield* readColumns(entity, resolveSegment(project, segment));
    for (const name of syncsOf(project, segment.name).flatMap(sentTraits(entity)))
      yield traitColumn(entity, name);
  }
  for (const { trait } of entity.identifiers.values()) yield traitColumn(entity, trait);
}

function traitColumn(entity: Entity, name: string): Read {
  const { table, column } = resolveTrait(entity, name);
  return [table ?? entity, column, undefined];
}

/** SQL of the project is not taken apart: each of its words may be a column. */
function wordsOfSql(project: Project, entity: Entity, named: NamedTables): Set<string> {
  const segments = [...project.segments.values()].filter((each) => each.entity === entity.name);
  const texts = [
    ...segments.flatMap((segment) =>
      leavesOf(resolveSegment(project, segment)).flatMap((leaf) => (leaf.kind === 'sql' ? [leaf.sql] : [])),
    ),
    ...segments.flatMap(({ name }) => syncsOf(project, name).flatMap(sentSql)).map(({ sql }) => sql),
    ...[...named.values()].flatMap(({ relation }) => (relation.kind === 'query' ? [relation.sql] : [])),
  ];
  return new Set(texts.flatMap((text) => text.match(/\w+/g) ?? []));
}

/** What a table's own declaration says of it. */
export function* declaredColumns(table: Table | Source): Generator<Read> {
  yield [table, table.key, undefined];
  if (table.cursor) yield [table, table.cursor.column, 'instant'];
  if ('sourceKey' in table) yield [table, String(table.sourceKey), undefined];
  if ('column' in table) yield [table, String(table.column), undefined];
  if (!('appendOnly' in table)) return;
  if (table.split) yield [table, table.split, 'text'];
  if (table.time) yield [table, table.time, 'instant'];
  if (table.where) yield* filterColumns(table, table.where);
}

/** What a verdict reads. */
export function* readColumns(entity: Entity, verdict: Verdict): Generator<Read> {
  for (const leaf of leavesOf(verdict)) {
    if (leaf.kind === 'trait') yield [leaf.trait.table ?? entity, leaf.trait.column, typeOf(leaf.test)];
    if (leaf.kind !== 'compare') continue;
    for (const side of [leaf.left, leaf.right])
      if (side.kind === 'trait') yield [side.trait.table ?? entity, side.trait.column, undefined];
  }
  for (const rows of rowsOf(verdict)) yield* columnsOfRows(rows);
}

function* columnsOfRows(rows: RowsOf | MeasureOf): Generator<Read> {
  if (rows.filter) yield* filterColumns(rows.source, rows.filter);
  if (!('measure' in rows) || rows.measure.fn === 'count') return;
  const { fn, of } = rows.measure;
  yield [rows.source, of, fn === 'sum' || fn === 'avg' ? 'decimal' : undefined];
}

function* filterColumns(source: Source, filter: RowCondition): Generator<Read> {
  if (filter.kind === 'column') yield [source, filter.column, typeOf(filter.test)];
  else if (filter.kind === 'not') yield* filterColumns(source, filter.of);
  else for (const each of filter.of) yield* filterColumns(source, each);
}

/** Text in a comparison says nothing: dates are written as text, too. */
function typeOf(test: Test): SqlType | undefined {
  if (test.op === 'window') return 'instant';
  if (test.op === 'contains' || test.op === 'starts_with' || test.op === 'ends_with') return 'text';
  const value =
    'values' in test ? test.values[0] : 'from' in test ? test.from : 'value' in test ? test.value : undefined;
  if (typeof value !== 'object' || value.type === 'text') return undefined;
  return value.type === 'number' ? 'decimal' : value.type;
}
