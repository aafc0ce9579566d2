/** Interprets a run's steps by doing them: ticks are committed, changes are sent. */
import pLimit from 'p-limit';
import type { Sync } from '../config/project.ts';
import type { Behind } from '../deliver/behind.ts';
import { deliverSync } from '../deliver/deliver.ts';
import { feedsFirst } from '../evaluate/captured.ts';
import { commitTick } from '../evaluate/commit.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import { evaluateTick, type TickGroup, type TickOutcome } from '../evaluate/tick.ts';
import { openWorkspace } from '../evaluate/workspace.ts';
import { type Instant, latest } from '../instant.ts';
import { JointCommits } from '../state/joint.ts';
import { writeReconciled } from '../state/reconciled.ts';
import type { StateTables } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';
import { evaluateApart, report, stoppable, tickContext } from './evaluate.ts';
import { maySkipWriting, noteTick } from './kept-ticks.ts';
import { tickLabel } from './labels.ts';
import { evaluateLease } from './leases.ts';
import { type Found, lookAtEveryone } from './reconcile.ts';
import type { Handlers } from './steps.ts';
import { delivery, readyToDeliver, reportSyncFailure } from './syncs.ts';

/** Syncs that deliver side by side. Each streams and writes over connections of its own. */
const SYNCS_AT_ONCE = 4;
/** Those whose small transactions become one: the more go together, the fewer there are. */
const JOINT_AT_ONCE = 20;

/** One handler a kind of step. */
export const execute: Handlers = {
  async evaluate(step, context) {
    await evaluateApart(context, step.group, (group, tried) => executeGroup(group, context, { tried }));
    await deliverAll(step.syncs, context);
  },
  async reconcile(step, context) {
    const delivered: Sync[] = [];
    await evaluateApart(context, step.group, async (group, tried) => {
      const names = new Set(group.members.map(({ prepared }) => prepared.name));
      const found = await lookAtEveryone(
        { group, syncs: step.syncs.filter(({ segment }) => names.has(segment)) },
        context,
      );
      if (!found) return;
      await executeFound({ ...found, tried }, context);
      delivered.push(...found.syncs);
    });
    await deliverAll(delivered, context);
  },
  deliver: (step, context) => deliverAll(step.syncs, context),
};

/**
 * What no cursor announced is found in a tick of its own, after one of what did, so that it is not taken for what
 * happened just now.
 */
async function executeFound(
  { group, ...pass }: Found & Pick<Pass, 'tried'>,
  context: RunContext,
): Promise<void> {
  const { drifted, ...announced } = group;
  if (!drifted?.length) return executeGroup(announced, context, pass);
  const started = context.world.clock.monotonic();
  const first = await tick(announced, context, { tried: pass.tried ?? 1 });
  const states = await readSegmentStates(context.session, context.tables);
  const members = group.members.map(({ prepared }) => ({ prepared, state: states.get(prepared.name)! }));
  const second = await tick({ ...group, members }, context, pass);
  report(context, announced, together(first, second), context.world.clock.monotonic() - started, pass);
}

interface Pass extends Partial<Pick<Found, 'drift' | 'passedAt'>> {
  /** Attempts at this tick, this one included. */
  readonly tried?: number;
}

/** Other ticks that are committed during a long one: far more than there can be. */
const OTHERS = 1_000_000;

async function executeGroup(group: TickGroup, context: RunContext, pass: Pass = {}): Promise<void> {
  const started = context.world.clock.monotonic();
  const outcome = await tick(group, context, pass);
  report(context, group, outcome, context.world.clock.monotonic() - started, pass);
}

