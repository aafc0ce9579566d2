/** What a recorded test has to tell: the tables and columns that decide a segment's verdict, and how they do. */
import type { Entity, Project, Source, Table } from '../config/project.ts';
import type { RowCondition, Test } from '../segment/condition.ts';
import { linkOf, relationId, relationName, rowsOf, traitsOf } from '../segment/reads.ts';
import { leavesOf, resolveSegment, resolveTrait, type Verdict } from '../segment/resolve.ts';
import { declaredColumns, readColumns } from './columns.ts';

export interface RecordedTable {
  /** As a test calls it. */
  readonly name: string;
  readonly table: Table | Source;
  readonly columns: readonly RecordedColumn[];
  /** One of which a row must pass to matter; undefined: every row does. */
  readonly filters?: readonly RowCondition[];
}

export interface RecordedColumn {
  readonly name: string;
  /** Whose keys it holds: the entity's, or those by which a source is joined. */
  readonly key?: 'own' | 'joined';
  /** Of an identifier: `email`, `phone`. */
  readonly identifier?: string;
  /** What its values are tested by. */
  readonly tests: readonly Test[];
}

/** Undefined: one table is read by two keys, so that a row of it would be told twice. */
export function recordedTables(project: Project, segment: string): RecordedTable[] | undefined {
  const { entity: name } = project.segments.get(segment)!;
  const entity = project.entities.get(name)!;
  const verdict = resolveSegment(project, project.segments.get(segment)!);
  const idOf = ({ relation }: Table): string => relationId(relation, project.root);
  const found = new Map<string, TableRead>();
  for (const each of tablesRead(entity, verdict)) {
    const known = found.get(idOf(each.table));
    if (known && howKeyed(known.table) !== howKeyed(each.table)) return undefined;
    found.set(idOf(each.table), known ? both(known, each) : each);
  }
  const reads = [...found.values()].flatMap(({ table }) => [...declaredColumns(table)]);
  const all = [...reads, ...readColumns(entity, verdict)];
  const tests = testsIn(entity, verdict);
  return [...found].map(([id, { name: own, table, filters }]) => {
    const columns = new Set(all.flatMap(([of, column]) => (idOf(of) === id ? [column] : [])));
    const testsOf = (column: string): Test[] =>
      tests.flatMap(([of, name, test]) => (idOf(of) === id && name === column ? [test] : []));
    const recorded = [...columns].map((column) => ({
      ...{ name: column, tests: testsOf(column) },
      ...keyIn(table, column),
      ...identifierIn(entity, table, column),
    }));
    return { name: own, table, columns: recorded, ...(filters ? { filters } : {}) };
  });
}

interface TableRead {
  readonly name: string;
  readonly table: Table | Source;
  readonly filters?: readonly RowCondition[] | undefined;
}

function* tablesRead(entity: Entity, verdict: Verdict): Generator<TableRead> {
  yield { name: entity.name, table: entity };
  for (const name of traitsOf(verdict)) {
    const { table } = resolveTrait(entity, name);
    if (table) yield { name: table.name, table };
  }
  for (const { source, filter } of rowsOf(verdict)) {
    yield { name: source.name, table: source, filters: filter && [filter] };
    if (source.through) yield { name: `${source.name}.through`, table: source.through };
  }
}

function both(known: TableRead, more: TableRead): TableRead {
  const filters = known.filters && more.filters ? [...known.filters, ...more.filters] : undefined;
  return { ...known, filters };
}

function howKeyed(table: Table | Source): string {
  const link = linkOf(table);
  return JSON.stringify([table.key, link?.key, link?.sourceKey, link && relationName(link.relation)]);
}

function keyIn(table: Table | Source, column: string): Pick<RecordedColumn, 'key'> {
  if (column === table.key) return { key: linkOf(table) ? 'joined' : 'own' };
  return 'sourceKey' in table && table.sourceKey === column ? { key: 'joined' } : {};
}

function identifierIn(
  entity: Entity,
  table: Table | Source,
  column: string,
): Pick<RecordedColumn, 'identifier'> {
  const found = [...entity.identifiers.values()].find(({ trait }) => {
    const resolved = resolveTrait(entity, trait);
    return (resolved.table ?? entity) === table && resolved.column === column;
  });
  return found ? { identifier: found.kind } : {};
}

type Tested = readonly [table: Table, column: string, test: Test];

function testsIn(entity: Entity, verdict: Verdict): Tested[] {
  const leaves = leavesOf(verdict).flatMap((leaf): Tested[] => {
    if (leaf.kind === 'trait') return [[leaf.trait.table ?? entity, leaf.trait.column, leaf.test]];
    if (leaf.kind !== 'measure' || leaf.measure.measure.fn === 'count') return [];
    return [[leaf.measure.source, leaf.measure.measure.of, leaf.test]];
  });
  const filters = rowsOf(verdict).flatMap(({ source, filter }) =>
    filter ? [...testsOfFilter(source, filter)] : [],
  );
  return [...leaves, ...filters];
}

function* testsOfFilter(source: Source, filter: RowCondition): Generator<Tested> {
  if (filter.kind === 'column') yield [source, filter.column, filter.test];
  else if (filter.kind === 'not') yield* testsOfFilter(source, filter.of);
  else for (const each of filter.of) yield* testsOfFilter(source, each);
}
