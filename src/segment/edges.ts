/**
 * Every predicate of a segment that depends on `T`, as moving edges. A row matters when its time lies between an
 * edge's place at the last tick and its place now: nothing else can change a verdict without a row arriving.
 */
import type { Entity, Table } from '../config/project.ts';
import { type Duration, formatDuration, type Instant } from '../instant.ts';
import type { RowCondition, Window } from './condition.ts';
import { relationName, withoutPlaces } from './reads.ts';
import type { MeasureOf, Verdict } from './resolve.ts';

export interface Edge {
  readonly table: Table;
  readonly column: string;
  /** The edge stands at `T + offset`. */
  readonly offset: Duration;
  /** Filters, one of which a row must pass to matter here; undefined: every row. None of them depends on `T`. */
  readonly filters?: readonly RowCondition[];
}

/** The edges of a verdict; equal ones once, with their filters joined. */
export function edgesOf(entity: Entity, verdict: Verdict): Edge[] {
  return mergeEdges(collect(entity, verdict));
}

/** Equal for edges that are crossed by the same rows, filters apart. */
function edgeId({ table, column, offset }: Edge): string {
  return withoutPlaces([table.relation, table.key, column, offset]);
}

/** An edge for people: `shop.events(customer_id).occurred_at T - 30m`. */
export function edgeLabel({ table, column, offset }: Edge): string {
  return `${relationName(table.relation)}(${table.key}).${column} ${edgeName(offset)}`;
}

/** `T`, `T - 30m`, `T + 7d`. */
export function edgeName(offset: Duration): string {
  if (offset === 0n) return 'T';
  return offset < 0n ? `T - ${formatDuration(-offset)}` : `T + ${formatDuration(offset)}`;
}

export function mergeEdges(edges: readonly Edge[]): Edge[] {
  const merged = new Map<string, Edge>();
  for (const edge of edges) {
    const id = edgeId(edge);
    const known = merged.get(id);
    merged.set(id, known ? { ...edge, filters: union(known.filters, edge.filters) } : edge);
  }
  return [...merged.values()];
}

/** Where a window's edges stand, relative to `T`. Fixed windows have none. */
function offsetsOf(window: Window): Duration[] {
  switch (window.kind) {
    case 'within':
      return [-window.duration, 0n];
    case 'older_than':
      return [-window.duration];
    case 'between':
      return [-window.from, -window.to];
    case 'next':
      return [0n, window.duration];
    case 'after':
    case 'before':
      return [];
  }
}

/** The two ends of a window at `T`: after `low`, up to `high`; each with whether the end itself lies inside. */
export function boundsOf(
  window: Window,
  t: Instant,
): { low?: { at: Instant; inside: boolean }; high?: { at: Instant; inside: boolean } } {
  switch (window.kind) {
    case 'within':
      return { low: { at: t - window.duration, inside: false }, high: { at: t, inside: true } };
    case 'older_than':
      return { high: { at: t - window.duration, inside: true } };
    case 'between':
      return { low: { at: t - window.from, inside: false }, high: { at: t - window.to, inside: true } };
    case 'next':
      return { low: { at: t, inside: false }, high: { at: t + window.duration, inside: true } };
    case 'after':
      return { low: { at: window.instant, inside: true } };
    case 'before':
      return { high: { at: window.instant, inside: false } };
  }
}

function collect(entity: Entity, verdict: Verdict): Edge[] {
  switch (verdict.kind) {
    case 'all':
    case 'any':
      return verdict.of.flatMap((each) => collect(entity, each));
    case 'not':
      return collect(entity, verdict.of);
    case 'trait': {
      if (verdict.test.op !== 'window') return [];
      const table = verdict.trait.table ?? entity;
      return offsetsOf(verdict.test.window).map((offset) => ({
        table,
        column: verdict.trait.column,
        offset,
      }));
    }
    case 'measure':
      return measureEdges(verdict.measure);
    case 'share':
      return [];
  }
}

function measureEdges({ source, filter, window }: MeasureOf): Edge[] {
  const inFilter = filter ? filterWindows(filter) : [];
  // A filter that itself depends on T may have been true at T0 and false now: it cannot be used to leave rows out.
  const filters = filter && inFilter.length === 0 ? [filter] : undefined;
  const own = window && source.time ? [{ column: source.time, window }] : [];
  return [...own, ...inFilter].flatMap((each) =>
    offsetsOf(each.window).map((offset) => ({
      table: source,
      column: each.column,
      offset,
      ...(filters ? { filters } : {}),
    })),
  );
}

function filterWindows(filter: RowCondition): { column: string; window: Window }[] {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of.flatMap(filterWindows);
    case 'not':
      return filterWindows(filter.of);
    case 'column':
      return filter.test.op === 'window' ? [{ column: filter.column, window: filter.test.window }] : [];
  }
}

function union(
  left: readonly RowCondition[] | undefined,
  right: readonly RowCondition[] | undefined,
): readonly RowCondition[] | undefined {
  if (!left || !right) return undefined;
  return [...new Map([...left, ...right].map((filter) => [withoutPlaces(filter), filter])).values()];
}
