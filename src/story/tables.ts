/** The tables that a test may give rows of, by the names that the project has for them. */
import type { Entity, Project, Relation, Source, Table } from '../config/project.ts';
import { leavesOf, resolveSegment } from '../segment/resolve.ts';

export interface NamedTable {
  readonly relation: Relation;
  /** Undefined: only SQL speaks of it. */
  readonly table?: Table | Source;
  /** Whose keys its key holds: tables of one domain are compared by them. */
  readonly domain?: string;
  /** Of a join table: the domain of the source's keys. */
  readonly joins?: string;
}

export type NamedTables = ReadonlyMap<string, NamedTable>;

/**
 * The entity by its name, its sources and traits with tables of their own by theirs, join tables as `SOURCE.through`.
 * Where the segment holds SQL, which may read anything, those of other entities, too, as `ENTITY.SOURCE`.
 */
export function namedTables(project: Project, segment: string): Map<string, NamedTable> {
  const own = project.entities.get(project.segments.get(segment)!.entity)!;
  const named = new Map(tablesOfEntity(own, ''));
  if (!speaksSql(project, segment)) return named;
  for (const other of project.entities.values()) {
    if (other === own) continue;
    for (const [name, table] of tablesOfEntity(other, `${other.name}.`))
      if (!named.has(name)) named.set(name, table);
  }
  return named;
}

/** A table that only SQL speaks of goes by its whole name, `schema.table`. */
export function spokenTable(name: string): NamedTable | undefined {
  const parts = name.split('.');
  return parts.length > 1 && parts.every((part) => part !== '')
    ? { relation: { kind: 'table', parts } }
    : undefined;
}

/** Whether a segment holds SQL of its own, itself or in a `query:` segment that it refers to. */
export function speaksSql(project: Project, segment: string): boolean {
  const leaves = leavesOf(resolveSegment(project, project.segments.get(segment)!));
  return leaves.some(({ kind }) => kind === 'sql' || kind === 'query' || kind === 'stored');
}

function* tablesOfEntity(entity: Entity, prefix: string): Generator<readonly [string, NamedTable]> {
  const by = (table: Table | Source, domain: string): NamedTable => ({
    relation: table.relation,
    table,
    domain,
  });
  for (const [name, trait] of entity.traits) yield [`${prefix}${name}`, by(trait, entity.name)];
  for (const [name, source] of entity.sources) {
    const { through } = source;
    const domain = through ? `${entity.name}.${name}` : entity.name;
    yield [`${prefix}${name}`, by(source, domain)];
    if (through) yield [`${prefix}${name}.through`, { ...by(through, entity.name), joins: domain }];
  }
  yield [entity.name, by(entity, entity.name)];
}
