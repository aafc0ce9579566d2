/** Values of rows as a test writes them: their text, and the type of column that they all fit. */
import { parseInstant } from '../instant.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Cell, Story } from './story.ts';

/** A cell as the text that a column is filled from. */
export function cellText(cell: Cell): string | null {
  switch (cell.kind) {
    case 'null':
      return null;
    case 'text':
      return cell.text;
    case 'number':
      return cell.source;
    case 'boolean':
      return String(cell.value);
  }
}

/** Undefined where no value says it. */
export function typeOfCells(cells: readonly Cell[]): SqlType | undefined {
  const told = cells.filter(({ kind }) => kind !== 'null');
  if (told.length === 0) return undefined;
  if (told.every(({ kind }) => kind === 'boolean')) return 'boolean';
  if (told.every(({ kind }) => kind === 'number')) return told.every(isWhole) ? 'integer' : 'decimal';
  if (told.every((cell) => cell.kind === 'text' && /^\d{4}-\d\d-\d\d$/.test(cell.text))) return 'date';
  return told.every(isInstant) ? 'instant' : 'text';
}

function isWhole(cell: Cell): boolean {
  return cell.kind === 'number' && /^-?\d{1,18}$/.test(cell.source);
}

function isInstant(cell: Cell): boolean {
  return cell.kind === 'text' && parseInstant(cell.text, 'UTC') !== undefined;
}

/** A column of a table, with every value that the story's rows give it. */
export interface GivenColumn {
  readonly table: string;
  readonly column: string;
  readonly cells: readonly Cell[];
}

export function givenColumns(story: Story): GivenColumn[] {
  const found = new Map<string, { table: string; column: string; cells: Cell[] }>();
  for (const write of story.steps.flatMap(({ writes }) => writes)) {
    const rows =
      write.kind === 'insert'
        ? [write.row]
        : write.kind === 'update'
          ? [write.where, write.set]
          : [write.where];
    for (const [column, cell] of rows.flatMap((row) => [...row])) {
      const id = JSON.stringify([write.table, column]);
      const entry = found.get(id) ?? { table: write.table, column, cells: [] };
      entry.cells.push(cell);
      found.set(id, entry);
    }
  }
  return [...found.values()];
}
