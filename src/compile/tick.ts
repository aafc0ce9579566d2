/** One tick as queries: affected keys, wide row, verdicts, diff. Pure: the same input gives the same text. */
import type { Entity } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import type { Edge } from '../segment/edges.ts';
import type { ReadTable } from '../segment/reads.ts';
import type { Capabilities } from '../warehouse/warehouse.ts';
import { type ArrivedSince, affectedStep } from './affected.ts';
import { type Causes, type Concerns, causesOf } from './causes.ts';
import { changedStep } from './changed.ts';
import { entityKey } from './key.ts';
import type { From, Step } from './query.ts';
import type { Scope } from './rows.ts';
import { type TickSegment, verdictAggregates, verdictStep, wantedTraits } from './verdict.ts';
import { wideStep } from './wide.ts';

export interface TickInput {
  readonly entity: Entity;
  readonly segments: readonly TickSegment[];
  /** Undefined: everyone is evaluated. */
  readonly incremental?: {
    readonly t0: Instant;
    readonly reads: readonly (ReadTable & { readonly since: ArrivedSince })[];
    readonly edges: readonly Edge[];
    /** Of each segment; none for a single key that is looked up. */
    readonly concerns: readonly Concerns[];
  };
  readonly membership: From;
  readonly capabilities: Capabilities;
  readonly scope: Scope;
}

/** The affected keys, for an incremental tick. */
export function compileAffected(input: TickInput): Step | undefined {
  const { entity, incremental, scope } = input;
  if (!incremental) return undefined;
  return affectedStep({
    entity,
    key: entityKey(entity, scope.catalog),
    scope,
    ...incremental,
    causes: causes(input)!,
  });
}

/** Wide row, verdicts and diff, in order; they read the affected keys unless everyone is evaluated. */
export function compileVerdicts(input: TickInput): { wide: Step; verdict: Step; changed: Step } {
  const { entity, segments, scope, capabilities, membership } = input;
  const full = input.incremental === undefined;
  const dated = causes(input);
  const wide = wideStep({
    entity,
    key: entityKey(entity, scope.catalog),
    traits: wantedTraits(segments),
    aggregates: segments.flatMap((segment) => verdictAggregates(segment.verdict)),
    full,
    causes: dated?.columns.map((each) => each.as) ?? [],
    capabilities,
    scope,
  });
  return {
    wide: wide.step,
    verdict: verdictStep(segments, entity, wide, scope, dated),
    changed: changedStep({
      segments: segments.map((segment) => segment.name),
      membership,
      causes: dated,
      scope,
    }),
  };
}

function causes({ incremental, scope }: TickInput): Causes | undefined {
  return incremental && causesOf(incremental.concerns, incremental.t0, scope);
}
