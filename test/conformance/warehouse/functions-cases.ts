/**
 * What every function of the closed list answers, on every warehouse: cases that no test runner is needed for, since
 * they run on people's own warehouses, too.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { parseInstant, startOfDay } from '../../../src/instant.ts';
import type { Dialect, SqlFunction, SqlType, SqlValue } from '../../../src/warehouse/dialect.ts';

const text = (value: string): SqlValue => ({ type: 'text', text: value });
const number = (value: string): SqlValue => ({ type: 'number', text: value });
const nothing = (of: SqlType): SqlValue => ({ type: 'null', of });
const instant = (value: string): SqlValue => ({ type: 'instant', instant: parseInstant(value, 'UTC')! });
const stamp = (value: string): SqlValue => ({ type: 'timestamp', text: value });
const date = (value: string): SqlValue => ({ type: 'date', text: value });
const float = (value: string): Cast => ({ cast: text(value), to: 'float' });
const whole = (value: string): Cast => ({ cast: number(value), to: 'integer' });
const at = (value: string): Cast => ({ cast: text(value), to: 'instant' });

interface Cast {
  readonly cast: SqlValue;
  readonly to: Exclude<SqlType, 'other'>;
}
type Case = readonly [fn: SqlFunction, args: readonly (SqlValue | Cast)[], expected: string | null];

const FAR = '9223372036854775807';
const FACE = '😀';
const md5 = (value: string): string => createHash('md5').update(value, 'utf8').digest('hex');
const bucket = (value: string): string => String(Number.parseInt(md5(value).slice(0, 7), 16));

const CASES: readonly Case[] = [
  ['text_of', [whole('-0042')], '-42'],
  ['text_of', [whole('9007199254740993')], '9007199254740993'],
  ['text_of', [text('')], ''],
  ['text_of', [nothing('integer')], null],
  ['text_of', [{ type: 'boolean', value: true }], 'true'],
  ['text_of', [{ type: 'boolean', value: false }], 'false'],
  ['text_of', [date('2026-02-28')], '2026-02-28'],
  ['text_of', [instant('2026-01-01T00:00:00.120000Z')], '2026-01-01 00:00:00.12+00'],
  ['text_of', [stamp('2026-01-01 10:00:00.000001')], '2026-01-01 10:00:00.000001'],
  ['text_of_boolean', [{ type: 'boolean', value: true }], 'true'],
  ['text_of_boolean', [{ type: 'boolean', value: false }], 'false'],
  ['text_of_boolean', [nothing('boolean')], null],
  ['starts_with', [text(`${FACE}abc`), text(FACE)], 'true'],
  ['starts_with', [text('Abc'), text('a')], 'false'],
  ['starts_with', [text('a%c'), text('a%')], 'true'],
  ['starts_with', [text('abc'), text('a%')], 'false'],
  ['starts_with', [text('abc'), text('')], 'true'],
  ['starts_with', [text(''), text('a')], 'false'],
  ['starts_with', [nothing('text'), text('a')], null],
  ['starts_with', [nothing('text'), text('')], null],
  ['ends_with', [text(`abc${FACE}`), text(FACE)], 'true'],
  ['ends_with', [text('abC'), text('c')], 'false'],
  ['ends_with', [text('c'), text('abc')], 'false'],
  ['ends_with', [text('abc'), text('')], 'true'],
  ['ends_with', [text(''), text('')], 'true'],
  ['ends_with', [nothing('text'), text('a')], null],
  ['ends_with', [nothing('text'), text('')], null],
  ['contains', [text(`a${FACE}b`), text(FACE)], 'true'],
  ['contains', [text('aBc'), text('b')], 'false'],
  ['contains', [text('a_c'), text('_')], 'true'],
  ['contains', [text('abc'), text('_')], 'false'],
  ['contains', [text('abc'), text('')], 'true'],
  ['contains', [text(''), text('')], 'true'],
  ['contains', [nothing('text'), text('a')], null],
  ['contains', [nothing('text'), text('')], null],
  // Without normalisation: one character and its two parts are different texts.
  ['contains', [text('\u00e9'), text('e\u0301')], 'false'],
  ['binary_order', [text('Ä')], 'Ä'],
  ['exact', [float('0.1')], '0.100000000'],
  ['exact', [float('0.30000000000000004')], '0.300000000'],
  ['exact', [float('1234567890.1234567')], '1234567890.123456700'],
  ['exact', [float('-0.0000000006')], '-0.000000001'],
  ['exact', [float('999999.123456789')], '999999.123456789'],
  ['exact', [float('100000000.1')], '100000000.100000000'],
  ['exact', [float('1e20')], '100000000000000000000.000000000'],
  ['exact', [float('9.5e27')], '9500000000000000000000000000.000000000'],
  ['exact', [float('1e28')], null],
  ['exact', [float('-1e300')], null],
  ['exact', [float('NaN')], null],
  ['exact', [float('Infinity')], null],
  ['exact', [float('-Infinity')], null],
  ['exact', [nothing('float')], null],
  ['hash_text', [text('')], md5('')],
  ['hash_text', [text(`ä${FACE}\n'`)], md5(`ä${FACE}\n'`)],
  ['hash_text', [nothing('text')], null],
  ['bucket', [text('a')], bucket('a')],
  ['bucket', [text(`ä${FACE}`)], bucket(`ä${FACE}`)],
  ['bucket', [nothing('text')], null],
  ['instant_of', [stamp('2026-07-01 12:00:00'), text('Europe/Berlin')], '2026-07-01 10:00:00+00'],
  [
    'instant_of',
    [stamp('2026-01-01 12:00:00.000001'), text('America/New_York')],
    '2026-01-01 17:00:00.000001+00',
  ],
  // A wall-clock time that is skipped moves forward; one that comes twice is the second.
  ['instant_of', [stamp('2026-03-29 02:30:00'), text('Europe/Berlin')], '2026-03-29 01:30:00+00'],
  ['instant_of', [stamp('2026-10-25 02:30:00'), text('Europe/Berlin')], '2026-10-25 01:30:00+00'],
  ['instant_of', [stamp('2026-04-05 01:45:00'), text('Australia/Lord_Howe')], '2026-04-04 15:15:00+00'],
  ['instant_of', [nothing('timestamp'), text('UTC')], null],
  ['micros_of', [instant('1970-01-01T00:00:00.000001Z')], '1'],
  ['micros_of', [instant('2026-11-22T10:00:00.123456Z')], '1795341600123456'],
  ['micros_of', [instant('9999-12-31T23:59:59.999999Z')], '253402300799999999'],
  ['micros_of', [instant('0001-01-01T00:00:00Z')], '-62135596800000000'],
  ['micros_of', [at('infinity')], FAR],
  ['micros_of', [at('-infinity')], `-${FAR}`],
  ['micros_of', [nothing('instant')], null],
  ['add_micros', [instant('2026-01-01T00:00:00Z'), number('1')], '2026-01-01 00:00:00.000001+00'],
  ['add_micros', [instant('2026-03-29T00:00:00Z'), number('86400000000')], '2026-03-30 00:00:00+00'],
  ['add_micros', [instant('2026-01-01T00:00:00Z'), whole('-7776000000001')], '2025-10-02 23:59:59.999999+00'],
  [
    'add_micros',
    [instant('2026-01-01T00:00:00Z'), whole('3155760000000001')],
    '2126-01-02 00:00:00.000001+00',
  ],
  ['add_micros', [nothing('instant'), number('1')], null],
  ['try_integer', [text('42')], '42'],
  ['try_integer', [text('-007')], '-7'],
  ['try_integer', [text('+5')], '5'],
  ['try_integer', [text(FAR)], FAR],
  ['try_integer', [text('9223372036854775808')], null],
  ['try_integer', [text('-9223372036854775808')], '-9223372036854775808'],
  ['try_integer', [text('000000000000000000000000012')], '12'],
  ['try_integer', [text('1.5')], null],
  ['try_integer', [text('1e3')], null],
  ['try_integer', [text('1_000')], null],
  ['try_integer', [text(' 1')], null],
  ['try_integer', [text('1\n')], null],
  ['try_integer', [text('٣')], null],
  ['try_integer', [text('')], null],
  ['try_uuid', [text('0b5cbd6c-1a3f-4f53-9c6f-ABCDEF012345')], '0b5cbd6c-1a3f-4f53-9c6f-abcdef012345'],
  ['try_uuid', [text('0b5cbd6c1a3f4f539c6fabcdef012345')], null],
  ['try_uuid', [text('{0b5cbd6c-1a3f-4f53-9c6f-abcdef012345}')], null],
  ['try_uuid', [text('0b5cbd6c-1a3f-4f53-9c6f-abcdef01234g')], null],
  ['try_uuid', [text('')], null],
  ['try_uuid', [nothing('text')], null],
  ['try_integer', [nothing('text')], null],
  ['coalesce', [nothing('integer'), whole('2'), whole('3')], '2'],
  ['greatest', [nothing('integer'), whole('2'), whole('3')], '3'],
  ['greatest', [nothing('integer'), nothing('integer')], null],
  ['least', [nothing('integer'), whole('2'), whole('3')], '2'],
  ['concat', [text('a'), whole('1'), text('')], 'a1'],
  ['concat', [text('a'), nothing('text')], null],
  ['json_text', [{ cast: text('{"a_b":"x\\"y"}'), to: 'json' }, text('a_b')], 'x"y'],
  ['json_text', [{ cast: text('{"a":"x"}'), to: 'json' }, text('b')], null],
  ['json_text', [nothing('json'), text('a')], null],
];

function render(dialect: Dialect, argument: SqlValue | Cast): string {
  return 'cast' in argument
    ? `CAST(${dialect.literal(argument.cast)} AS ${dialect.types[argument.to]})`
    : dialect.literal(argument);
}

export type RowsOf = (sql: string) => Promise<(string | null)[]>;

export interface FunctionCase {
  readonly name: string;
  /** Throws where the answer is another one. */
  run(): Promise<void>;
}

