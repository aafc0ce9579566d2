/** Looking into segments without a tick: their SQL, their members, one key's verdict. */
import { loadWarehouse } from '../adapters.ts';
import { keyLookup } from '../compile/affected.ts';
import { assumedCatalog, type Catalog } from '../compile/catalog.ts';
import { entityKey } from '../compile/key.ts';
import { steps } from '../compile/steps.ts';
import { compileVerdicts } from '../compile/tick.ts';
import type { Project } from '../config/project.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import { openWorkspace } from '../evaluate/workspace.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { Waits } from '../report/results.ts';
import { isDamped } from '../segment/damping.ts';
import { storedId } from '../segment/reads.ts';
import { inSlices, text } from '../state/sql.ts';
import type { Session } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { type Opened, openTarget, readTables } from './open.ts';
import { printTick } from './print.ts';
import { readFate } from './standing.ts';
import { stepsOf } from './steps.ts';

export interface SqlRequest {
  readonly target: string;
  readonly segments: ReadonlySet<string>;
  /** Another warehouse's name than the target's. */
  readonly dialect?: string;
  /** Evaluate everyone. */
  readonly full: boolean;
}

/**
 * The SQL of segments, with its reasons as comments: what the next run would execute. Before a first tick, and where
 * the warehouse cannot be reached, it is written as if the last tick were one cadence ago.
 */
export async function compileSql(world: World, project: Project, request: SqlRequest): Promise<string> {
  const target = project.targets.get(request.target)!;
  const warehouse = (await loadWarehouse(world, request.dialect ?? target.type))!;
  const prepared = segmentsOf(project, request.segments);
  const known = await look(world, project, request.target, prepared);
  const { steps: list, failed } = stepsOf({
    project,
    segments: prepared,
    syncs: [],
    states: withAssumedStates(project, prepared, known.states, known.t),
    catalog: known.catalog,
    made: new Map(),
    pruned: new Map(),
    reconcile: new Set(),
    explained: true,
    full: request.full,
    t: known.t,
  });
  for (const error of failed.values()) throw error;
  const { quote } = warehouse.dialect;
  const stateTable = (name: string): string => `${quote(project.state.schema)}.${quote(name)}`;
  const notes = known.note ? [`-- ${known.note}\n`] : [];
  const texts = list.flatMap((step) =>
    step.kind === 'evaluate'
      ? [
          printTick(step.group, {
            project,
            warehouse,
            catalog: known.catalog,
            t: known.t,
            membership: stateTable('membership'),
            pending: stateTable('pending'),
            changes: stateTable('changes'),
          }),
        ]
      : [],
  );
  return [...notes, ...texts].join('\n');
}

/** The members of the last committed tick, in the order of their keys. */
export async function* streamMembers(
  world: World,
  project: Project,
  request: { readonly target: string; readonly segment: string },
): AsyncIterable<Member> {
  const opened = await openTarget(world, project, request.target, 'read');
  try {
    yield* membersIn(opened, request.segment);
  } finally {
    await opened.session.close();
  }
}

export interface Member {
  readonly entity_key: string;
  readonly entered_at: string;
}

/** The same on a session that is open. */
export async function* membersIn(
  { session, tables }: Pick<Opened, 'session' | 'tables'>,
  segment: string,
): AsyncIterable<Member> {
  const { dialect } = tables;
  const rows = session.stream(
    `SELECT entity_key, ${dialect.functions.micros_of('entered_at')} AS entered_at ` +
      `FROM ${tables.from('membership')} AS membership WHERE segment = ${text(dialect, segment)}${inSlices(tables, [segment])} ` +
      `ORDER BY ${dialect.functions.binary_order('entity_key')}`,
  );
  for await (const row of rows) {
    yield { entity_key: row.entity_key!, entered_at: formatInstant(BigInt(row.entered_at!)) };
  }
}

/** Whether one key is a member, and what it waits for. */
export interface KeyStanding {
  readonly member: boolean;
  readonly waits?: Waits;
}

/**
 * Whether a tick at `now` (undefined: the warehouse's clock) would have one key in the segment, whatever the last tick
 * found: the verdict, damped by how the key stands.
 */
