/**
 * Every predicate of a segment that depends on `T`, as moving edges. A row matters when its time lies between an
 * edge's place at the last tick and its place now: nothing else can change a verdict without a row arriving.
 */
import type { Entity, Source, Table } from '../config/project.ts';
import type { RowCondition, Window } from './condition.ts';
import { linkOf, tableName, withoutPlaces } from './reads.ts';
import { type Leaf, leavesOf, type RowsOf, type SequenceOf, type Verdict } from './resolve.ts';
import { type EdgePosition, edgesOfWindow, positionName } from './window.ts';

export interface Edge {
  readonly table: Table | Source;
  readonly column: string;
  readonly position: EdgePosition;
  /** Filters, one of which a row must pass to matter here; undefined: every row. None of them depends on `T`. */
  readonly filters?: readonly RowCondition[];
}

/** The edges of a verdict; equal ones once, with their filters joined. */
export function edgesOf(entity: Entity, verdict: Verdict): Edge[] {
  return mergeEdges(leavesOf(verdict).flatMap((leaf) => leafEdges(entity, leaf)));
}

/** An edge for people: `shop.events(customer_id).occurred_at T - 30m`. */
export function edgeLabel({ table, column, position }: Edge): string {
  return `${tableName(table)}.${column} ${positionName(position)}`;
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

/** Equal for edges that are crossed by the same rows, filters apart. */
function edgeId({ table, column, position }: Edge): string {
  const { relation, key, timezone } = table;
  return withoutPlaces([relation, key, linkOf(table), timezone, column, position]);
}

function leafEdges(entity: Entity, leaf: Leaf): Edge[] {
  switch (leaf.kind) {
    case 'trait': {
      if (leaf.test.op !== 'window') return [];
      const { table = entity, column } = leaf.trait;
      return edgesOfWindow(leaf.test.window).map((position) => ({ table, column, position }));
    }
    case 'measure':
      return rowsEdges(leaf.measure);
    case 'compare':
      return [leaf.left, leaf.right].flatMap((side) =>
        side.kind === 'measure' ? rowsEdges(side.measure) : [],
      );
    case 'sequence':
      return sequenceEdges(leaf.sequence);
    default:
      return [];
  }
}

/** The whole window's edges for every step, forbidden ones too; and the deadline of `for`. */
function sequenceEdges({ steps }: SequenceOf): Edge[] {
  const edges = steps.flatMap(({ rows }) => rowsEdges(rows));
  const last = steps.at(-1)!;
  if (last.kind !== 'not' || last.for === undefined) return edges;
  const { rows } = steps.at(-2)!;
  const deadline: EdgePosition = { kind: 'offset', offset: -last.for };
  return [...edges, edgeAt(rows, rows.source.time!, deadline)];
}

function rowsEdges(rows: RowsOf): Edge[] {
  const { source, filter, window } = rows;
  const own = window && source.time ? [{ column: source.time, window }] : [];
  const all = [...own, ...(filter ? filterWindows(filter) : [])];
  return all.flatMap((each) =>
    edgesOfWindow(each.window).map((position) => edgeAt(rows, each.column, position)),
  );
}

function edgeAt({ source, filter }: RowsOf, column: string, position: EdgePosition): Edge {
  // A filter that itself depends on T may have been true at T0 and false now: it cannot be used to leave rows out.
  const fixed = filter && !hasWindow(filter);
  return { table: source, column, position, ...(fixed ? { filters: [filter] } : {}) };
}

/** Whether which rows pass depends on `T`. */
export function hasWindow(filter: RowCondition): boolean {
  return filterWindows(filter).length > 0;
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
