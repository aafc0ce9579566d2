/**
 * The scheduled look for what cursors cannot show. Everyone is evaluated in a transaction that is rolled back, and no
 * lease is held meanwhile; only the keys found different go into the tick that follows.
 */
import { isReadable } from '../compile/key.ts';
import type { Sync } from '../config/project.ts';
import { feedsFirst } from '../evaluate/captured.ts';
import type { Drift } from '../evaluate/drift.ts';
import { driftedKeys } from '../evaluate/drift.ts';
import { readSegmentStates } from '../evaluate/states.ts';
import { evaluateTick, type TickGroup, type TickMember } from '../evaluate/tick.ts';
import { openWorkspace } from '../evaluate/workspace.ts';
import type { Instant } from '../instant.ts';
import type { RunContext } from './context.ts';
import { stoppable, tickContext } from './evaluate.ts';
import { tickLabel } from './labels.ts';
import { leased } from './leases.ts';
import type { Step } from './steps.ts';
import { skippedSync } from './syncs.ts';
import { untouched } from './untouched.ts';

/** More than these are not named one by one: then everyone is evaluated in the tick itself. */
const MOST_KEYS = 10_000;

type ReconcileStep = Pick<Extract<Step, { kind: 'reconcile' }>, 'group' | 'syncs'>;

export interface Found {
  /** What ticks now, with the keys that were found; in full where they could not be named. */
  readonly group: TickGroup;
  readonly syncs: readonly Sync[];
  /** What the pass found, and when; undefined: the tick itself looks at everyone. */
  readonly drift?: ReadonlyMap<string, Drift>;
  readonly passedAt?: Instant;
}

/** Undefined when nothing is left to do: other processes hold all of the segments. Throws what the pass fails with. */
export async function lookAtEveryone(
  { group, syncs }: ReconcileStep,
  context: RunContext,
): Promise<Found | undefined> {
  const passedAt = context.t;
  // A segment that cannot be incremental needs everyone in its tick anyway.
  const isPassed = group.comparable?.size === group.members.length;
  const pass = isPassed ? await passOver(group, context) : undefined;
  const own = await take({ group, syncs }, context);
  const members = await withStates(own.members, context);
  if (members.length === 0) return undefined;
  const { entity, full, comparable } = group;
  if (!pass?.keys)
    return {
      group: { entity, members, full: full!, comparable: comparable!, unannounced: true },
      syncs: own.syncs,
    };
  return { group: { entity, members, drifted: pass.keys }, syncs: own.syncs, drift: pass.drift, passedAt };
}

/** What drifted; `keys` only where they are few enough to be named, and can be made of their text. */
async function passOver(
  group: TickGroup,
  context: RunContext,
): Promise<{ drift: ReadonlyMap<string, Drift>; keys?: readonly string[] }> {
  const { entity } = group;
  const members = await withStates(group.members, context);
  if (members.length === 0) return { drift: new Map(), keys: [] };
  const { before, told } = feedsFirst({ ...group, members }, context.warehouse.capabilities);
  return stoppable(context, () =>
    context.session.scratch(
      async (unlabelled) => {
        const statements = unlabelled.labelled(tickLabel(context, group));
        const workspace = openWorkspace(statements, context.warehouse.dialect);
        const { drift } = await evaluateTick(
          statements,
          workspace,
          { ...group, members },
          { ...tickContext(context), captured: told() },
        );
        const total = [...drift.values()].reduce((sum, { keys }) => sum + keys, 0);
        const type = context.catalog.typeOf(entity.relation, entity.key, entity.place);
        if (total > MOST_KEYS || !isReadable(type)) return { drift };
        return { drift, keys: total === 0 ? [] : await driftedKeys(workspace, members) };
      },
      before ? { before } : {},
    ),
  );
}

/** Leases are taken only now; what another process holds is left out and told. */
async function take(
  { group, syncs }: ReconcileStep,
  context: RunContext,
): Promise<{ members: readonly TickMember[]; syncs: readonly Sync[] }> {
  const { options, results, leases } = context;
  const wanted = { segments: group.members.map(({ prepared }) => prepared.segment), syncs };
  const { schedule } = await leased(leases!, wanted, options, results);
  const held = new Set(schedule.segments.map(({ name }) => name));
  for (const { name } of wanted.segments)
    if (!held.has(name)) results.segment(untouched(context, name, 'locked'));
  for (const sync of syncs) if (!schedule.syncs.includes(sync)) results.sync(skippedSync(sync, 'locked'));
  return { members: group.members.filter(({ prepared }) => held.has(prepared.name)), syncs: schedule.syncs };
}

/** What other ticks wrote since the run began counts; a segment that another definition has ticked meanwhile is left. */
async function withStates(
  members: readonly TickMember[],
  { session, tables }: RunContext,
): Promise<TickMember[]> {
  const states = await readSegmentStates(session, tables);
  return members.flatMap(({ prepared, state: before }) => {
    const state = states.get(prepared.name);
    const isSame = state?.fingerprint === before?.fingerprint;
    return isSame && state ? [{ prepared, state }] : [];
  });
}
