/** One tick as queries: affected keys, wide row, verdicts, diff. Pure: the same input gives the same text. */
import type { Entity } from '../config/project.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Instant } from '../instant.ts';
import type { Edge } from '../segment/edges.ts';
import type { Capabilities } from '../warehouse/warehouse.ts';
import { type AffectedInput, affectedStep, probe, type ReadSince, type StoredSince } from './affected.ts';
import { type Causes, type Concerns, causesOf } from './causes.ts';
import { changedSteps } from './changed.ts';
import type { Damped } from './damped.ts';
import { factId, factsOf } from './facts.ts';
import { entityKey } from './key.ts';
import { aggregateId } from './measure.ts';
import type { From, Query, Step } from './query.ts';
import type { Scope } from './rows.ts';
import { stayingStep } from './staying.ts';
import { type Deciding, type TickSegment, verdictAggregates, verdictStep, wantedTraits } from './verdict.ts';
import { wideStep } from './wide.ts';

export interface TickInput {
  readonly entity: Entity;
  readonly segments: readonly TickSegment[];
  /** Undefined: everyone is evaluated. */
  readonly incremental?: {
    readonly t0: Instant;
    readonly reads: readonly ReadSince[];
    readonly edges: readonly Edge[];
    readonly stored: readonly StoredSince[];
    /** Keys, as text, that are affected whatever cursors and edges say. */
    readonly drifted: readonly string[];
    /** Of each segment; none for a single key that is looked up. */
    readonly concerns: readonly Concerns[];
  };
  /** The tables `membership` and `changes`, or what stands for them. */
  readonly membership: From;
  readonly changes: From;
  /** Where the verdict of one of them is damped. */
  readonly damped?: Damped;
  readonly capabilities: Capabilities;
  readonly scope: Scope;
}

/** The affected keys, for an incremental tick. */
export function compileAffected(input: TickInput): Step | undefined {
  const affected = affectedInput(input);
  return affected && affectedStep(affected);
}

/** Whether there are any, without telling them, for an incremental tick. */
export function compileProbe(input: TickInput): Query | undefined {
  const affected = affectedInput(input);
  return affected && probe(affected);
}

function affectedInput(input: TickInput): AffectedInput | undefined {
  const { entity, incremental, scope } = input;
  if (!incremental) return undefined;
  return {
    entity,
    key: entityKey(entity, scope.catalog),
    scope,
    ...incremental,
    changes: input.changes,
    ...(input.damped ? { damped: input.damped } : {}),
    causes: causes(input)!,
  };
}

export interface VerdictSteps {
  readonly wides: readonly Step[];
  readonly verdict: Step;
  /** The last is what changes. */
  readonly changed: readonly Step[];
  /** Columns of wide rows that a `sql:` fills: an engine may take what is not boolean for true. */
  readonly spoken: readonly SpokenColumn[];
}

export interface SpokenColumn {
  readonly table: string;
  readonly column: string;
  readonly place: Place;
}

/** Wide rows, verdicts and diff, in order; they read the affected keys unless everyone is evaluated. */
export function compileVerdicts(input: TickInput): VerdictSteps {
  const { entity, segments, scope, capabilities, membership } = input;
  const dated = causes(input);
  const parts = wideParts(segments).map((own, index): Deciding => {
    const wide = wideStep({
      entity,
      key: entityKey(entity, scope.catalog),
      traits: wantedTraits(own),
      aggregates: own.flatMap((segment) => verdictAggregates(segment.verdict)),
      facts: own.flatMap(({ verdict, sentSql = [] }) => [...factsOf(verdict), ...sentSql]),
      full: input.incremental === undefined,
      causes: dated?.columns.map((each) => each.as) ?? [],
      membership,
      capabilities,
      scope,
      part: index + 1,
    });
    return { segments: own, wide };
  });
  const { damped } = input;
  const staying = damped && stayingStep({ parts, entity, membership, damped, scope });
  return {
    wides: parts.map(({ wide }) => wide.step),
    spoken: parts.flatMap(spokenColumns),
    verdict: verdictStep(parts, entity, scope, dated),
    changed: [
      ...(staying ? [staying] : []),
      ...changedSteps({
        segments: segments.map((segment) => segment.name),
        membership,
        causes: dated,
        damped,
        scope,
      }),
    ],
  };
}

function spokenColumns({ segments, wide }: Deciding): SpokenColumn[] {
  const facts = segments.flatMap(({ verdict }) => factsOf(verdict));
  return facts.flatMap((fact) =>
    fact.kind === 'sql' ? [{ table: wide.step.name, column: wide.factColumn(fact), place: fact.place }] : [],
  );
}

/** A wide row of more columns would meet engines' limits, and cost more to fill than two scans. */
const MOST_COLUMNS = 150;

/** Segments by the wide row that they share: as many together as its columns allow, in their order. */
function wideParts(segments: readonly TickSegment[]): TickSegment[][] {
  const parts: { segments: TickSegment[]; columns: Set<string> }[] = [];
  for (const segment of segments) {
    const own = columnsOf(segment);
    const current = parts.at(-1);
    const together = new Set([...(current?.columns ?? []), ...own]);
    if (current && together.size <= MOST_COLUMNS) {
      current.segments.push(segment);
      current.columns = together;
    } else {
      parts.push({ segments: [segment], columns: new Set(own) });
    }
  }
  return parts.map((part) => part.segments);
}

function columnsOf(segment: TickSegment): string[] {
  const { verdict } = segment;
  return [
    ...verdictAggregates(verdict).map(aggregateId),
    ...[...factsOf(verdict), ...(segment.sentSql ?? [])].map(factId),
    ...wantedTraits([segment]),
  ];
}

function causes({ incremental, scope }: TickInput): Causes | undefined {
  return incremental && causesOf(incremental.concerns, incremental.t0, scope);
}
