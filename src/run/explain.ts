/** Interprets a run's steps by explaining them: the same queries and decisions, in transactions that are rolled back. */

import type { From } from '../compile/query.ts';
import { steps } from '../compile/steps.ts';
import type { Sync } from '../config/project.ts';
import type { Relations } from '../deliver/context.ts';
import { explainSync } from '../deliver/explain.ts';
import { feedsFirst } from '../evaluate/captured.ts';
import { evaluateTick, type TickContext, type TickGroup, type TickOutcome } from '../evaluate/tick.ts';
import { openWorkspace, type Workspace } from '../evaluate/workspace.ts';
import type { SyncResult } from '../report/results.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { lookCloser } from './closer.ts';
import type { RunContext } from './context.ts';
import { sendsOn } from './destinations.ts';
import { evaluateApart, report, tickContext } from './evaluate.ts';
import { syncLabel, tickLabel } from './labels.ts';
import { pending } from './overlay.ts';
import { slowOf } from './slow.ts';
import type { Handlers, Step } from './steps.ts';
import { preview, readyToDeliver, reportSyncFailure } from './syncs.ts';

/** Changes of `query:` segments that would have ticked before. */
const EARLIER = 'segsync_earlier';

/** One handler a kind of step. */
export const explain: Handlers = {
  async evaluate(step, context) {
    const ticks: Explained[] = [];
    await evaluateApart(context, step.group, async (group) => {
      ticks.push({ group, outcome: await explainGroup({ ...step, group }, context) });
    });
    for (const { group, outcome } of ticks) await context.costs.add(group, outcome, context);
  },
  reconcile: (step, context) => explain.evaluate({ ...step, kind: 'evaluate' }, context),
  deliver: (step, context) =>
    context.session.scratch((statements) => explainSyncs(step.syncs, statements, undefined, context)),
};

type EvaluateStep = Extract<Step, { kind: 'evaluate' }>;

interface Explained {
  readonly group: TickGroup;
  readonly outcome: TickOutcome;
}

async function explainGroup(
  { group, refersTo, syncs }: EvaluateStep,
  context: RunContext,
): Promise<TickOutcome> {
  const started = context.world.clock.monotonic();
  const own = new Set(group.members.map(({ prepared }) => prepared.name));
  const { before, told } = feedsFirst(group, context.warehouse.capabilities);
  const work = async (unlabelled: Statements): Promise<TickOutcome> => {
    const statements = unlabelled.labelled(tickLabel(context, group));
    const workspace = openWorkspace(statements, context.warehouse.dialect);
    const queries = refersTo && withoutFailed(refersTo, context);
    const state = queries && (await afterQueries(queries, statements, workspace, context));
    const outcome = await evaluateTick(statements, workspace, group, {
      ...tickContext(context),
      ...(state ? { state } : {}),
      captured: told(),
    });
    const tickId = (await newestTick(statements, context)) + 1n;
    const relations = hasChanges(outcome)
      ? pending(context.tables, workspace, group, { tickId, t: context.t, outcome })
      : undefined;
    const membership = relations?.membership ?? context.tables.from('membership');
    const closer = await lookCloser({ group, outcome, statements, workspace, membership }, context);
    const looked = new Map(
      group.members.map((member) => {
        const { name } = member.prepared;
        return [name, { ...closer.get(name), ...slowOf(member, outcome, context) }] as const;
      }),
    );
    report(context, group, outcome, context.world.clock.monotonic() - started, { closer: looked });
    await explainSyncs(
      syncs.filter((sync) => own.has(sync.segment)),
      statements,
      relations,
      context,
    );
    return outcome;
  };
  return context.session.scratch(work, before ? { before } : {});
}

/** Those that failed in their own step stand as they stood. */
function withoutFailed(group: TickGroup, { results }: RunContext): TickGroup | undefined {
  const members = group.members.filter(({ prepared }) => !results.failedSegments.has(prepared.name));
  return members.length > 0 ? { ...group, members } : undefined;
}

/** The state as it would be once the `query:` segments that a group refers to had ticked. */
async function afterQueries(
  queries: TickGroup,
  statements: Statements,
  workspace: Workspace,
  context: RunContext,
): Promise<TickContext['state']> {
  const outcome = await evaluateTick(statements, workspace, queries, tickContext(context));
  await workspace.keep(steps.changed, EARLIER);
  const commit = {
    tickId: (await newestTick(statements, context)) + 1n,
    t: context.t,
    outcome,
    from: EARLIER,
  };
  const { membership, changes, segments } = pending(context.tables, workspace, queries, commit);
  const from = (sql: string): From => ({ kind: 'state', sql, sliced: context.tables.sliced });
  return {
    ...tickContext(context).state,
    ...{ membership: from(membership), changes: from(changes), segments: from(segments) },
  };
}

async function explainSyncs(
  syncs: readonly Sync[],
  statements: Statements,
  relations: Relations | undefined,
  context: RunContext,
): Promise<void> {
  const found = await readyToDeliver(context, syncs, statements, relations);
  for (const sync of found?.ready ?? []) {
    const started = context.world.clock.monotonic();
    try {
      const labelled = statements.labelled(syncLabel(context, sync));
      const behind = found!.behind;
      const result = await explainSync(await preview(context, sync, labelled, { behind, relations }));
      context.results.sync(asSentFrom(context, sync, result));
    } catch (error) {
      reportSyncFailure(context, sync, error, context.world.clock.monotonic() - started);
    }
  }
}

/** Where the destination does not list this target, the figures stand, but nothing would be sent: no guard holds it. */
function asSentFrom(context: RunContext, sync: Sync, result: SyncResult): SyncResult {
  const destination = context.project.destinations.get(sync.destination)!;
  if (result.error || result.skipped || sendsOn(destination, context.target.name)) return result;
  const { held, ...rest } = result;
  return { ...rest, skipped: 'target' };
}

async function newestTick(statements: Statements, { tables }: RunContext): Promise<bigint> {
  const [row] = await statements.query(
    `SELECT max(tick_id) AS tick_id FROM ${tables.from('segments')} AS segments`,
  );
  return BigInt(row?.tick_id ?? '0');
}

function hasChanges(outcome: TickOutcome): boolean {
  return [...outcome.counts.values()].some(({ enter, exit, touch }) => enter + exit + touch > 0);
}