export interface Differing {
  /** By name, cases whose answer is another one there; of several, each will do. */
  readonly differs?: Readonly<Record<string, string | null | readonly (string | null)[]>>;
  /** Names of those about values that are not there. */
  readonly missing?: RegExp;
}

/** `rowsOf`: the texts of a query's only column. */
export function functionCases(
  dialect: Dialect,
  rowsOf: RowsOf,
  { differs = {}, missing = /^$/ }: Differing = {},
): FunctionCase[] {
  const answerTo = async (expression: string): Promise<string | null> => {
    const [value] = await rowsOf(`SELECT ${dialect.functions.text_of(expression)} AS value`);
    return value!;
  };
  const single = CASES.filter((each) => !missing.test(nameOf(each))).map(
    ([fn, args, usual]): FunctionCase => {
      const name = nameOf([fn, args, usual]);
      const expected = name in differs ? differs[name]! : usual;
      return {
        name,
        async run() {
          const answer = await answerTo(dialect.functions[fn](...args.map((arg) => render(dialect, arg))));
          if (Array.isArray(expected))
            assert(expected.includes(answer), `${answer}, not ${expected.join(' or ')}`);
          else assert.equal(answer, expected);
        },
      };
    },
  );
  return [...single, ...wholeCases(dialect, rowsOf, answerTo)];
}

