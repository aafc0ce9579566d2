/** Whether everything that a run needs is there: asked by harmless calls, each thing by itself, nothing changed. */
import type { Project, Table } from '../config/project.ts';
import { DiagnosedError, type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import { SECOND } from '../instant.ts';
import { relationName } from '../segment/reads.ts';
import { stateVersion } from '../state/migrations.ts';
import { readForeign } from '../state/provenance.ts';
import { openState } from '../state/state.ts';
import { type Session, type Sought, type Warehouse, WarehouseError } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { declaredTables } from './check-tables.ts';
import { checkOn } from './check-target.ts';
import { openDestinations, sendsOn } from './destinations.ts';
import { connectTarget, type Patience } from './open.ts';
import { stateDrift } from './state-drift.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly check: 'target' | 'clock' | 'state' | 'tables' | 'indexes' | 'wake' | 'destination';
  /** The target, or the destination. */
  readonly name: string;
  /** What was found, where nothing is wrong. */
  readonly detail: string;
  /** Not looked at, for the target sends nothing there. */
  readonly skipped?: boolean;
  readonly problems: readonly Diagnostic[];
}

/** Beyond this the machine's clock and the warehouse's differ by more than the way between them. */
const SKEW = 30n * SECOND;

/** In the order in which a run would need them; a target that cannot be reached hides no destination. */
export async function examine(
  world: World,
  project: Project,
  target: string,
  patience: Patience,
): Promise<Finding[]> {
  return [
    ...(await examineTarget(world, project, target, patience)),
    ...(await examineDestinations(world, project, target)),
  ];
}

interface Examined {
  readonly world: World;
  readonly project: Project;
  readonly name: string;
  readonly warehouse: Warehouse;
  readonly session: Session;
}

async function examineTarget(
  world: World,
  project: Project,
  name: string,
  patience: Patience,
): Promise<Finding[]> {
  const opened = await problemsOr(() => connectTarget(world, project, name, 'read', patience));
  if (Array.isArray(opened)) return [{ check: 'target', name, detail: '', problems: opened }];
  const { session, warehouse } = opened as Pick<Examined, 'session' | 'warehouse'>;
  const examined = { world, project, name, warehouse, session };
  try {
    const findings: Finding[] = [];
    for (const [check, look] of LOOKS) {
      const found = await problemsOr(() => look(examined));
      if (found)
        findings.push({ check, name, ...(Array.isArray(found) ? { detail: '', problems: found } : found) });
    }
    return findings;
  } finally {
    await session.close();
  }
}

type Found = Pick<Finding, 'detail' | 'problems'>;

const LOOKS: readonly (readonly [Finding['check'], (examined: Examined) => Promise<Found | undefined>])[] = [
  ['target', async ({ session }) => good(await session.version())],
  ['clock', lookAtClock],
  ['state', lookAtState],
  ['tables', lookAtTables],
  ['indexes', lookAtIndexes],
  ['wake', lookAtWake],
];

function good(detail: string): Found {
  return { detail, problems: [] };
}

async function lookAtClock({ world, session, name }: Examined): Promise<Found> {
  const skew = (await session.now()) - world.clock.now();
  const ahead = skew < 0n ? -skew : skew;
  const seconds = Number(ahead / 1000n) / 1000;
  const problems = ahead > SKEW ? [diagnose('W303', { target: name, seconds: Math.round(seconds) })] : [];
  return { detail: `${seconds.toFixed(1)}s apart from this machine's`, problems };
}

async function lookAtState({ world, project, session, warehouse }: Examined): Promise<Found> {
  const { schema } = project.state;
  const version = await stateVersion(session, warehouse, schema);
  if (version === undefined) return good(`none in schema ${schema} yet: the first run makes it`);
  const { tables } = await openState({ session, warehouse, schema, world, access: 'read' });
  const foreign = await readForeign(session, warehouse, tables);
  return {
    detail: `version ${version} in schema ${schema}`,
    problems: [
      ...(foreign ? [diagnose('W703', { place: foreign.place })] : []),
      ...(await stateDrift(session, tables, project)),
    ],
  };
}

async function lookAtTables({ project, session, warehouse, name }: Examined): Promise<Found> {
  const target = project.targets.get(name)!;
  const problems = await checkOn(project, { target, warehouse, session });
  const read = `${tablesOf(project).length} that segments read`;
  return { detail: problems.length > 0 ? read : `${read}, and rights to all a run does`, problems };
}

/** What ticks look for: keys of the affected, rows that are new, and rows that cross an edge of time. */
async function lookAtIndexes({ project, session, name }: Examined): Promise<Found> {
  const sought = tablesOf(project).flatMap((table): (Sought & Pick<Table, 'place'>)[] => {
    const time = 'time' in table && typeof table.time === 'string' ? [table.time] : [];
    const columns = [table.key, ...(table.cursor ? [table.cursor.column] : []), ...time];
    return [...new Set(columns)].map((column) => ({ relation: table.relation, column, place: table.place }));
  });
  const missing = await session.missingIndexes(sought);
  return {
    detail: missing.length > 0 ? '' : 'none missing',
    problems: missing.map(({ column, place, statement }) =>
      diagnose('W302', { target: name, column, statement }, place),
    ),
  };
}

/** Only where the target is to be woken by its tables. */
async function lookAtWake({ project, session, name }: Examined): Promise<Found | undefined> {
  if (!session.wake) return undefined;
  const missing = await session.wake.missing(tablesOf(project), project.state.schema);
  return {
    detail: missing.length > 0 ? '' : 'by its tables',
    problems: missing.map(({ relation, place, statements }) =>
      diagnose('W307', { target: name, table: relationName(relation), statements }, place),
    ),
  };
}

function tablesOf(project: Project): Table[] {
  const segments = [...project.segments.values()].map((segment) => prepareSegment(project, segment));
  return declaredTables(segments).map(({ table }) => table);
}

async function examineDestinations(world: World, project: Project, target: string): Promise<Finding[]> {
  const opened = openDestinations(world, project);
  const look = async (name: string): Promise<Finding> => {
    const destination = project.destinations.get(name)!;
    const finding = { check: 'destination', name, problems: [] } as const;
    if (!sendsOn(destination, target))
      return { ...finding, detail: `${destination.type}: not on target ${target}`, skipped: true };
    const began = world.clock.monotonic();
    const problems = await problemsOr(async () => (await opened.open(name)).session.check());
    const ms = Math.round(world.clock.monotonic() - began);
    return Array.isArray(problems)
      ? { ...finding, detail: '', problems }
      : { ...finding, detail: `${destination.type}: reached in ${ms}ms` };
  };
  try {
    return await Promise.all([...project.destinations.keys()].sort().map(look));
  } finally {
    await opened.close();
  }
}

/** What a call throws of known problems, or what it resolves to. */
async function problemsOr<T>(work: () => Promise<T>): Promise<T | Diagnostic[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DiagnosedError) return [...error.diagnostics];
    if (error instanceof WarehouseError) return [diagnose('E703', { detail: error.message })];
    throw error;
  }
}
