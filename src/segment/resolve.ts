/**
 * A segment's condition with every name resolved: references pasted in, sources and traits bound to their tables.
 * The normal form that fingerprints, reads, edges and the compiler work on.
 */
import type { Entity, Project, Segment, Source, TraitTable } from '../config/project.ts';
import { findSource } from '../config/sources.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Duration } from '../instant.ts';
import type {
  Comparison,
  Condition,
  Measure,
  Measured,
  OrderOp,
  RowCondition,
  SequenceStep,
  Test,
  Value,
  Window,
} from './condition.ts';
import { plainSequence } from './plain-sequence.ts';

/** A value of one entity row: a column of the entity's table, or of a 1:1 table. */
export interface Trait {
  readonly name: string;
  readonly column: string;
  /** Undefined: the entity's own table. */
  readonly table?: TraitTable;
}

/** Rows of a source that pass the filter and lie in the window. */
export interface RowsOf {
  readonly source: Source;
  /** The split value, the source's own `where` and the condition's `where`, all together. */
  readonly filter?: RowCondition;
  readonly window?: Window;
  /** The value of the source's `split` column that all rows have. */
  readonly split?: string;
  readonly place: Place;
}

/** A value made of rows. */
export interface MeasureOf extends RowsOf {
  readonly measure: Measure;
}

/** What stands on either side of a comparison. */
export type ValueOf =
  | { readonly kind: 'trait'; readonly trait: Trait; readonly place: Place }
  | { readonly kind: 'measure'; readonly measure: MeasureOf };

/** Rows in an order; each step's rows lie in the sequence's window. See `SequenceStep`. */
export interface SequenceOf {
  readonly steps: readonly StepOf[];
}

export type StepOf =
  | { readonly kind: 'did'; readonly rows: RowsOf; readonly within?: Duration }
  | { readonly kind: 'not'; readonly rows: RowsOf; readonly for?: Duration };

export type Verdict =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Verdict[] }
  | { readonly kind: 'not'; readonly of: Verdict }
  | { readonly kind: 'trait'; readonly trait: Trait; readonly test: Test; readonly place: Place }
  | { readonly kind: 'measure'; readonly measure: MeasureOf; readonly test: Comparison }
  | {
      readonly kind: 'compare';
      readonly left: ValueOf;
      readonly op: OrderOp;
      readonly right: ValueOf;
      /** Factor of the right side, decimal text. */
      readonly times?: string;
      readonly place: Place;
    }
  | { readonly kind: 'sequence'; readonly sequence: SequenceOf }
  | { readonly kind: 'share'; readonly name: string; readonly percent: string }
  /** A boolean expression over the entity's row. */
  | { readonly kind: 'sql'; readonly sql: string; readonly place: Place }
  /** The keys that a SELECT gives. */
  | { readonly kind: 'query'; readonly sql: string; readonly place: Place }
  /** The members that a `query:` segment has since its own last tick. */
  | { readonly kind: 'stored'; readonly segment: string; readonly place: Place };

/** A verdict without conditions in it. */
export type Leaf = Exclude<Verdict, { kind: 'all' | 'any' | 'not' }>;

/** The leaves of a verdict, in the order written. */
export function leavesOf(verdict: Verdict): Leaf[] {
  switch (verdict.kind) {
    case 'all':
    case 'any':
      return verdict.of.flatMap(leavesOf);
    case 'not':
      return leavesOf(verdict.of);
    default:
      return [verdict];
  }
}

/** The condition of `segment` in normal form. Throws E201 (unknown segment), E202 (circle), E203 (unknown source). */
export function resolveSegment(project: Project, segment: Segment): Verdict {
  return resolve(segment.where, { project, entity: entityOf(project, segment.entity), path: [segment.name] });
}

/** One condition of a segment in normal form; `path`: the segments that it is pasted in, outermost first. */
export function resolveCondition(
  project: Project,
  entity: Entity,
  condition: Condition,
  path: readonly string[],
): Verdict {
  return resolve(condition, { project, entity, path });
}

/** The steps of a sequence, resolved, also where two plain aggregates decide it. */
export function resolveSteps(
  { steps, window }: Extract<Condition, { kind: 'sequence' }>,
  entity: Entity,
): StepOf[] {
  return steps.map((step) => stepOf(step, window, entity));
}

