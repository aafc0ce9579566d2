/** Tables for people, at most 80 columns wide whatever the names are. */

const WIDTH = 80;
const GAP = '  ';

export interface Table {
  /** The first column's title, then those of the others, which are aligned to the right. */
  readonly titles: readonly string[];
  /** As many cells as titles. */
  readonly rows: readonly (readonly string[])[];
}

/** A line is given with its kind, so that the caller may colour it. */
export interface Line {
  readonly kind: 'title' | 'row';
  readonly text: string;
}

/**
 * Lays a table out. A name too long for its column stands on a line of its own, whole, so that it can be copied.
 */
export function layOut(table: Table): Line[] {
  const widths = table.titles.map((_, i) => widest([table.titles, ...table.rows], i));
  const rest = widths.slice(1).reduce((sum, width) => sum + width + GAP.length, 0);
  const first = Math.min(widths[0]!, WIDTH - rest);
  const line = (cells: readonly string[]): string =>
    [cells[0]!.padEnd(first), ...cells.slice(1).map((cell, i) => cell.padStart(widths[i + 1]!))]
      .join(GAP)
      .trimEnd();
  const row = (cells: readonly string[]): Line[] => {
    if (cells[0]!.length <= first) return [{ kind: 'row', text: line(cells) }];
    return [
      { kind: 'row', text: cells[0]! },
      { kind: 'row', text: line(['', ...cells.slice(1)]) },
    ];
  };
  return [{ kind: 'title', text: line(table.titles) }, ...table.rows.flatMap(row)];
}

function widest(rows: readonly (readonly string[])[], column: number): number {
  return Math.max(...rows.map((cells) => cells[column]!.length));
}