/** What a case's answer is where nothing differs. */
export function usualAnswer(name: string): string | null {
  return CASES.find((each) => nameOf(each) === name)![2];
}

function wholeCases(
  dialect: Dialect,
  rowsOf: RowsOf,
  answerTo: (expression: string) => Promise<string | null>,
): FunctionCase[] {
  return [
    {
      name: 'the list of cases leaves no function out',
      async run() {
        const tested = new Set<string>([...CASES.map(([fn]) => fn), 'instant_of_date', 'row_hash']);
        assert.deepEqual(
          Object.keys(dialect.functions).filter((fn) => !tested.has(fn)),
          [],
        );
      },
    },
    {
      name: 'instant_of_date is the first instant of a day, where clocks change at midnight too',
      async run() {
        for (const zone of ZONES) {
          for (const day of DAYS) {
            const sql = dialect.functions.instant_of_date(
              dialect.literal(date(day)),
              dialect.literal(text(zone)),
            );
            const answer = await answerTo(dialect.functions.micros_of(sql));
            assert.equal(`${zone} ${day} ${answer}`, `${zone} ${day} ${startOfDay(day, zone)}`);
          }
        }
      },
    },
    {
      name: 'row_hash tells lists of texts apart, and NULL from every text',
      async run() {
        const hashOf = (list: readonly SqlValue[]): Promise<string | null> =>
          answerTo(
            dialect.functions.row_hash(
              ...list.map((value) => dialect.functions.text_of(dialect.literal(value))),
            ),
          );
        const hashes: (string | null)[] = [];
        for (const list of LISTS) hashes.push(await hashOf(list));
        assert.equal(new Set(hashes).size, LISTS.length);
        assert(!hashes.includes(null));
        assert.equal(await hashOf(LISTS[0]!), hashes[0]);
      },
    },
    {
      name: 'binary_order compares code points, whatever the order of letters',
      async run() {
        const words = ['a', 'B', 'ä', 'Z', 'z', '', '\uffee', FACE, 'ab', 'a b', 'a-b'];
        const rows = words.map((word) => `SELECT ${dialect.literal(text(word))} AS word`).join(' UNION ALL ');
        const sorted = await rowsOf(
          `SELECT word FROM (${rows}) AS w ORDER BY ${dialect.functions.binary_order('word')}`,
        );
        assert.deepEqual(sorted, [...words].sort(byCodePoint));
      },
    },
  ];
}

/** Told apart by their hashes. */
const LISTS: readonly (readonly SqlValue[])[] = [
  [text('a'), text('b')],
  [text('ab'), text('')],
  [text(''), text('ab')],
  [text('a","b'), text('')],
  [text('b'), text('a')],
  [nothing('text'), text('b')],
  [text(''), text('b')],
  [text('null'), text('b')],
  [text('NULL'), text('b')],
  [text('a')],
];

function nameOf([fn, args]: Case): string {
  return `${fn} ${JSON.stringify(args, big)}`;
}

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/Havana',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Atlantic/Azores',
];
const DAYS = [
  '1999-12-31',
  '2011-12-31',
  '2018-11-04',
  '2025-03-09',
  '2025-11-02',
  '2026-03-29',
  '2026-10-25',
  '2026-11-22',
];

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function big(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