export async function evaluateKey(
  world: World,
  project: Project,
  request: {
    readonly target: string;
    readonly segment: string;
    readonly key: string;
    readonly now?: Instant;
  },
): Promise<KeyStanding> {
  const prepared = prepareSegment(project, project.segments.get(request.segment)!);
  const { session, tables, warehouse } = await openTarget(world, project, request.target, 'read');
  try {
    const t = request.now ?? (await session.now());
    const { catalog } = await readTables(session, warehouse.dialect, [prepared]);
    const scope = { catalog, timezone: project.timezone, t };
    const { entity, name, verdict } = prepared;
    return await session.scratch(async (unlabelled) => {
      const statements = unlabelled.labelled(`segsync command=members segment=${name}`);
      const workspace = openWorkspace(statements, warehouse.dialect);
      await workspace.define(keyLookup(entity, entityKey(entity, catalog), request.key, scope));
      const { wides, verdict: verdicts } = compileVerdicts({
        entity,
        segments: [{ name, verdict, sent: [] }],
        incremental: { t0: t, reads: [], edges: [], stored: [], drifted: [], concerns: [] },
        membership: { kind: 'state', sql: tables.from('membership'), sliced: tables.sliced },
        changes: { kind: 'state', sql: tables.from('changes') },
        capabilities: warehouse.capabilities,
        scope,
      });
      for (const wide of wides) await workspace.define(wide);
      await workspace.define(verdicts);
      const rows = await workspace.rows({
        kind: 'select',
        columns: [{ expression: { kind: 'aggregate', fn: 'count' }, as: 'keys' }],
        from: { kind: 'step', name: steps.verdict },
      });
      const holds = rows[0]!.keys !== '0';
      if (!isDamped(prepared.segment)) return { member: holds };
      const there = (await workspace.size(steps.affected)) > 0;
      const found = { there, holds, t };
      const { fate, waits } = await readFate(statements, tables, prepared, request.key, found);
      if (waits) return { member: waits.op === 'exit', waits };
      return { member: fate.kind === 'in' || fate.kind === 'enters' };
    });
  } finally {
    await session.close();
  }
}

interface Known {
  readonly catalog: Catalog;
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly t: Instant;
  readonly note?: string;
}

/** What the warehouse tells; without a connection, assumptions that the text says. */
async function look(
  world: World,
  project: Project,
  target: string,
  prepared: readonly PreparedSegment[],
): Promise<Known> {
  let session: Session | undefined;
  try {
    const opened = await openTarget(world, project, target, 'read');
    session = opened.session;
    const { catalog } = await readTables(session, opened.warehouse.dialect, prepared);
    return { catalog, states: await readSegmentStates(session, opened.tables), t: await session.now() };
  } catch (error) {
    const unreachable =
      error instanceof DiagnosedError && (error.exit === EXIT.tryLater || error.exit === EXIT.credentials);
    if (!unreachable) throw error;
    const times = prepared.flatMap(({ reads, edges }) => [
      ...reads.flatMap(({ table }) => (table.cursor ? [table.cursor.column] : [])),
      ...edges.map(({ column }) => column),
    ]);
    const note = `the warehouse could not be asked (${error.diagnostics[0]!.code}): column types are assumed`;
    return { catalog: assumedCatalog(new Set(times)), states: new Map(), t: world.clock.now(), note };
  } finally {
    await session?.close();
  }
}

function segmentsOf(project: Project, names: ReadonlySet<string>): PreparedSegment[] {
  return [...project.segments.values()]
    .filter((segment) => names.has(segment.name))
    .map((segment) => prepareSegment(project, segment));
}

function withAssumedStates(
  project: Project,
  prepared: readonly PreparedSegment[],
  states: ReadonlyMap<string, SegmentState>,
  t: Instant,
): Map<string, SegmentState> {
  return new Map(
    prepared.map(({ name, fingerprint, reads, stored, segment }) => {
      const known = states.get(name);
      const evaluatedAt = t - project.tiers.get(segment.tier)!.every;
      const mark = { at: evaluatedAt.toString(), since: evaluatedAt.toString() };
      const watermarks = Object.fromEntries([
        ...reads.map(({ id }) => [id, mark]),
        ...stored.map((each) => [storedId(each), { ...mark, at: '0' }]),
      ]);
      const assumed = { fingerprint, tier: segment.tier, evaluatedAt, watermarks, tickId: 0n, members: 0 };
      const fits =
        known?.fingerprint === fingerprint && Object.keys(watermarks).every((id) => known.watermarks[id]);
      return [name, fits ? known : assumed];
    }),
  );
}
