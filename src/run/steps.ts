/** The list of steps that `run` executes and `plan` explains. */
import type { Catalog } from '../compile/catalog.ts';
import type { CursorKind } from '../compile/watermarks.ts';
import { cursorKind } from '../compile/watermarks.ts';
import type { Project, Sync } from '../config/project.ts';
import { DiagnosedError, diagnose } from '../diagnostics/diagnostic.ts';
import { groupTicks, referredTo } from '../evaluate/group.ts';
import { alwaysFull, type FullReason, fullReason, type SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { TickGroup, TickMember } from '../evaluate/tick.ts';
import { HOUR, type Instant } from '../instant.ts';
import type { ReadTable } from '../segment/reads.ts';

export type Step =
  /** One tick of a group of segments, then the syncs of those segments that are due. */
  | {
      readonly kind: 'evaluate';
      readonly group: TickGroup;
      /** `query:` segments that the group refers to and that tick in a step before. */
      readonly refersTo?: TickGroup;
      readonly syncs: readonly Sync[];
    }
  /** Syncs that are due though their segment does not tick now. */
  | { readonly kind: 'deliver'; readonly syncs: readonly Sync[] };

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
  readonly t: Instant;
}

/** Steps in order, and the segments that cannot be evaluated, with why. */
export function stepsOf(input: StepsInput): { steps: Step[]; failed: ReadonlyMap<string, unknown> } {
  const failed = new Map<string, unknown>();
  const reasons = new Map<string, FullReason>();
  const members: TickMember[] = [];
  for (const prepared of input.segments) {
    try {
      const reason = modeOf(prepared, input);
      if (reason) reasons.set(prepared.name, reason);
      const state = input.states.get(prepared.name);
      members.push({ prepared, ...(state ? { state } : {}) });
    } catch (error) {
      failed.set(prepared.name, error);
    }
  }
  const steps: Step[] = groupTicks(members, reasons).map((group) => {
    const names = new Set(group.members.map(({ prepared }) => prepared.name));
    const syncs = input.syncs.filter((sync) => names.has(sync.segment));
    const refersTo = referredTo(group, members, reasons);
    return { kind: 'evaluate', group, syncs, ...(refersTo ? { refersTo } : {}) };
  });
  const ticking = new Set(input.segments.map(({ name }) => name));
  const rest = input.syncs.filter((sync) => !ticking.has(sync.segment));
  return { steps: rest.length > 0 ? [...steps, { kind: 'deliver', syncs: rest }] : steps, failed };
}

/** Throws E217 for a segment that would be full at every tick of a fast tier. */
function modeOf(prepared: PreparedSegment, input: StepsInput): FullReason | undefined {
  const scope = { catalog: input.catalog, timezone: input.project.timezone, t: input.t };
  const kinds = {
    cursorKind: (read: ReadTable): CursorKind | undefined => cursorKind(read, scope),
    mayMove: input.catalog.mayMove,
  };
  const always = alwaysFull(prepared, kinds);
  const tier = input.project.tiers.get(prepared.segment.tier)!;
  if (always && tier.every < HOUR && !prepared.segment.allowFull) {
    const parameters = { segment: prepared.name, tier: tier.name, why: always.why };
    throw new DiagnosedError([diagnose('E217', parameters, prepared.segment.place)]);
  }
  return fullReason({
    segment: prepared,
    state: input.states.get(prepared.name),
    requested: input.full,
    kinds,
    pruned: (segment) => input.pruned.get(segment),
    made: (read) => input.made.get(read.id),
  });
}
