/** Every value as exact text, both ways; literals and names, whatever they hold. */
import assert from 'node:assert/strict';
import { parseInstant } from '../../../src/instant.ts';
import type { SqlType } from '../../../src/warehouse/dialect.ts';
import { type Bench, type Check, checksOf, makeTable } from './check.ts';

const HOSTILE = [
  ...[
    '',
    ' ',
    "'",
    '"',
    '\\',
    '\\N',
    '\\.',
    '\t',
    '\n',
    '\r\n',
    ',',
    'NULL',
    'null',
    '\u0001',
    '\ufeffx',
    '😀',
  ],
  ...["');--", '$1', '?', '@x', ':T', '%', '/*', '--', '$$', '`', 'é', 'e\u0301', '\u2028', "' OR ''='"],
  ...['{"a": 1}', "\\'; DROP TABLE t; --", 'ä'.repeat(5_000)],
];

/** Names that engines keep for themselves, each of some. */
const RESERVED = [
  'all',
  'and',
  'array',
  'case',
  'end',
  'from',
  'group',
  'hash',
  'in',
  'join',
  'limit',
  'order',
].concat(['rows', 'select', 'table', 'time', 'to', 'user', 'values', 'where', 'window']);

/** Written, and as it reads afterwards where that is another text. */
const VALUES: Readonly<Record<Exclude<SqlType, 'other' | 'json' | 'uuid' | 'text'>, readonly string[]>> = {
  integer: ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775807'],
  decimal: ['0.000000001', '-12.5', '12345678901234567890.123456789'],
  float: ['0.1', '-2.5', '1e-7', '123456.75'],
  boolean: ['true', 'false'],
  instant: ['2026-11-22 10:00:00.123457+00', '1970-01-01 00:00:00+00', '0001-01-01 00:00:00+00'],
  timestamp: ['2026-02-28 10:00:00.000001', '1969-12-31 23:59:59'],
  date: ['2026-02-28', '1900-01-01'],
};

export function valueChecks(bench: Bench): Check[] {
  const { session, warehouse } = bench;
  const { dialect } = warehouse;
  const { types } = dialect;
  const typed = Object.keys(VALUES) as (keyof typeof VALUES)[];
  return checksOf('values', [
    ...typed.map((type) => [`${type}: written and read`, () => typedValues(bench, type)] as const),
    [
      'hostile texts and NULL arrive as they were',
      async () => {
        const name = await makeTable(bench, 'texts', { id: types.integer, note: types.text });
        const rows = [...HOSTILE, null].map((note, id) => [String(id), note]);
        await session.writeRows(name, ['id', 'note'], rows);
        const back = await session.query(`SELECT id, note FROM ${name} ORDER BY id`);
        assert.deepEqual(
          back,
          rows.map(([id, note]) => ({ id, note })),
        );
      },
    ],
    [
      'a text literal reads back as the same text, and equals no other',
      async () => {
        for (const value of HOSTILE) {
          const sql = dialect.literal({ type: 'text', text: value });
          const other = dialect.literal({ type: 'text', text: `${value}x` });
          const rows = await session.query(
            `SELECT 1 AS a, ${sql} AS b, CASE WHEN ${sql} = ${other} THEN 1 ELSE 2 END AS c`,
          );
          assert.deepEqual(rows, [{ a: '1', b: value, c: '2' }]);
        }
      },
    ],
    [
      'literals of the other types',
      async () => {
        const rows = await session.query(
          `SELECT ${dialect.literal({ type: 'boolean', value: true })} AS yes, ${dialect.literal({ type: 'boolean', value: false })} AS nay,` +
            ` ${dialect.literal({ type: 'date', text: '2026-02-28' })} AS day,` +
            ` ${dialect.functions.micros_of(dialect.literal({ type: 'instant', instant: 1_795_341_600_123_456n }))} AS micros,` +
            ` 3 ${dialect.literal({ type: 'number', text: '-2' })} AS one, ${dialect.literal({ type: 'null', of: 'text' })} AS nothing`,
        );
        const expected = { yes: 'true', nay: 'false', day: '2026-02-28', micros: '1795341600123456' };
        assert.deepEqual(rows, [{ ...expected, one: '1', nothing: null }]);
      },
    ],
    [
      'reserved words are names of columns',
      async () => {
        const columns = Object.fromEntries(RESERVED.map((word) => [word, types.integer]));
        const name = await makeTable(bench, 'words', columns);
        await session.writeRows(name, RESERVED, [RESERVED.map((_, index) => String(index))]);
        const list = RESERVED.map((word) => `words.${dialect.quote(word)}`).join(', ');
        const [row] = await session.query(`SELECT ${list} FROM ${name} AS words`);
        assert.deepEqual(row, Object.fromEntries(RESERVED.map((word, index) => [word, String(index)])));
      },
    ],
    ['JSON is read as it was written', () => json(bench)],
    [
      'one value that does not fit, and no row is written',
      async () => {
        const name = await makeTable(bench, 'fitting', { id: types.integer });
        const rows = Array.from({ length: 60 }, (_, id) => [id === 59 ? 'hidden' : String(id)]);
        await assert.rejects(session.writeRows(name, ['id'], rows), (error: Error) => {
          assert.equal((error as { failure?: unknown }).failure, 'statement');
          assert(!error.message.includes('hidden'), 'the message tells the value');
          return true;
        });
        assert.deepEqual(await session.query(`SELECT count(*) AS n FROM ${name}`), [{ n: '0' }]);
      },
    ],
    [
      'columns are described in order, with their types',
      async () => {
        await makeTable(
          bench,
          'described',
          Object.fromEntries(typed.map((type) => [`a_${type}`, types[type]])),
        );
        const columns = await session.describe({ kind: 'table', parts: [bench.schema, 'described'] });
        assert.deepEqual(
          columns?.map(({ name, type }) => [name, type]),
          typed.map((type) => [`a_${type}`, type]),
        );
        assert.equal(await session.describe({ kind: 'table', parts: [bench.schema, 'missing'] }), undefined);
      },
    ],
  ]);
}

