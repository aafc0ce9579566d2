/** Tables as they are declared against tables as they are. */
import { entityKey, keyOf } from '../compile/key.ts';
import { type Scope, timeOf } from '../compile/rows.ts';
import { ROW } from '../compile/source-rows.ts';
import { cursorKind } from '../compile/watermarks.ts';
import type { Entity, Link, Relation, Source, Table, TraitTable } from '../config/project.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { feedOf } from '../evaluate/captured.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import { relationName, rowsOf, traitsOf } from '../segment/reads.ts';
import { resolveTrait } from '../segment/resolve.ts';
import { type MissingGrant, type Session, WarehouseError } from '../warehouse/warehouse.ts';
import { type Described, problemsOf, relationKey, understood } from './check-context.ts';
import { refusedContracts } from './refused-contract.ts';

/** A table that some segment reads, as what it is declared. */
export type Declared =
  | { readonly as: 'entity'; readonly table: Entity; readonly entity: Entity }
  | { readonly as: 'trait'; readonly table: TraitTable; readonly entity: Entity }
  | { readonly as: 'source'; readonly table: Source; readonly entity: Entity }
  | { readonly as: 'link'; readonly table: Link; readonly entity: Entity };

/** Each declaration once, in the order in which segments ask for them. */
export function declaredTables(segments: readonly PreparedSegment[]): Declared[] {
  const found = new Map<Table, Declared>();
  const add = (each: Declared): void => void found.set(each.table, found.get(each.table) ?? each);
  for (const { entity, verdict, sent } of segments) {
    add({ as: 'entity', table: entity, entity });
    for (const { source } of rowsOf(verdict)) {
      add({ as: 'source', table: source, entity });
      if (source.through) add({ as: 'link', table: source.through, entity });
    }
    for (const name of [...traitsOf(verdict), ...sent]) {
      const { table } = resolveTrait(entity, name);
      if (table) add({ as: 'trait', table, entity });
    }
  }
  return [...found.values()];
}

interface TableCheck {
  readonly session: Session;
  readonly described: Described;
  readonly grants: readonly MissingGrant[];
  readonly scope: Scope;
}

/** Everything that is wrong with a table as it is declared; only that, when it cannot be read. */
export async function tableProblems(declared: Declared, check: TableCheck): Promise<Diagnostic[]> {
  const unreadable = await readingProblem(declared.table, check);
  if (unreadable) return [unreadable];
  return [...columnProblems(declared, check.scope), ...(await feedProblem(declared.table, check.session))];
}

/** W304: without its feed such a table is read as a whole at every tick. */
async function feedProblem(table: Table, session: Session): Promise<Diagnostic[]> {
  if (!table.changeFeed) return [];
  const [told] = await session.capture([{ relation: table.relation, marks: [], ...feedOf(table) }], ROW);
  if (!told?.lack) return [];
  return [diagnose('W304', { table: relationName(table.relation), ...told.lack }, table.place)];
}

async function readingProblem(
  { relation, place }: Table,
  { session, described, grants }: TableCheck,
): Promise<Diagnostic | undefined> {
  const found = described.get(relationKey(relation));
  if (found instanceof WarehouseError) return refused(relation, found.message, place);
  if (found) return undefined;
  if (relation.kind === 'query') {
    const said = await understood(session, relation.sql);
    return typeof said === 'string' ? refused(relation, said, place) : undefined;
  }
  const table = relationName(relation);
  const grant = grants.find((each) => each.relation && relationKey(each.relation) === relationKey(relation));
  if (grant) return diagnose('E312', { table, statements: grant.statements }, place);
  return diagnose('E301', { table, suggestion: await likeliest(session, relation) }, place);
}

function refused({ kind }: Relation, detail: string, place: Table['place']): Diagnostic {
  return diagnose('E219', { what: kind === 'query' ? 'this query' : 'this table', detail }, place);
}

/** The table whose name is nearest, written with as many parts. */
async function likeliest(session: Session, relation: Relation): Promise<string | undefined> {
  if (relation.kind !== 'table' || relation.parts.length > 2) return undefined;
  const names = await session.tableNames();
  const known = names.map((parts) => parts.slice(-relation.parts.length).join('.'));
  return nearest(relation.parts.join('.'), known);
}

function columnProblems(declared: Declared, scope: Scope): Diagnostic[] {
  const { table, entity } = declared;
  const { catalog } = scope;
  const { relation, place, cursor } = table;
  const type = (column: string) => () => catalog.typeOf(relation, column, place);
  const key = () => keyOf(table, undefined, entityKey(entity, catalog), catalog);
  const probes: (() => unknown)[] = [type(table.key)];
  if (cursor) probes.push(type(cursor.column));
  switch (declared.as) {
    case 'entity':
      break;
    case 'trait':
      probes.push(key, type(declared.table.column));
      break;
    case 'link':
      probes.push(key, type(declared.table.sourceKey));
      break;
    case 'source': {
      const { time, split, through } = declared.table;
      if (!through) probes.push(key);
      if (split !== undefined) probes.push(type(split));
      if (time !== undefined) probes.push(() => timeOf(table, time, undefined, scope, place));
    }
  }
  // Its own key is the entity's to tell.
  const ownKey = table === entity ? undefined : entity.place;
  const problems = probes.flatMap(problemsOf).filter((each) => each.place !== ownKey);
  return problems.length > 0 ? problems : [...unfitCursor(table, scope), ...unfitContract(table, scope)];
}

/** E157: nobody can tell how old such a table is. */
function unfitContract(table: Table, scope: Scope): Diagnostic[] {
  const { contract } = table;
  const reads = [{ id: '', role: 'source', table, ...(contract ? { contracts: [contract] } : {}) }] as const;
  return refusedContracts({ reads }, { cursorKind: (read) => cursorKind(read, scope) }, scope.catalog);
}

/** W207: such a table is read as a whole at every tick, which does no harm but costs. */
function unfitCursor(table: Table, scope: Scope): Diagnostic[] {
  const { cursor, relation, place } = table;
  if (!cursor || cursorKind({ id: '', role: 'source', table }, scope) !== undefined) return [];
  const { column } = cursor;
  const type = scope.catalog.typeOf(relation, column, place);
  return [diagnose('W207', { table: relationName(relation), column, type }, place)];
}
