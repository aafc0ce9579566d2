/**
 * A segment's condition with every name resolved: references pasted in, sources and traits bound to their tables.
 * The normal form that fingerprints, reads, edges and the compiler work on.
 */
import type { Entity, Project, Segment, Source, TraitTable } from '../config/project.ts';
import { findSource } from '../config/sources.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Comparison, Condition, Measure, RowCondition, Test, Window } from './condition.ts';

/** A value of one entity row: a column of the entity's table, or of a 1:1 table. */
export interface Trait {
  readonly name: string;
  readonly column: string;
  /** Undefined: the entity's own table. */
  readonly table?: TraitTable;
}

/** A number made of the rows of a source that pass the filter and lie in the window. */
export interface MeasureOf {
  readonly measure: Measure;
  readonly source: Source;
  /** The split value, the source's own `where` and the condition's `where`, all together. */
  readonly filter?: RowCondition;
  readonly window?: Window;
  /** The value of the source's `split` column that all rows have. */
  readonly split?: string;
  readonly place: Place;
}

export type Verdict =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Verdict[] }
  | { readonly kind: 'not'; readonly of: Verdict }
  | { readonly kind: 'trait'; readonly trait: Trait; readonly test: Test; readonly place: Place }
  | { readonly kind: 'measure'; readonly measure: MeasureOf; readonly test: Comparison }
  | { readonly kind: 'share'; readonly name: string; readonly percent: string };

/** The condition of `segment` in normal form. Throws E201 (unknown segment), E202 (circle), E203 (unknown source). */
export function resolveSegment(project: Project, segment: Segment): Verdict {
  return resolve(segment.where, { project, entity: entityOf(project, segment.entity), path: [segment.name] });
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
  return resolve(segment.where, { ...scope, path: [...path, segment.name] });
}

function measureOf(condition: Extract<Condition, { kind: 'rows' }>, entity: Entity): MeasureOf {
  const { source: name, place } = condition;
  const found = findSource(entity, name);
  if (!('source' in found)) return fail('E203', { name, entity: entity.name, ...found }, place);
  const { source, value } = found;
  const filters = [splitFilter(found, place), source.where, condition.where].filter(
    (each) => each !== undefined,
  );
  return {
    measure: condition.measure,
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