export function entityOf(project: Project, name: string): Entity {
  const entity = project.entities.get(name);
  if (!entity) throw new Error(`entity ${name} is not in the project`);
  return entity;
}

/** A trait by name: one of a 1:1 table, else a column of the entity's table. */
export function resolveTrait(entity: Entity, name: string): Trait {
  const table = entity.traits.get(name);
  return table ? { name, column: table.column, table } : { name, column: name };
}

interface Scope {
  readonly project: Project;
  readonly entity: Entity;
  /** Segments being pasted, outermost first. */
  readonly path: readonly string[];
}

function resolve(condition: Condition, scope: Scope): Verdict {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { kind: condition.kind, of: condition.of.map((each) => resolve(each, scope)) };
    case 'not':
      return { kind: 'not', of: resolve(condition.of, scope) };
    case 'trait':
      return {
        kind: 'trait',
        trait: resolveTrait(scope.entity, condition.trait),
        test: condition.test,
        place: condition.place,
      };
    case 'rows':
      return { kind: 'measure', measure: measureOf(condition, scope.entity), test: condition.test };
    case 'compare': {
      const { op, times, place } = condition;
      const [left, right] = [condition.left, condition.right].map((side) => compared(side, scope.entity));
      return { kind: 'compare', left: left!, op, right: right!, ...(times ? { times } : {}), place };
    }
    case 'sequence': {
      const sequence = { steps: resolveSteps(condition, scope.entity) };
      return plainSequence(sequence) ?? { kind: 'sequence', sequence };
    }
    case 'sql':
    case 'query':
      return { kind: condition.kind, sql: condition.sql, place: condition.place };
    case 'segment':
      return paste(condition, scope);
    case 'share':
      return { kind: 'share', name: condition.name, percent: condition.percent };
  }
}

function paste(reference: Extract<Condition, { kind: 'segment' }>, scope: Scope): Verdict {
  const { project, path } = scope;
  const segment = project.segments.get(reference.segment);
  if (!segment) {
    return fail(
      'E201',
      { name: reference.segment, suggestion: nearest(reference.segment, [...project.segments.keys()]) },
      reference.place,
    );
  }
  if (path.includes(segment.name)) {
    return fail(
      'E202',
      { cycle: [...path.slice(path.indexOf(segment.name)), segment.name] },
      reference.place,
    );
  }
  if (segment.where.kind === 'query') {
    return { kind: 'stored', segment: segment.name, place: reference.place };
  }
  return resolve(segment.where, { ...scope, path: [...path, segment.name] });
}

function compared(value: Value, entity: Entity): ValueOf {
  return value.kind === 'trait'
    ? { kind: 'trait', trait: resolveTrait(entity, value.trait), place: value.place }
    : { kind: 'measure', measure: measureOf(value.measured, entity) };
}

function measureOf(measured: Measured, entity: Entity): MeasureOf {
  return { measure: measured.measure, ...rowsOf(measured, entity) };
}

function stepOf(step: SequenceStep, window: Window | undefined, entity: Entity): StepOf {
  const rows = rowsOf({ ...step, window }, entity);
  if (step.kind === 'did') {
    return { kind: 'did', rows, ...(step.within === undefined ? {} : { within: step.within }) };
  }
  return { kind: 'not', rows, ...(step.for === undefined ? {} : { for: step.for }) };
}

/** Throws E203. */
function rowsOf(
  condition: { source: string; where?: RowCondition; window?: Window | undefined; place: Place },
  entity: Entity,
): RowsOf {
  const { source: name, place } = condition;
  const found = findSource(entity, name);
  if (!('source' in found)) return fail('E203', { name, entity: entity.name, ...found }, place);
  const { source, value } = found;
  const filters = [splitFilter(found, place), source.where, condition.where].filter(
    (each) => each !== undefined,
  );
  return {
    source,
    place,
    ...(filters.length > 0
      ? { filter: filters.length === 1 ? filters[0]! : { kind: 'all', of: filters } }
      : {}),
    ...(condition.window ? { window: condition.window } : {}),
    ...(value === undefined ? {} : { split: value }),
  };
}

function splitFilter(
  { source, value }: { source: Source; value?: string },
  place: Place,
): RowCondition | undefined {
  if (value === undefined || source.split === undefined) return undefined;
  return {
    kind: 'column',
    column: source.split,
    test: { op: 'eq', value: { type: 'text', text: value }, place },
    place,
  };
}
