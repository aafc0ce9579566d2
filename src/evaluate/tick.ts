/** One tick: who can have changed, what holds for them now, and the difference to the members. Changes nothing by itself. */

import type { Catalog } from '../compile/catalog.ts';
import { changeCounts } from '../compile/changed.ts';
import { waitCounts } from '../compile/damped.ts';
import type { From, Query } from '../compile/query.ts';
import type { Scope } from '../compile/rows.ts';
import { steps } from '../compile/steps.ts';
import { compileAffected, compileVerdicts, type SpokenColumn, type TickInput } from '../compile/tick.ts';
import { duplicatesQuery } from '../compile/wide.ts';
import type { Entity, Project } from '../config/project.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { earliest, type Instant } from '../instant.ts';
import { mergeReads, type ReadTable, relationName, storedId } from '../segment/reads.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Capture, Statements, Warehouse } from '../warehouse/warehouse.ts';
import { captures, isFeedLost, marksOf } from './captured.ts';
import { type Drift, findDrift } from './drift.ts';
import { findDuplicates } from './duplicates.ts';
import { incremental } from './incremental.ts';
import { scopeOf, tickInput } from './input.ts';
import { type FullReason, fullIsCheaper, type SegmentState } from './mode.ts';
import { readNewest } from './newest.ts';
import type { PreparedSegment } from './prepared.ts';
import { type StaleBySegment, staleIn } from './stale-segments.ts';
import { nextWatermarks, type Watermarks } from './watermark.ts';
import type { Workspace } from './workspace.ts';

/** A segment that ticks, with what the state knows of it. */
export interface TickMember {
  readonly prepared: PreparedSegment;
  readonly state?: SegmentState;
}

/** Segments of one entity that share a tick. */
export interface TickGroup {
  readonly entity: Entity;
  readonly members: readonly TickMember[];
  /** Why each segment is evaluated in full, by name; undefined: the affected keys suffice for all. */
  readonly full?: ReadonlyMap<string, FullReason>;
  /** Of a full tick: the segments that could have been incremental, so that drift can be told from what was expected. */
  readonly comparable?: ReadonlySet<string>;
  /** Keys (as text) that are affected whatever cursors and edges say: those that a full pass found different. */
  readonly drifted?: readonly string[];
  /** What the tick finds had escaped the cursors. */
  readonly unannounced?: true;
}

export interface TickContext {
  readonly project: Project;
  readonly warehouse: Warehouse;
  readonly catalog: Catalog;
  /** The state tables, or what stands for them. */
  readonly state: Readonly<Record<'membership' | 'pending' | 'changes' | 'segments', From>>;
  /** The table of the state that every tick and delivery writes to. Undefined: this is a look, whose marks nobody keeps. */
  readonly apart?: string;
  /** The tick's instant. */
  readonly t: Instant;
  /** The incarnation of each table, where the warehouse tells. */
  readonly made: ReadonlyMap<string, string>;
  /** When the oldest transaction began that was open before the snapshot. */
  readonly open?: Instant;
  /** What was told of the tables before the transaction began; undefined: it is asked for now. */
  readonly captured?: ReadonlyMap<string, Capture> | undefined;
}

export interface TickOutcome {
  readonly mode: 'incremental' | 'full';
  /** By segment: a full reason, `changed_keys` or `nothing_changed`. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly affected: number;
  readonly counts: ReadonlyMap<
    string,
    { readonly enter: number; readonly exit: number; readonly touch: number }
  >;
  /** How many begin to wait, or wait until another time, and how many wait no longer; undefined: nobody waits. */
  readonly waits?: Waits;
  readonly watermarks: ReadonlyMap<string, Watermarks>;
  /** Members of each segment after it; only once it is committed. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** By segment, where a full tick could tell. */
  readonly drift: ReadonlyMap<string, Drift>;
  /** By segment: tables that are older than they should be, and that it goes on with. */
  readonly stale: StaleBySegment;
}

/** Of all segments of a tick whose verdict is damped. */
export interface Waits {
  readonly segments: readonly string[];
  readonly begun: number;
  readonly ended: number;
}

/**
 * Evaluates a group inside one snapshot. Afterwards the workspace holds `segsync_changed` unless nothing was affected.
 * Throws `StaleSegments` before anything is evaluated.
 */
