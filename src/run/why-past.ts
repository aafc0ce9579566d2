/** What a segment's rows were at an instant before now, as far as its tables tell. */
import type { Catalog } from '../compile/catalog.ts';
import type { Table } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import type { RowCondition } from '../segment/condition.ts';
import { type ReadTable, relationName } from '../segment/reads.ts';
import type { RowsOf, ValueOf, Verdict } from '../segment/resolve.ts';
import type { WhyNode } from '../segment/why-nodes.ts';

/** Tables whose past cannot be known: rows there are edited, or no time tells when they came. */
export function withoutPast(reads: readonly ReadTable[], catalog: Catalog): string[] {
  const names = reads
    .filter(({ role, table }) => role !== 'source' || !hasPast(table, catalog))
    .map(({ table }) => relationName(table.relation));
  return [...new Set(names)];
}

/** A node's tree in which rows that came after `at`, by their cursors, do not count. */
export function nodeAsOf(node: WhyNode, at: Instant, catalog: Catalog): WhyNode {
  const { steps } = node;
  return {
    ...node,
    verdict: asOf(node.verdict, at, catalog),
    of: node.of.map((each) => nodeAsOf(each, at, catalog)),
    ...(steps ? { steps: steps.map((step) => ({ ...step, rows: rowsAsOf(step.rows, at, catalog) })) } : {}),
  };
}

function asOf(verdict: Verdict, at: Instant, catalog: Catalog): Verdict {
  switch (verdict.kind) {
    case 'all':
    case 'any':
      return { ...verdict, of: verdict.of.map((each) => asOf(each, at, catalog)) };
    case 'not':
      return { ...verdict, of: asOf(verdict.of, at, catalog) };
    case 'measure':
      return { ...verdict, measure: { ...verdict.measure, ...rowsAsOf(verdict.measure, at, catalog) } };
    case 'compare': {
      const [left, right] = [verdict.left, verdict.right].map((side) => sideAsOf(side, at, catalog));
      return { ...verdict, left: left!, right: right! };
    }
    case 'sequence': {
      const steps = verdict.sequence.steps.map((step) => ({
        ...step,
        rows: rowsAsOf(step.rows, at, catalog),
      }));
      return { ...verdict, sequence: { steps } };
    }
    default:
      return verdict;
  }
}

function sideAsOf(side: ValueOf, at: Instant, catalog: Catalog): ValueOf {
  if (side.kind === 'trait') return side;
  return { ...side, measure: { ...side.measure, ...rowsAsOf(side.measure, at, catalog) } };
}

function rowsAsOf(rows: RowsOf, at: Instant, catalog: Catalog): RowsOf {
  const { source, filter, place } = rows;
  if (!hasPast(source, catalog)) return rows;
  const column = source.cursor!.column;
  const window = { kind: 'before', instant: at + 1n, place } as const;
  const came: RowCondition = { kind: 'column', column, test: { op: 'window', window }, place };
  return { ...rows, filter: filter ? { kind: 'all', of: [filter, came] } : came };
}

function hasPast(table: Table & { readonly appendOnly?: boolean }, catalog: Catalog): boolean {
  if (!table.appendOnly || !table.cursor) return false;
  const type = catalog.typeOf(table.relation, table.cursor.column, table.place);
  return type === 'instant' || type === 'timestamp' || type === 'date';
}