async function typedValues(bench: Bench, type: keyof typeof VALUES): Promise<void> {
  const { session, warehouse } = bench;
  const { types, functions } = warehouse.dialect;
  const name = await makeTable(bench, `of_${type}`, { id: types.integer, value: types[type] });
  const rows = [...VALUES[type], null].map((value, id) => [String(id), value]);
  await session.writeRows(name, ['id', 'value'], rows);
  const exact = type === 'instant' ? functions.micros_of('value') : 'value';
  const back = await session.query(`SELECT ${exact} AS exact, value FROM ${name} ORDER BY id`);
  for (const [index, written] of VALUES[type].entries()) {
    const { exact: found, value } = back[index]!;
    assert.equal(meant(type, value!), meant(type, written));
    if (type === 'instant') assert.equal(found, meant(type, written));
  }
  assert.equal(back.at(-1)!.value, null);
}

/** Two texts of one value are the same by this. Never through a double, but for what is one. */
function meant(type: keyof typeof VALUES, text: string): string {
  // Some write nanoseconds, and a blank before the zone.
  const plain = text.replace(/(\.\d{6})0+(?!\d)/, '$1').replace(/ (?=[+-]\d\d:)/, '');
  if (type === 'instant' || type === 'timestamp') return String(parseInstant(plain, 'UTC'));
  if (type === 'float') return String(Number(text));
  return type === 'decimal' && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

async function json(bench: Bench): Promise<void> {
  const { session, warehouse } = bench;
  const { types, functions, literal } = warehouse.dialect;
  const name = await makeTable(bench, 'documents', { id: types.integer, data: types.json });
  const data = { email: 'é"\\\n😀', n: 1.5, list: [null, true], nested: { a: 'b' } };
  await session.writeRows(
    name,
    ['id', 'data'],
    [
      ['1', JSON.stringify(data)],
      ['2', null],
    ],
  );
  const member = functions.json_text('data', literal({ type: 'text', text: 'email' }));
  const rows = await session.query(`SELECT data, ${member} AS email FROM ${name} ORDER BY id`);
  assert.deepEqual(JSON.parse(rows[0]!.data!), data);
  assert.equal(rows[0]!.email, data.email);
  assert.deepEqual(rows[1], { data: null, email: null });
}
