/** Rows that a test inserts, updates and deletes, and the types that it says of columns. */
import type { YamlEntry, YamlNode } from '../config/node.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Reader } from './reader.ts';
import type { Cell, GivenRow, Story, Write } from './story.ts';

export const TYPES: readonly SqlType[] = [
  'text',
  'integer',
  'decimal',
  'float',
  'boolean',
  'instant',
  'timestamp',
  'date',
];

type Types = Story['types'];

export function parseTypes(reader: Reader, node: YamlNode | undefined): Types {
  if (!node) return new Map();
  return new Map(
    [...reader.byTable(node, 'types')].map(([table, { value }]) => [
      table,
      new Map(
        [...reader.entries(value, table)].map(([column, each]) => [column, parseType(reader, each.value)]),
      ),
    ]),
  );
}

function parseType(reader: Reader, node: YamlNode): SqlType {
  const type = TYPES.find((each) => node.kind === 'text' && each === node.text);
  return type ?? reader.wrong('a type', `one of ${TYPES.join(', ')}`, node) ?? 'text';
}

/** Under `given:` or `insert:`, `update:`, `delete:`: rows by their tables. */
export function parseWrites(
  reader: Reader,
  entry: YamlEntry | undefined,
  kind: Write['kind'],
  types: Types,
): Write[] {
  if (!entry) return [];
  return [...reader.byTable(entry.value, kind)].flatMap(([table, { value }]) => {
    const rows = { reader, table, told: new Set(types.get(table)?.keys()) };
    return reader.list(value, table).map((node) => parseWrite(rows, kind, node));
  });
}

interface Rows {
  readonly reader: Reader;
  readonly table: string;
  /** Columns whose types the test says. */
  readonly told: ReadonlySet<string>;
}

function parseWrite(rows: Rows, kind: Write['kind'], node: YamlNode): Write {
  const { reader, table } = rows;
  if (kind === 'insert') return { kind, table, row: parseRow(rows, node) };
  if (kind === 'delete') return { kind, table, where: parseFilled(rows, node, 'where', WHICH) };
  const keys = reader.map(node, 'update', ['where', 'set']);
  const set = keys.get('set')?.value;
  if (!set) reader.missing('set', 'given: the columns to change', node, keys);
  const where = keys.get('where')?.value;
  if (!where) reader.missing('where', WHICH, node, keys);
  return {
    kind,
    table,
    where: where ? parseFilled(rows, where, 'where', WHICH) : new Map(),
    set: set ? parseFilled(rows, set, 'set', 'given: the columns to change') : new Map(),
  };
}

/** Never all of them by an oversight. */
const WHICH = 'given: the columns that tell which rows';

function parseFilled(rows: Rows, node: YamlNode, what: string, expected: string): GivenRow {
  const row = parseRow(rows, node);
  if (node.kind === 'map' && node.entries.size === 0) rows.reader.wrong(what, expected, node);
  return row;
}

function parseRow({ reader, table, told }: Rows, node: YamlNode): GivenRow {
  const row = new Map<string, Cell>();
  for (const [column, entry] of reader.entries(node, 'a row')) {
    const { value } = entry;
    reader.column(table, column, told, entry);
    if (value.kind === 'map' || value.kind === 'list') reader.wrong(column, 'one value', value);
    else row.set(column, value);
  }
  return row;
}
