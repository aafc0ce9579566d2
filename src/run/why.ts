/** Why one key is in a segment, or is not: evaluated now or at an instant, held against what the state says. Reads only. */
import type { Catalog } from '../compile/catalog.ts';
import { entityKey } from '../compile/key.ts';
import type { WhyInput } from '../compile/why.ts';
import type { Entity, Project } from '../config/project.ts';
import { type Diagnostic, diagnose, fail } from '../diagnostics/diagnostic.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { WhyMembership, WhyNextChange, WhyReport } from '../report/results.ts';
import { edgesOf } from '../segment/edges.ts';
import { relationName } from '../segment/reads.ts';
import { type WhyNode, whyTree } from '../segment/why-nodes.ts';
import { type Change, readChanges, readMemberships } from '../state/person.ts';
import { readSegmentRows, type SegmentRow } from '../state/segment-rows.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { type Destinations, openDestinations } from './destinations.ts';
import { type Opened, openTarget, type Patience, readTables } from './open.ts';
import { type Found, readFate } from './standing.ts';
import { readAsOf } from './why-as-of.ts';
import { lookAt } from './why-condition.ts';
import { nextChange } from './why-next.ts';
import { nodeAsOf, withoutPast } from './why-past.ts';
import { syncsOfKey } from './why-syncs.ts';
import { readWords } from './why-words.ts';

export interface WhyRequest extends Patience {
  readonly target: string;
  readonly segment: string;
  readonly key: string;
  /** Another instant than the warehouse's clock. */
  readonly at?: Instant;
  /** How many rows of each leaf are shown. */
  readonly rows: number;
}

/** Throws E665 for a key that the entity cannot have, E3xx as `openTarget` does. */
export async function whyOf(world: World, project: Project, request: WhyRequest): Promise<WhyReport> {
  const prepared = prepareSegment(project, project.segments.get(request.segment)!);
  const opened = await openTarget(world, project, request.target, 'read', request);
  const destinations = openDestinations(world, project);
  try {
    const now = await opened.session.now();
    const { catalog } = await readTables(opened.session, opened.warehouse.dialect, [prepared]);
    const key = storedKey(request.key, prepared.entity, catalog);
    return await opened.session.scratch((unlabelled) => {
      const statements = unlabelled.labelled(`segsync command=explain segment=${prepared.name}`);
      return whyIn({
        world,
        project,
        request,
        opened,
        destinations,
        prepared,
        catalog,
        now,
        key,
        statements,
      });
    });
  } finally {
    await destinations.close();
    await opened.session.close();
  }
}

interface Scene {
  readonly world: World;
  readonly project: Project;
  readonly request: WhyRequest;
  readonly opened: Opened;
  readonly destinations: Destinations;
  readonly prepared: PreparedSegment;
  readonly catalog: Catalog;
  readonly now: Instant;
  readonly key: string;
  readonly statements: Statements;
}

async function whyIn(scene: Scene): Promise<WhyReport> {
  const { world, project, request, opened, prepared, catalog, now, statements } = scene;
  const { entity, segment } = prepared;
  const { dialect } = opened.warehouse;
  const t = request.at ?? now;
  const declared = whyTree(project, segment);
  const root = t < now ? nodeAsOf(declared, t, catalog) : declared;
  const input = inputOf(scene, root, t);
  const word = await readWords(world, declared);
  const asOf = await readAsOf({ statements, tables: opened.tables, project, prepared, catalog, t });
  const looked = await lookAt({ statements, dialect, input, root, word, rows: request.rows, asOf });
  const key = looked.key ?? scene.key;
  const { holds } = looked;
  const membership = await membershipOf(scene, key, { holds, there: looked.found > 0, t });
  return {
    version: 1,
    segment: segment.name,
    entity: entity.name,
    key,
    at: formatInstant(t),
    found: looked.found > 0,
    holds,
    condition: looked.condition,
    next_change: looked.found > 0 ? await next(scene, input, root, holds) : { kind: 'not_by_time' },
    membership: membership.told,
    syncs: await syncsOfKey({
      ...{ world, project, statements, dialect, entity, key },
      ...{ target: request.target, segment: segment.name, found: looked.found > 0 },
      tables: opened.tables,
      scope: { ...input.scope, t: now },
      destinations: scene.destinations,
      memberships: membership.memberships,
      changes: membership.changes,
    }),
    notes: notesOf(scene, t, looked.found).map(({ code, message, hint }) => ({
      ...{ code, message },
      ...(hint ? { hint } : {}),
    })),
  };
}

function inputOf({ project, opened, prepared, catalog, key }: Scene, root: WhyNode, t: Instant): WhyInput {
  const { tables, warehouse } = opened;
  return {
    ...{ entity: prepared.entity, key, verdict: root.verdict },
    membership: { kind: 'state', sql: tables.from('membership'), sliced: tables.sliced },
    capabilities: warehouse.capabilities,
    scope: { catalog, timezone: project.timezone, t },
  };
}

