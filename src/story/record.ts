/** A real key's rows -> a test as YAML, with the person's own values replaced. */
import type { Project } from '../config/project.ts';
import { formatInstant, type Instant } from '../instant.ts';
import { leavesOf, resolveSegment } from '../segment/resolve.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import { typeOfCells } from './cells.ts';
import { MadeUp, madeUpKey, madeUpNumber } from './made-up.ts';
import { TYPES } from './parse-rows.ts';
import type { RecordedColumn, RecordedTable } from './recorded-tables.ts';
import type { Cell } from './story.ts';

export interface Recorded {
  readonly t: Instant;
  readonly key: string;
  readonly holds: boolean;
  /** Of each table, in their order. */
  readonly tables: readonly {
    readonly types: readonly SqlType[];
    readonly rows: readonly (readonly (string | null)[])[];
  }[];
}

const NUMBERS = new Set<SqlType>(['integer', 'decimal', 'float']);
const TIMES = new Set<SqlType>(['instant', 'timestamp', 'date']);
/** What is made up stands nowhere. */
const place = { file: '', line: 1, column: 1 };

/** A file of tests with this one test in it. */
export function recordedText(
  project: Project,
  segment: string,
  tables: readonly RecordedTable[],
  recorded: Recorded,
): string {
  const key = keyFor(project, segment, tables, recorded);
  const told = toldTables(tables, recorded, key);
  const at = formatInstant(recorded.t);
  const types = typeLines(told);
  return [
    `# Recorded at ${at} from a real row; keys and texts are made up.`,
    `segment: ${yamlWord(segment)}`,
    'tests:',
    `  - name: ${recorded.holds ? 'a member' : 'no member'}, as recorded at ${at.slice(0, 10)}`,
    `    at: ${at}`,
    ...(types.length > 0 ? ['    types:', ...types] : []),
    '    given:',
    ...told.flatMap(givenLines),
    `    expect: { members: [${recorded.holds ? yamlCell(key) : ''}] }`,
    '',
  ].join('\n');
}

/** A key that a condition itself names is no secret, and decides. */
function keyFor(
  project: Project,
  segment: string,
  tables: readonly RecordedTable[],
  { key, tables: read }: Recorded,
): Cell {
  const verdict = resolveSegment(project, project.segments.get(segment)!);
  const shares = leavesOf(verdict).flatMap((leaf) => (leaf.kind === 'share' ? [leaf] : []));
  const { columns } = tables[0]!;
  const index = columns.findIndex((column) => column.key === 'own');
  const own = columns[index]!;
  if (own.tests.length === 0) return { kind: 'text', text: madeUpKey(key, shares), place };
  if (!NUMBERS.has(read[0]!.types[index]!)) return { kind: 'text', text: new MadeUp().text(key, own), place };
  const source = madeUpNumber(key, own);
  return { kind: 'number', source, number: Number(source), place };
}

interface ToldTable {
  readonly name: string;
  readonly columns: readonly RecordedColumn[];
  readonly types: readonly SqlType[];
  readonly rows: readonly (readonly Cell[])[];
}

function toldTables(tables: readonly RecordedTable[], recorded: Recorded, key: Cell): ToldTable[] {
  const madeUp = new MadeUp();
  return tables.map(({ name, columns }, index) => {
    const { types, rows } = recorded.tables[index]!;
    const cellsOf = (row: readonly (string | null)[]): Cell[] =>
      columns.map((column, i) => cellOf(row[i] ?? null, column, types[i]!, key, madeUp));
    return { name, columns, types, rows: rows.map(cellsOf) };
  });
}

function cellOf(text: string | null, column: RecordedColumn, type: SqlType, key: Cell, madeUp: MadeUp): Cell {
  if (text === null) return { kind: 'null', place };
  if (column.key === 'own') return key;
  if (column.key === 'joined') return { kind: 'text', text: madeUp.text(text, column), place };
  if (column.identifier !== undefined && NUMBERS.has(type))
    return { kind: 'text', text: madeUp.text(text, column), place };
  if (type === 'boolean') return { kind: 'boolean', value: text === 'true', place };
  if (NUMBERS.has(type) && /^-?\d+(\.\d+)?$/.test(text))
    return { kind: 'number', source: text, number: Number(text), place };
  const isOwn = !NUMBERS.has(type) && !TIMES.has(type);
  return { kind: 'text', text: isOwn ? madeUp.text(text, column) : text, place };
}

function givenLines({ name, columns, rows }: ToldTable): string[] {
  if (rows.length === 0) return [];
  const line = (row: readonly Cell[]): string =>
    `        - { ${row.map((cell, i) => `${yamlWord(columns[i]!.name)}: ${yamlCell(cell)}`).join(', ')} }`;
  return [`      ${yamlWord(name)}:`, ...rows.map(line)];
}

/** Where the rows do not say it. */
function typeLines(told: readonly ToldTable[]): string[] {
  return told.flatMap(({ name, columns, types, rows }) => {
    if (rows.length === 0) return [];
    const said = columns.flatMap((column, i) => {
      const type = types[i] === 'timestamp' ? 'instant' : types[i]!;
      const isMadeUp = column.key !== undefined || column.identifier !== undefined;
      const found = typeOfCells(rows.map((row) => row[i]!));
      return isMadeUp || !TYPES.includes(type) || found === type ? [] : [`${yamlWord(column.name)}: ${type}`];
    });
    return said.length > 0 ? [`      ${yamlWord(name)}: { ${said.join(', ')} }`] : [];
  });
}

function yamlCell(cell: Cell): string {
  switch (cell.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(cell.value);
    case 'number':
      return cell.source;
    case 'text':
      return yamlWord(cell.text);
  }
}

/** Plain where it means the same; instants and dates are plain, too. */
function yamlWord(text: string): string {
  const isPlain =
    /^[A-Za-z_][\w.-]*$/.test(text) || /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/.test(text);
  return isPlain && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}