export async function evaluateTick(
  statements: Statements,
  workspace: Workspace,
  group: TickGroup,
  context: TickContext,
): Promise<TickOutcome> {
  const scope = scopeOf(context);
  // Read before the scans, in their snapshot: a row between the two would be below the watermark and never seen.
  const captured = context.captured ?? (await captures(statements, group, context.apart));
  const watermarks = await readWatermarks(workspace, group, context, scope, marksOf(captured));
  const stale = staleIn(group, watermarks, context.t);
  const found = await evaluateFrom(statements, workspace, group, context, { scope, captured, watermarks });
  return { ...found, stale };
}

interface Read {
  readonly scope: Scope;
  readonly captured: ReadonlyMap<string, Capture>;
  readonly watermarks: TickOutcome['watermarks'];
}

type Found = Omit<TickOutcome, 'stale'>;

async function evaluateFrom(
  statements: Statements,
  workspace: Workspace,
  group: TickGroup,
  context: TickContext,
  { scope, captured, watermarks }: Read,
): Promise<Found> {
  const { dialect } = context.warehouse;
  const base = tickInput(group, context, scope);
  if (isFeedLost(group, captured)) {
    const lost = group.members.map(({ prepared }): [string, FullReason] => [prepared.name, 'feed_lost']);
    const reasons = new Map([...lost, ...(group.full ?? [])]);
    return evaluateAll(statements, workspace, group, base, watermarks, reasons, dialect);
  }
  if (group.full) {
    const found = await evaluateAll(statements, workspace, group, base, watermarks, group.full, dialect);
    return { ...found, drift: await findDrift(workspace, group, base, scope, captured) };
  }
  const input: TickInput = { ...base, incremental: incremental(group, scope, captured) };
  await workspace.define(compileAffected(input)!);
  const affected = await workspace.size(steps.affected);
  if (affected === 0) return unchanged(group, watermarks);
  const rows = await statements.approximateRows(group.entity.relation);
  if (fullIsCheaper(affected, rows, context.warehouse.capabilities)) {
    const reasons = new Map(group.members.map(({ prepared }) => [prepared.name, 'affected_share' as const]));
    return evaluateAll(statements, workspace, group, base, watermarks, reasons, dialect);
  }
  const found = await diff(statements, workspace, group, input, dialect);
  // Ticked just before without these keys, so that what it finds now is due to them.
  const reason = group.drifted?.length ? 'reconcile' : 'changed_keys';
  const reasons = new Map(group.members.map(({ prepared }) => [prepared.name, reason]));
  return { mode: 'incremental', reasons, affected, ...found, watermarks, drift: NO_DRIFT };
}

const NO_DRIFT: TickOutcome['drift'] = new Map();

type Base = Omit<TickInput, 'incremental'>;

async function evaluateAll(
  statements: Statements,
  workspace: Workspace,
  group: TickGroup,
  base: Base,
  watermarks: TickOutcome['watermarks'],
  reasons: ReadonlyMap<string, FullReason>,
  dialect: Dialect,
): Promise<Found> {
  const found = await diff(statements, workspace, group, base, dialect);
  const affected = await workspace.size(steps.wide);
  return { mode: 'full', reasons, affected, ...found, watermarks, drift: NO_DRIFT };
}

async function diff(
  statements: Statements,
  workspace: Workspace,
  group: TickGroup,
  input: TickInput,
  dialect: Dialect,
): Promise<Pick<TickOutcome, 'counts' | 'waits'>> {
  const { wides, verdict, changed, spoken } = compileVerdicts(input);
  for (const wide of wides) {
    await workspace.define(wide);
    const [repeated] = await workspace.rows(duplicatesQuery(wide));
    if (repeated!.keys !== '0') await failForDuplicates(statements, group, dialect);
  }
  await checkSpoken(statements, spoken);
  await workspace.define(verdict);
  for (const step of changed) await workspace.define(step);
  const counts = new Map(
    group.members.map(({ prepared }) => [prepared.name, { enter: 0, exit: 0, touch: 0 }]),
  );
  for (const row of await workspace.rows(changeCounts())) {
    counts.get(row.segment!)![row.op as 'enter' | 'exit' | 'touch'] = Number(row.keys);
  }
  return { counts, ...(await countWaits(workspace, input)) };
}

