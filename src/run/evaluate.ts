/** The evaluation half of a step, executed or explained: what both do, and how a failing segment is set apart. */
import type { From } from '../compile/query.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { StaleSegments } from '../evaluate/stale-segments.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import type { TickContext, TickGroup, TickMember, TickOutcome } from '../evaluate/tick.ts';
import type { SegmentResult } from '../report/results.ts';
import type { Stale } from '../segment/stale.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import type { Closer } from './closer.ts';
import type { RunContext } from './context.ts';
import { failureReport } from './results.ts';
import { staleResult } from './stale.ts';

/** Two commits met: the loser's transaction was rolled back and may simply be done again. */
const CONFLICT_ATTEMPTS = 4;

export function tickContext(context: RunContext): TickContext {
  const { project, warehouse, catalog, t, made, tables } = context;
  return {
    project,
    warehouse,
    catalog,
    t,
    made,
    apart: tables.name('leases'),
    state: stateFrom(tables),
  };
}

/** The state's tables as a tick reads them. */
export function stateFrom(tables: RunContext['tables']): TickContext['state'] {
  const from = (name: keyof TickContext['state']): From => ({
    kind: 'state',
    sliced: tables.sliced,
    sql: tables.from(name),
  });
  return {
    membership: from('membership'),
    pending: from('pending'),
    changes: from('changes'),
    segments: from('segments'),
  };
}

/** What a signal stops. */
type Stoppable = Pick<RunContext, 'session' | 'world'> & {
  readonly options: Pick<RunContext['options'], 'signal'>;
};

/** A statement that begins just after the signal is stopped, too. */
const STOP_AGAIN_MS = 200;

/**
 * Evaluation whose statements a signal stops where they are: its transaction is rolled back, and nothing was lost.
 * Throws a `WarehouseError` when it is stopped.
 */
export async function stoppable<T>(
  { options: { signal }, session, world }: Stoppable,
  work: () => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new WarehouseError('transient', 'interrupted');
  const cancel = (): void => void session.cancel().catch(() => undefined);
  let end = (): void => {};
  const stop = (): void => {
    cancel();
    end = world.timers.every(STOP_AGAIN_MS, cancel);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', stop);
    end();
  }
}

/**
 * Runs `attempt` on the group. When it fails, each of its segments is tried alone: the failing ones are reported,
 * the others done. `tried` counts the attempts, from 1.
 */
export async function evaluateApart(
  context: RunContext,
  group: TickGroup,
  attempt: (group: TickGroup, tried: number) => Promise<void>,
): Promise<void> {
  const started = context.world.clock.monotonic();
  try {
    await again(context, (tried) => attempt(group, tried));
  } catch (error) {
    if (error instanceof StaleSegments) {
      const rest = setAside(context, group, error, context.world.clock.monotonic() - started);
      return rest && evaluateApart(context, rest, attempt);
    }
    // Stopped, it has not failed.
    if (context.options.signal.aborted && error instanceof WarehouseError) return;
    if (group.members.length === 1)
      return failed(context, group, error, context.world.clock.monotonic() - started);
    for (const member of group.members)
      await evaluateApart(context, { ...group, members: [member] }, async (alone, tried) =>
        attempt({ ...alone, members: await asTheyStand(alone.members, context) }, tried),
      );
  }
}

/** Reports the segments that a stale table stops; the group without them, if anybody is left. */
function setAside(
  context: RunContext,
  group: TickGroup,
  { stale, diagnostics }: StaleSegments,
  durationMs: number,
): TickGroup | undefined {
  const stopped = group.members.filter(({ prepared: { name } }) => stale.has(name));
  for (const [index, member] of stopped.entries()) {
    const error = new DiagnosedError([diagnostics[index]!]);
    failed(context, { ...group, members: [member] }, error, durationMs, stale.get(member.prepared.name));
  }
  const members = group.members.filter((member) => !stopped.includes(member));
  return members.length > 0 ? { ...group, members } : undefined;
}

/** What failed may have been committed all the same, when only its answer was lost: then the states are other ones. */
async function asTheyStand(
  members: readonly TickMember[],
  { session, tables }: RunContext,
): Promise<TickMember[]> {
  const states = await readSegmentStates(session, tables);
  return members.map(({ prepared }) => {
    const state = states.get(prepared.name);
    return { prepared, ...(state ? { state } : {}) };
  });
}

/** Reports what a tick found. */
export function report(
  context: RunContext,
  group: TickGroup,
  outcome: TickOutcome,
  durationMs: number,
  {
    drift = outcome.drift,
    closer,
  }: { drift?: TickOutcome['drift']; closer?: ReadonlyMap<string, Closer> } = {},
): void {
  for (const { prepared, state } of group.members) {
    const counts = outcome.counts.get(prepared.name)!;
    context.watermarks.set(prepared.name, outcome.watermarks.get(prepared.name)!);
    const stale = outcome.stale.get(prepared.name) ?? [];
    context.stale.set(prepared.name, stale);
    const result: SegmentResult = {
      segment: prepared.name,
      mode: outcome.mode,
      reason: outcome.reasons.get(prepared.name) ?? 'changed_keys',
      members: outcome.sizes?.get(prepared.name) ?? (state?.members ?? 0) + counts.enter - counts.exit,
      entered: counts.enter,
      exited: counts.exit,
      affected: outcome.affected,
      duration_ms: Math.round(durationMs),
      ...driftOf(drift, prepared.name),
      ...staleResult(stale),
      ...closer?.get(prepared.name),
    };
    context.results.segment(result);
  }
  context.results.event({ ...tickOf(group, outcome), duration_ms: Math.round(durationMs) });
}

/** What the segments of a group did together. */
function tickOf({ entity, members }: TickGroup, { mode, affected, counts }: TickOutcome) {
  const each = members.map(({ prepared }) => counts.get(prepared.name)!);
  return {
    event: 'tick_finished' as const,
    entity: entity.name,
    segments: members.map(({ prepared }) => prepared.name),
    mode,
    affected,
    entered: each.reduce((sum, { enter }) => sum + enter, 0),
    exited: each.reduce((sum, { exit }) => sum + exit, 0),
  };
}

function driftOf(drift: TickOutcome['drift'], segment: string): Pick<SegmentResult, 'drift'> {
  const found = drift.get(segment);
  return found ? { drift: { corrected: found.keys, tables: found.tables } } : {};
}

function failed(
  context: RunContext,
  group: TickGroup,
  error: unknown,
  durationMs: number,
  stale: readonly Stale[] = [],
): void {
  const [{ prepared, state } = { prepared: undefined, state: undefined }] = group.members;
  if (!prepared) throw error;
  const failure = failureReport(error, context.project.root);
  context.results.segment({
    segment: prepared.name,
    mode: 'skipped',
    reason: 'failed',
    members: state?.members ?? 0,
    entered: 0,
    exited: 0,
    affected: 0,
    duration_ms: Math.round(durationMs),
    ...staleResult(stale),
    error: failure,
  });
  const nobody = { mode: 'skipped' as const, affected: 0, entered: 0, exited: 0 };
  context.results.event({
    ...{ event: 'tick_finished', entity: group.entity.name, segments: [prepared.name], ...nobody },
    duration_ms: Math.round(durationMs),
    error: failure.code,
  });
}

async function again<T>(context: RunContext, attempt: (tried: number) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt(tried);
    } catch (error) {
      const conflict = error instanceof WarehouseError && error.failure === 'conflict';
      if (!conflict || tried === CONFLICT_ATTEMPTS) throw error;
      await context.world.timers.sleep(context.world.random.fraction() * 100 * tried, context.options.signal);
    }
  }
}
