/** The list of steps that `run` executes and `plan` explains. */
import type { Catalog } from '../compile/catalog.ts';
import type { CursorKind } from '../compile/watermarks.ts';
import { cursorKind } from '../compile/watermarks.ts';
import type { Project, Sync } from '../config/project.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { groupTicks, type Modes, referredTo } from '../evaluate/group.ts';
import { type FullReason, fullReason, type SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { TickGroup, TickMember } from '../evaluate/tick.ts';
import type { Instant } from '../instant.ts';
import type { ReadTable } from '../segment/reads.ts';
import type { RunContext } from './context.ts';
import { refusedContracts } from './refused-contract.ts';
import { refusedFields } from './refused-field.ts';
import { refusedFull } from './refused-full.ts';

export type Step =
  /** One tick of a group of segments, then the syncs of those segments that are due. */
  | {
      readonly kind: 'evaluate';
      readonly group: TickGroup;
      /** `query:` segments that the group refers to and that tick in a step before. */
      readonly refersTo?: TickGroup;
      readonly syncs: readonly Sync[];
    }
  /** As `evaluate`, but first everyone is evaluated without a lease: who is found different is affected in the tick. */
  | { readonly kind: 'reconcile'; readonly group: TickGroup; readonly syncs: readonly Sync[] }
  /** Syncs that are due though their segment does not tick now. */
  | { readonly kind: 'deliver'; readonly syncs: readonly Sync[] };

/** One handler a kind of step. */
export type Handlers = {
  readonly [K in Step['kind']]: (step: Extract<Step, { kind: K }>, context: RunContext) => Promise<void>;
};

export interface StepsInput {
  readonly project: Project;
  readonly segments: readonly PreparedSegment[];
  readonly syncs: readonly Sync[];
  readonly states: ReadonlyMap<string, SegmentState>;
  readonly catalog: Catalog;
  readonly made: ReadonlyMap<string, string>;
  /** By `query:` segment: the newest tick whose changes are no longer kept. */
  readonly pruned: ReadonlyMap<string, bigint>;
  readonly full: boolean;
  /** Segments for which it is time to look for what cursors cannot show. */
  readonly reconcile: ReadonlySet<string>;
  /** Where steps are only explained, such a segment is evaluated in full: that finds the same. */
  readonly explained: boolean;
  readonly t: Instant;
}

/** Steps in order, and the segments that cannot be evaluated, with why. */
export function stepsOf(input: StepsInput): { steps: Step[]; failed: ReadonlyMap<string, unknown> } {
  const failed = new Map<string, unknown>();
  const modes: Modes = { reasons: new Map(), comparable: new Set() };
  const members: TickMember[] = [];
  const reconciled: TickMember[] = [];
  for (const prepared of input.segments) {
    try {
      const apart = addMode(prepared, input, modes);
      const state = input.states.get(prepared.name);
      (apart ? reconciled : members).push({ prepared, ...(state ? { state } : {}) });
    } catch (error) {
      failed.set(prepared.name, error);
    }
  }
  const syncsOf = (group: TickGroup): Sync[] => {
    const names = new Set(group.members.map(({ prepared }) => prepared.name));
    return input.syncs.filter((sync) => names.has(sync.segment));
  };
  const steps: Step[] = [
    ...groupTicks(members, modes).map((group): Step => {
      const refersTo = referredTo(group, members, modes);
      return { kind: 'evaluate', group, syncs: syncsOf(group), ...(refersTo ? { refersTo } : {}) };
    }),
    ...groupTicks(reconciled, modes).map(
      (group): Step => ({ kind: 'reconcile', group, syncs: syncsOf(group) }),
    ),
  ];
  const ticking = new Set(input.segments.map(({ name }) => name));
  const rest = input.syncs.filter((sync) => !ticking.has(sync.segment));
  return { steps: rest.length > 0 ? [...steps, { kind: 'deliver', syncs: rest }] : steps, failed };
}

/** Notes why a segment is full, if it is; true when it is reconciled in a step apart. Throws E217. */
function addMode(prepared: PreparedSegment, input: StepsInput, modes: Modes): boolean {
  const { name } = prepared;
  const reason = modeOf(prepared, input);
  const isDue = input.reconcile.has(name);
  if (reason === undefined) modes.comparable.add(name);
  if (input.full) modes.reasons.set(name, 'requested');
  else if (reason) modes.reasons.set(name, reason);
  else if (isDue) modes.reasons.set(name, 'reconcile');
  return isDue && !input.full && !input.explained;
}

/** Why a segment cannot be incremental. Throws E217 for one that would be full at every tick of a fast tier. */
function modeOf(prepared: PreparedSegment, input: StepsInput): FullReason | undefined {
  const scope = { catalog: input.catalog, timezone: input.project.timezone, t: input.t };
  const kinds = {
    cursorKind: (read: ReadTable): CursorKind | undefined => cursorKind(read, scope),
    mayMove: input.catalog.mayMove,
  };
  const refusal = refusedFull(input.project, prepared, kinds);
  const refused = [
    ...(refusal ? [refusal] : []),
    ...refusedFields(prepared, kinds),
    ...refusedContracts(prepared, kinds, input.catalog),
  ];
  if (refused.length > 0) throw new DiagnosedError(refused);
  return fullReason({
    segment: prepared,
    state: input.states.get(prepared.name),
    kinds,
    pruned: (segment) => input.pruned.get(segment),
    made: (read) => input.made.get(read.id),
  });
}