async function countWaits(
  workspace: Workspace,
  { damped, incremental: affected }: TickInput,
): Promise<Pick<TickOutcome, 'waits'>> {
  if (!damped) return {};
  const total = { begun: 0, kept: 0, known: 0 };
  for (const row of await workspace.rows(waitCounts(damped, affected === undefined))) {
    total[row.what as keyof typeof total] += Number(row.keys);
  }
  const segments = damped.segments.map(({ name }) => name);
  return { waits: { segments, begun: total.begun, ended: total.known - total.kept } };
}

/** Throws E220 for a `sql:` that is not boolean. Without temporary tables there is nothing to look at: such an engine refuses it. */
async function checkSpoken(statements: Statements, spoken: readonly SpokenColumn[]): Promise<void> {
  if (!statements.temporaryTables) return;
  for (const { table, column, place } of spoken) {
    const columns = await statements.describe({ kind: 'table', parts: [table] });
    const own = columns?.find(({ name }) => name === column);
    if (own && own.type !== 'boolean') fail('E220', { type: own.native.toLowerCase() }, place);
  }
}

async function failForDuplicates(statements: Statements, group: TickGroup, dialect: Dialect): Promise<void> {
  const reads = group.members.flatMap(({ prepared }) => prepared.reads);
  const found = await findDuplicates(statements, dialect, reads);
  if (found) fail('E216', { table: found.table, keys: found.keys }, found.place);
}

async function readWatermarks(
  workspace: Workspace,
  group: TickGroup,
  context: TickContext,
  scope: Scope,
  marks: ReadonlyMap<string, string>,
): Promise<TickOutcome['watermarks']> {
  const reads = mergeReads(group.members.map(({ prepared }) => prepared.reads));
  const stored = [...new Set(group.members.flatMap(({ prepared }) => prepared.stored))];
  const { segments } = context.state;
  const from = shownBefore(group);
  const rows = await readNewest(workspace.rows, { reads, stored, segments, scope, from });
  // A table without a cursor, whose feed tells of it, shows nothing to go by but its mark.
  const fed = reads.filter(({ table }) => table.changeFeed).map(({ id }): [string, null] => [id, null]);
  const shown = new Map([...fed, ...rows.map((row): [string, string | null] => [row.id!, row.at ?? null])]);
  const silent = reads.filter(({ id, table }) => table.cursor && shown.get(id) === null);
  const empty = await emptyTables(workspace, silent);
  return new Map(
    group.members.map(({ prepared, state }) => {
      const ids = new Set([...prepared.reads.map(({ id }) => id), ...prepared.stored.map(storedId)]);
      const own = new Map([...shown].filter(([id]) => ids.has(id)));
      const seen = { t: context.t, watermarks: own, made: context.made, marks, empty, open: context.open };
      return [prepared.name, nextWatermarks(seen, state?.watermarks ?? {})];
    }),
  );
}

/** The greatest cursor that every member has seen of a table. */
function shownBefore({ members }: TickGroup): ReadonlyMap<string, string> {
  const least = new Map<string, bigint | undefined>();
  for (const { prepared, state } of members) {
    for (const { id } of prepared.reads) {
      const at = state?.watermarks[id]?.at ?? undefined;
      const known = least.has(id) ? least.get(id) : at && BigInt(at);
      least.set(id, at && known !== undefined ? earliest([known as bigint, BigInt(at)]) : undefined);
    }
  }
  return new Map([...least].flatMap(([id, at]) => (at === undefined ? [] : [[id, String(at)] as const])));
}

/** Of tables that show no cursor, those that have no row at all. */
async function emptyTables(workspace: Workspace, reads: readonly ReadTable[]): Promise<Map<string, string>> {
  const empty = new Map<string, string>();
  for (const { id, table } of reads) {
    const [row] = await workspace.rows(countRows({ kind: 'relation', relation: table.relation }));
    if (row!.rows === '0') empty.set(id, relationName(table.relation));
  }
  return empty;
}

function countRows(from: From): Query {
  return {
    kind: 'select',
    columns: [{ expression: { kind: 'aggregate', fn: 'count' }, as: 'rows' }],
    from,
    as: 'counted',
  };
}

function unchanged(group: TickGroup, watermarks: TickOutcome['watermarks']): Found {
  return {
    mode: 'incremental',
    reasons: new Map(group.members.map(({ prepared }) => [prepared.name, 'nothing_changed'])),
    affected: 0,
    counts: new Map(group.members.map(({ prepared }) => [prepared.name, { enter: 0, exit: 0, touch: 0 }])),
    watermarks,
    drift: NO_DRIFT,
  };
}
