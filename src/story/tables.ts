/** The tables of a project as a test makes them: in one database, with the columns that are needed. */
import type { Entity, Project, Relation, Source, Table } from '../config/project.ts';
import type { RowCondition, Test } from '../segment/condition.ts';
import { relationId, rowsOf } from '../segment/reads.ts';
import { leavesOf, type Verdict } from '../segment/resolve.ts';
import type { SqlType } from '../warehouse/dialect.ts';

/** Names by which a test gives rows: the entity, its sources, its traits with tables of their own. */
export function tableNames(project: Project, entity: string): string[] {
  return [...namedTables(project.entities.get(entity)!).keys()];
}

/** By those names; join tables of sources as `SOURCE.through`. */
export function namedTables(entity: Entity): Map<string, Table | Source> {
  const named = new Map<string, Table | Source>();
  for (const [name, table] of entity.traits) named.set(name, table);
  for (const [name, source] of entity.sources) {
    named.set(name, source);
    if (source.through) named.set(`${name}.through`, source.through);
  }
  return named.set(entity.name, entity);
}

/** The project with every table in one database, nothing to send, and no change feeds. */
export function inOneDatabase(project: Project): Project {
  const entities = new Map(
    [...project.entities].map(([name, entity]) => [name, moved(entity, project.root)]),
  );
  return { ...project, entities, syncs: new Map(), destinations: new Map() };
}

function moved(entity: Entity, root: string): Entity {
  const traits = [...entity.traits].map(([name, table]) => [name, plain(table, root)] as const);
  const sources = [...entity.sources].map(([name, source]) => {
    const through = source.through ? { through: plain(source.through, root) } : {};
    return [name, { ...plain(source, root), ...through }] as const;
  });
  return { ...plain(entity, root), traits: new Map(traits), sources: new Map(sources) };
}

function plain<T extends Table>(table: T, root: string): T {
  const { changeFeed: _, ...rest } = table;
  return { ...rest, relation: { kind: 'table', parts: partsOf(table.relation, root) } } as unknown as T;
}

function partsOf(relation: Relation, root: string): readonly string[] {
  return relation.kind === 'table' ? relation.parts.slice(-2) : ['given', relationId(relation, root)];
}

/** Columns that a table is known to have -> their type, where that can be told. */
export function declaredColumns(table: Table | Source): Map<string, SqlType | undefined> {
  const columns = new Map<string, SqlType | undefined>([[table.key, undefined]]);
  if (table.cursor) columns.set(table.cursor.column, 'instant');
  if ('sourceKey' in table) columns.set(String(table.sourceKey), undefined);
  if ('column' in table) columns.set(String(table.column), undefined);
  if (!('sources' in table) && 'appendOnly' in table) {
    if (table.split) columns.set(table.split, 'text');
    if (table.time) columns.set(table.time, 'instant');
  }
  return columns;
}

/** What a verdict reads: each table, column and type that it is compared as. */
export function* readColumns(
  entity: Entity,
  verdict: Verdict,
): Generator<readonly [table: Table, column: string, type: SqlType | undefined]> {
  for (const leaf of leavesOf(verdict)) {
    if (leaf.kind === 'trait') yield [leaf.trait.table ?? entity, leaf.trait.column, typeOf(leaf.test)];
    if (leaf.kind !== 'compare') continue;
    for (const side of [leaf.left, leaf.right])
      if (side.kind === 'trait') yield [side.trait.table ?? entity, side.trait.column, undefined];
  }
  for (const rows of rowsOf(verdict)) {
    const { source, filter } = rows;
    if (filter) for (const [column, type] of filtered(filter)) yield [source, column, type];
    if ('measure' in rows) {
      const { measure } = rows as { measure: { fn: string; of?: string } };
      const adds = measure.fn === 'sum' || measure.fn === 'avg';
      if (measure.of) yield [source, measure.of, adds ? 'decimal' : undefined];
    }
  }
}

function* filtered(filter: RowCondition): Generator<readonly [string, SqlType | undefined]> {
  if (filter.kind === 'column') yield [filter.column, typeOf(filter.test)];
  else if (filter.kind === 'not') yield* filtered(filter.of);
  else for (const each of filter.of) yield* filtered(each);
}

function typeOf(test: Test): SqlType | undefined {
  if (test.op === 'window') return 'instant';
  if (test.op === 'contains' || test.op === 'starts_with' || test.op === 'ends_with') return 'text';
  const value =
    'values' in test ? test.values[0] : 'from' in test ? test.from : 'value' in test ? test.value : undefined;
  if (typeof value !== 'object') return undefined;
  return value.type === 'number' ? 'decimal' : value.type;
}
