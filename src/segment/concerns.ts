/** What a segment's changes can be dated by: the tables it reads and its edges; of a split table, its own values. */
import type { Source } from '../config/project.ts';
import { type Edge, edgeLabel } from './edges.ts';
import { linkOf, type ReadTable, rowsOf, storedId, storedOf, withoutPlaces } from './reads.ts';
import type { Verdict } from './resolve.ts';

export interface Concern {
  /** `ReadTable.id` or `edgeLabel`. */
  readonly id: string;
  /** Values of the source's `split` column; undefined: every row. */
  readonly splits?: readonly string[];
}

export function concernsOf(verdict: Verdict, reads: readonly ReadTable[], edges: readonly Edge[]): Concern[] {
  const splits = splitsOf(verdict);
  return [
    ...reads.map(({ id, table }) => ({ id, ...splits(table as Source) })),
    ...edges.map((edge) => ({ id: edgeLabel(edge), ...splits(edge.table as Source) })),
    ...storedOf(verdict).map((segment) => ({ id: storedId(segment) })),
  ];
}

/** A row of another value than the segment's concerns it only where rows are edited: then it may have been one of them. */
function splitsOf(verdict: Verdict): (table: Source) => Pick<Concern, 'splits'> {
  const rows = rowsOf(verdict);
  return (table) => {
    const own = rows.filter(
      ({ source }) =>
        source.relation === table.relation &&
        source.key === table.key &&
        withoutPlaces(linkOf(source)) === withoutPlaces(linkOf(table)),
    );
    const values = own.map(({ split }) => split).filter((split) => split !== undefined);
    const isOne = own.every(({ source }) => source.split === table.split);
    const isSplit = isOne && table.split !== undefined && table.appendOnly && values.length > 0;
    return isSplit && values.length === own.length ? { splits: [...new Set(values)].sort() } : {};
  };
}