/** One tick in one transaction. */
async function tick(group: TickGroup, context: RunContext, pass: Pass = {}): Promise<TickOutcome> {
  const { world, tables, runId } = context;
  const startedAt = world.clock.now();
  const open = await context.session.oldestOpenTransaction();
  const t = await groupInstant(group, context);
  const names = group.members.map(({ prepared }) => evaluateLease(prepared.name));
  const feeds = feedsFirst(group, context.warehouse.capabilities);
  let outcome: TickOutcome | undefined;
  const evaluate = async (statements: Statements): Promise<void> => {
    const workspace = openWorkspace(statements, context.warehouse.dialect);
    const captured = feeds.told();
    outcome = await evaluateTick(statements, workspace, group, {
      ...tickContext(context),
      t,
      open,
      captured,
    });
  };
  const done = await stoppable(context, () =>
    context.leases!.fenced(
      names,
      async (statements) => {
        if (!outcome) await evaluate(statements);
        const finishedAt = world.clock.now();
        const mayStaySilent = pass.passedAt === undefined && maySkipWriting(context, group, t);
        // Its number was another's, or may be: those of ticks that are younger than its snapshot cannot be seen, and in a
        // process that stays there are always others.
        const mayBeTaken = (pass.tried ?? 1) > 1 || context.options.kept !== undefined;
        const apart = mayBeTaken ? BigInt(Math.ceil(world.random.fraction() * OTHERS)) : 0n;
        const commit = { group, outcome: outcome!, t, startedAt, finishedAt, runId, apart, mayStaySilent };
        const committed = await commitTick(statements, tables, commit);
        await notePass(statements, tables, group, pass.passedAt);
        for (const { prepared } of group.members) context.results.tickedAt.set(prepared.name, t);
        return { outcome: { ...outcome!, sizes: committed.sizes }, committed };
      },
      { isolation: 'snapshot', label: tickLabel(context, group), apart: evaluate, first: feeds.before },
    ),
  );
  noteTick(context, group, t, done);
  return done.outcome;
}

/** Two ticks of the same segments as one. */
function together(first: TickOutcome, second: TickOutcome): TickOutcome {
  const counts = new Map(
    [...first.counts].map(([segment, { enter, exit, touch }]) => {
      const later = second.counts.get(segment)!;
      return [
        segment,
        { enter: enter + later.enter, exit: exit + later.exit, touch: touch + later.touch },
      ] as const;
    }),
  );
  return { ...second, counts, affected: first.affected + second.affected };
}

async function notePass(
  statements: Statements,
  tables: StateTables,
  { members }: TickGroup,
  at: Instant | undefined,
): Promise<void> {
  if (at === undefined) return;
  const names = members.map(({ prepared }) => prepared.name);
  await writeReconciled(statements, tables, names, { at, isNew: false });
}

/** Read again for each tick: deliveries of the group before may have taken minutes. Never before the group's last tick. */
async function groupInstant(group: TickGroup, { options, session, t }: RunContext): Promise<Instant> {
  if (options.now !== undefined) return options.now;
  const last = group.members.flatMap(({ state }) => (state ? [state.evaluatedAt] : []));
  return latest([await session.now(), t, ...last])!;
}

async function deliverAll(syncs: readonly Sync[], context: RunContext): Promise<void> {
  const found = await readyToDeliver(context, syncs, context.session);
  if (!found) return;
  // Elsewhere a joint transaction would only last longer.
  const joint = context.session.writeTogether
    ? new JointCommits(context.leases!, context.world.timers)
    : undefined;
  const limit = pLimit(joint ? JOINT_AT_ONCE : SYNCS_AT_ONCE);
  const round = { behind: found.behind, joint };
  await Promise.all(found.ready.map((sync) => limit(() => deliverOne(sync, round, context))));
}

async function deliverOne(
  sync: Sync,
  round: { behind: Behind; joint: JointCommits | undefined },
  context: RunContext,
): Promise<void> {
  if (context.options.signal.aborted) return;
  const started = context.world.clock.monotonic();
  try {
    const work = async () => deliverSync(await delivery(context, sync, round));
    const result = await (round.joint ? round.joint.among(work) : work());
    if (result.error || round.behind.rows.get(sync.name)?.tickId === undefined)
      context.options.kept?.losses.forget();
    context.results.sync(result);
  } catch (error) {
    context.options.kept?.losses.forget();
    reportSyncFailure(context, sync, error, context.world.clock.monotonic() - started);
  }
}
