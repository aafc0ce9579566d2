/** A project against the tables of a target: read-only, before a first run too, and everything that is wrong at once. */
import { readCatalog } from '../compile/catalog.ts';
import { cursorKind } from '../compile/watermarks.ts';
import type { Project, Relation, Table, Target } from '../config/project.ts';
import { type Selection, select } from '../config/select.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { leavesOf } from '../segment/resolve.ts';
import { stateTables } from '../state/sql.ts';
import { TABLES } from '../state/tables.ts';
import {
  type Column,
  type MissingGrant,
  type Session,
  type Warehouse,
  WarehouseError,
} from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { conditionProblems } from './check-condition.ts';
import { type CheckContext, type Described, distinct, problemsOf, relationKey } from './check-context.ts';
import { syncProblems } from './check-sync.ts';
import { declaredTables, tableProblems } from './check-tables.ts';
import { connectTarget, type Patience } from './open.ts';
import { refusedFull } from './refused-full.ts';

/** Throws when the target cannot be reached, or fails for reasons that are not the project's. */
export async function checkTarget(
  world: World,
  project: Project,
  targetName: string,
  { selection, ...patience }: Patience & { readonly selection: Selection },
): Promise<Diagnostic[]> {
  const { target, warehouse, session } = await connectTarget(world, project, targetName, 'read', patience);
  try {
    return await checkOn(project, { target, warehouse, session }, selection);
  } finally {
    await session.close();
  }
}

export interface Connected {
  readonly target: Target;
  readonly warehouse: Warehouse;
  readonly session: Session;
}

/** The same over a connection that there is; without a selection, of everything. */
export function checkOn(
  project: Project,
  connected: Connected,
  selection = select(project, { select: [], exclude: [] }),
): Promise<Diagnostic[]> {
  const chosen = [...project.segments.values()].filter(({ name }) => selection.segments.has(name));
  const segments = chosen.map((segment) => prepareSegment(project, segment));
  return checkAll(project, segments, selection.syncs, connected);
}

async function checkAll(
  project: Project,
  segments: readonly PreparedSegment[],
  syncs: ReadonlySet<string>,
  { target, warehouse, session }: Connected,
): Promise<Diagnostic[]> {
  const relations = relationsOf(segments);
  const { catalog, described } = await describeAll(session, warehouse, segments, relations);
  const grants = await session.missingGrants({
    relations,
    schema: project.state.schema,
    tables: Object.values(TABLES).map(({ name }) => name),
  });
  const scope = { catalog, timezone: project.timezone, t: await session.now() };
  const broken = new Set<Table>();
  const found: Diagnostic[] = [];
  for (const declared of declaredTables(segments)) {
    const problems = await tableProblems(declared, { session, described, grants, scope });
    if (problems.some(({ severity }) => severity === 'error')) broken.add(declared.table);
    found.push(...problems);
  }
  const tables = stateTables(warehouse, project.state.schema, undefined);
  const context: CheckContext = { project, warehouse, session, scope, tables, broken, said: new Map() };
  for (const segment of segments) found.push(...(await segmentProblems(segment, context)));
  const entityOf = new Map(segments.map(({ name, entity }) => [name, entity]));
  for (const sync of project.syncs.values()) {
    if (!syncs.has(sync.name)) continue;
    found.push(...(await syncProblems(sync, entityOf.get(sync.segment)!, context)));
  }
  return [...distinct(found).map(projectsFault), ...grantWarnings(target, grants)];
}

/** The same object for the same relation, so that what is said of it can be found again. */
function relationsOf(segments: readonly PreparedSegment[]): Relation[] {
  const all = declaredTables(segments).map(({ table }) => table.relation);
  return [...new Map(all.map((relation) => [relationKey(relation), relation])).values()];
}

/** Nothing that the warehouse says of one relation hides what it says of others. */
async function describeAll(
  session: Session,
  { dialect }: Warehouse,
  segments: readonly PreparedSegment[],
  relations: readonly Relation[],
) {
  const described = new Map<string, readonly Column[] | WarehouseError | undefined>();
  const describe = async (relation: Relation): Promise<readonly Column[] | undefined> => {
    try {
      const columns = await session.describe(relation);
      described.set(relationKey(relation), columns);
      return columns;
    } catch (error) {
      if (!(error instanceof WarehouseError) || error.failure !== 'statement') throw error;
      described.set(relationKey(relation), error);
      return undefined;
    }
  };
  const wanted = {
    relations,
    queries: segments.flatMap(({ sql }) => sql.queries),
    expressions: segments.flatMap(({ entity, sentSql }) =>
      sentSql.map(({ sql }) => ({ relation: entity.relation, sql })),
    ),
    calls: [...new Set(segments.flatMap(({ sql }) => sql.calls))],
  };
  const catalog = await readCatalog({ ...session, describe }, wanted, dialect);
  return { catalog, described: described as Described };
}

async function segmentProblems(segment: PreparedSegment, context: CheckContext): Promise<Diagnostic[]> {
  const { entity, verdict } = segment;
  const found: Diagnostic[] = [];
  for (const leaf of leavesOf(verdict)) found.push(...(await conditionProblems(leaf, entity, context)));
  return found.length > 0 ? found : fullProblem(segment, context);
}

/** With the types of cursors, and what the warehouse says of functions. */
function fullProblem(segment: PreparedSegment, { project, scope }: CheckContext): Diagnostic[] {
  const { mayMove } = scope.catalog;
  let refusal: Diagnostic | undefined;
  const unknown = problemsOf(() => {
    refusal = refusedFull(project, segment, { mayMove, cursorKind: (read) => cursorKind(read, scope) });
  });
  return refusal && unknown.length === 0 ? [refusal] : [];
}

/** What a run would report as a failed segment is here what is wrong with the project; a missing right is not. */
function projectsFault(diagnostic: Diagnostic): Diagnostic {
  const isFault = diagnostic.severity === 'error' && diagnostic.code !== 'E312';
  return isFault ? { ...diagnostic, exit: EXIT.invalidProject } : diagnostic;
}

/** Tables that cannot be read are errors of their own. */
function grantWarnings({ name, place }: Target, grants: readonly MissingGrant[]): Diagnostic[] {
  return grants
    .filter(({ relation }) => relation === undefined)
    .map(({ what, statements }) => diagnose('W301', { target: name, what, statements }, place));
}