async function next(scene: Scene, input: WhyInput, root: WhyNode, holds: boolean): Promise<WhyNextChange> {
  const { prepared, catalog, statements, opened } = scene;
  const reason = unforeseeable(prepared, catalog);
  if (reason !== undefined) return { kind: 'unknown', reason };
  const edges = edgesOf(prepared.entity, root.verdict);
  return nextChange({ statements, dialect: opened.warehouse.dialect, input, edges, holds });
}

/** Why nothing can be foreseen; undefined: edges tell of everything. */
function unforeseeable({ sql, stored }: PreparedSegment, catalog: Catalog): string | undefined {
  if (sql.queries.length > 0) return 'a `query:` may say anything at any time';
  const moving = sql.moving ?? sql.calls.find((call) => catalog.mayMove(call));
  if (moving !== undefined) return `\`${moving}\` in a \`sql:\` may change at any time`;
  const [first] = stored;
  return first === undefined ? undefined : `${first} is a \`query:\` segment, which may change at each tick`;
}

interface Stand {
  readonly told: WhyMembership;
  readonly memberships: ReadonlyMap<string, Instant>;
  readonly changes: readonly Change[];
}

async function membershipOf(scene: Scene, key: string, found: Found): Promise<Stand> {
  const { statements, opened, prepared, project, request } = scene;
  const { tables } = opened;
  const excluding = [...project.syncs.values()].flatMap(({ segment, exclude }) =>
    segment === prepared.name && exclude !== undefined ? [exclude] : [],
  );
  const segments = [prepared.name, ...excluding];
  const memberships = await readMemberships(statements, tables, { key, segments });
  const changes = await readChanges(statements, tables, { key, segment: prepared.name });
  const row = (await readSegmentRows(statements, tables)).get(prepared.name);
  const since = memberships.get(prepared.name);
  const next = request.at === undefined ? await nextOf(scene, key, found) : {};
  return { told: toldOf(row, since, changes, next), memberships, changes };
}

/** What the next tick will make of it. */
async function nextOf(
  { statements, opened, prepared }: Scene,
  key: string,
  found: Found,
): Promise<Pick<WhyMembership, 'pending' | 'waits'>> {
  const { fate, waits } = await readFate(statements, opened.tables, prepared, key, found);
  if (waits) return { waits };
  return fate.kind === 'enters' || fate.kind === 'exits'
    ? { pending: fate.kind === 'enters' ? 'enter' : 'exit' }
    : {};
}

function toldOf(
  row: SegmentRow | undefined,
  since: Instant | undefined,
  changes: readonly Change[],
  next: Pick<WhyMembership, 'pending' | 'waits'>,
): WhyMembership {
  const member = since !== undefined;
  return {
    member,
    ...(member ? { since: formatInstant(since) } : {}),
    ...(row?.evaluatedAt === undefined ? {} : { evaluated_at: formatInstant(row.evaluatedAt) }),
    ...next,
    changes: changes.map(({ op, evaluatedAt, causedAt }) => ({
      op,
      ...(evaluatedAt === undefined ? {} : { evaluated_at: formatInstant(evaluatedAt) }),
      ...(causedAt === undefined ? {} : { caused_at: formatInstant(causedAt) }),
    })),
  };
}

function notesOf({ prepared, catalog, now }: Scene, t: Instant, found: number): Diagnostic[] {
  const at = formatInstant(t);
  const lost = t < now ? withoutPast(prepared.reads, catalog) : [];
  return [
    ...(lost.length > 0 ? [diagnose('W660', { tables: lost, at })] : []),
    ...(t > now ? [diagnose('W661', { at })] : []),
    ...(found > 1 ? [diagnose('W662', { table: tableOf(prepared) })] : []),
  ];
}

function tableOf({ entity, reads }: PreparedSegment): string {
  const traits = reads
    .filter(({ role }) => role === 'trait')
    .map(({ table }) => relationName(table.relation));
  return [relationName(entity.relation), ...new Set(traits)].join(' or ');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A key as the state holds it. Throws E665 where the entity can have no such key. */
export function storedKey(key: string, entity: Entity, catalog: Catalog): string {
  const { type } = entityKey(entity, catalog);
  const wrong = (what: string): never => fail('E665', { key, entity: entity.name, type: what });
  if (type === 'integer')
    return /^[+-]?\d{1,19}$/.test(key) ? BigInt(key).toString() : wrong('whole numbers');
  if (type === 'uuid') return UUID.test(key) ? key.toLowerCase() : wrong('UUIDs');
  return key;
}
