/** Literals and identifiers: whatever they hold, the warehouse reads back the same and the statement keeps its structure. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiagnosedError } from '../../../src/diagnostics/diagnostic.ts';
import { formatInstant, parseInstant } from '../../../src/instant.ts';
import { engines, type Opened } from '../../engines.ts';

const NASTY = [
  "'",
  '"',
  '\\',
  ';--',
  '/*',
  '*/',
  '$$',
  '$1',
  '?',
  '??',
  ':T',
  '%',
  '\n',
  '\r',
  '\t',
  '\u001b',
  '\u007f',
  '`',
  '😀',
  'é',
  '\u2028',
  '\ufeff',
  "' OR ''='",
  "\\'; DROP TABLE t; --",
];
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  fc.string({ unit: 'binary', maxLength: 5 }),
);
/** Without NUL, which is tested apart. */
const hostile = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('').replaceAll('\0', ''));
const RUNS = { numRuns: 300 };

for (const engine of engines) {
  describe(engine.name, () => {
    const { dialect } = engine.warehouse;
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open();
    });
    afterAll(() => opened.drop());
    const text = (value: string): string => dialect.literal({ type: 'text', text: value });

    test('a text literal reads back as the same text, alone in its column', async () => {
      const check = async (value: string): Promise<void> => {
        const rows = await opened.session.query(`SELECT 1 AS a, ${text(value)} AS b, 2 AS c`);
        expect(rows).toEqual([{ a: '1', b: value, c: '2' }]);
      };
      await check('');
      await check(NASTY.join('').repeat(200).slice(0, 10_000));
      await fc.assert(fc.asyncProperty(hostile, check), RUNS);
    });

    test('a comparison with a text literal holds for that text only', async () => {
      await opened.session.execute(`CREATE TABLE texts (value ${dialect.types.text})`);
      await opened.session.writeRows('texts', ['value'], [['a'], ["x' OR 'y'='y"], ['']]);
      await fc.assert(
        fc.asyncProperty(hostile, async (value) => {
          const [row] = await opened.session.query(
            `SELECT count(*) AS n FROM texts WHERE value = ${text(value)}`,
          );
          expect(row!.n).toBe(['a', '', "x' OR 'y'='y"].includes(value) ? '1' : '0');
        }),
        RUNS,
      );
    });

    test('every keyword of the engine serves as the name of a column, an alias and a table', async () => {
      const list = engine.name === 'postgres' ? 'pg_get_keywords()' : 'duckdb_keywords()';
      const column = engine.name === 'postgres' ? 'word' : 'keyword_name';
      const rows = await opened.session.query(`SELECT DISTINCT ${column} AS word FROM ${list} ORDER BY 1`);
      const words = rows.map((row) => row.word!);
      expect(words.length).toBeGreaterThan(300);
      const names = words.map((word) => dialect.quote(word));
      await opened.session.execute(
        `CREATE TABLE keywords (${names.map((name) => `${name} bigint`).join(', ')})`,
      );
      await opened.session.execute(
        `INSERT INTO keywords (${names.join(', ')}) VALUES (${names.map(() => 1).join(', ')})`,
      );
      for (const name of names) {
        const sql = `SELECT max(${name}) AS ${name} FROM (SELECT ${name}.${name} FROM keywords AS ${name} WHERE ${name} = 1) AS t GROUP BY ${name}`;
        expect(Object.values((await opened.session.query(sql))[0]!)).toEqual(['1']);
      }
    });

    test('a NUL reads back where the warehouse can hold it and is refused where not', async () => {
      if (engine.name === 'duckdb') {
        const [row] = await opened.session.query(`SELECT ${text('a\0b\0')} AS value`);
        expect(row!.value).toBe('a\0b\0');
      } else {
        expect(codeOf(() => text('a\0b'))).toBe('E303');
      }
    });

    test('half a character is refused', () => {
      expect(codeOf(() => text('a\ud800'))).toBe('E303');
      expect(codeOf(() => dialect.quote('a\udc00b'))).toBe('E302');
    });

    test('an identifier names its column, whatever it holds', async () => {
      await fc.assert(
        fc.asyncProperty(hostile, async (value) => {
          const name = shorten(value);
          fc.pre(name !== '');
          const rows = await opened.session.query(
            `SELECT ${dialect.quote(name)} FROM (SELECT 7 AS ${dialect.quote(name)}, 8 AS "other one") AS t`,
          );
          expect(rows.map((row) => Object.entries(row))).toEqual([[[name, '7']]]);
        }),
        RUNS,
      );
    });

    test('a table with a hostile name and column is made, described, filled and read', async () => {
      const parts = [`sch"ema;--`, `ta'ble"\\ 😀`];
      const table = parts.map(dialect.quote).join('.');
      await opened.session.execute(`CREATE SCHEMA ${dialect.quote(parts[0]!)}`);
      await opened.session.execute(
        `CREATE TABLE ${table} (${dialect.quote('k"ey')} ${dialect.types.integer})`,
      );
      await opened.session.writeRows(table, ['k"ey'], [['1'], [null]]);
      expect(await opened.session.query(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: '2' }]);
      expect(await opened.session.describe({ kind: 'table', parts })).toMatchObject([
        { name: 'k"ey', type: 'integer' },
      ]);
    });

    test('an identifier that cannot be one is refused', () => {
      expect(codeOf(() => dialect.quote(''))).toBe('E302');
      expect(codeOf(() => dialect.quote('a\0b'))).toBe('E302');
      if (engine.name === 'postgres') expect(codeOf(() => dialect.quote('ä'.repeat(32)))).toBe('E302');
    });

    test('a number literal is the number that was written', async () => {
      const decimals = fc
        .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.stringMatching(/^[0-9]{0,9}$/))
        .map(
          ([minus, whole, fraction]) => `${minus ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`,
        );
      await fc.assert(
        fc.asyncProperty(decimals, async (written) => {
          const sql = `CAST(${dialect.literal({ type: 'number', text: written })} AS DECIMAL(38, 9))`;
          const [row] = await opened.session.query(
            `SELECT ${sql} AS value, 3 ${dialect.literal({ type: 'number', text: '-2' })} AS one`,
          );
          expect(row).toEqual({ value: nineplaces(written), one: '1' });
        }),
        RUNS,
      );
    });

    test.each([
      ['1.5e3', '1500'],
      ['15E-1', '1.5'],
      ['-1e+2', '-100'],
      ['1e-3', '0.001'],
      ['9007199254740993', '9007199254740993'],
    ])('number %s is written as %s', (written, expected) => {
      expect(dialect.literal({ type: 'number', text: written })).toBe(expected);
    });

    test.each([
      '',
      '1;2',
      '0x10',
      '1_000',
      'NaN',
      '--1',
      '+1',
      '1.',
      '.5',
      ' 1',
      '1\n',
      '1e9999',
      '1 OR 1=1',
    ])('number %j is refused', (written) => {
      expect(codeOf(() => dialect.literal({ type: 'number', text: written }))).toBe('E303');
    });

    test.each([
      ['date', "2026-01-01'--"],
      ['timestamp', '2026-01-01T00:00:00'],
      ['uuid', "x'"],
    ] as const)('a %s of another form is refused', (type, value) => {
      expect(codeOf(() => dialect.literal({ type, text: value }))).toBe('E303');
    });

    test('an instant reads back to the microsecond; beyond the years 1 to 9999 it stands at the end', async () => {
      const micros = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });
      const readBack = async (instant: bigint): Promise<string> => {
        const sql = dialect.literal({ type: 'instant', instant });
        const [row] = await opened.session.query(
          `SELECT ${dialect.functions.micros_of(sql)} AS value, ${sql} AS text`,
        );
        expect(parseInstant(row!.text!, 'UTC')).toBe(BigInt(row!.value!));
        return row!.value!;
      };
      await fc.assert(
        fc.asyncProperty(micros, async (instant) => {
          expect(await readBack(instant)).toBe(String(instant));
        }),
        RUNS,
      );
      expect(formatInstant(BigInt(await readBack(10n ** 18n)))).toBe('9999-12-31T23:59:59.999999Z');
      expect(formatInstant(BigInt(await readBack(-(10n ** 18n))))).toBe('0001-01-01T00:00:00.000000Z');
    });

    test('literals of the other types', async () => {
      const rows = await opened.session.query(
        `SELECT ${dialect.literal({ type: 'boolean', value: true })} AS yes, ${dialect.literal({ type: 'boolean', value: false })} AS no,
          ${dialect.literal({ type: 'date', text: '2026-02-28' })} AS day,
          ${dialect.literal({ type: 'timestamp', text: '2026-02-28 10:00:00.000001' })} AS stamp,
          ${dialect.literal({ type: 'uuid', text: 'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11' })} AS id,
          ${dialect.literal({ type: 'null', of: 'json' })} AS nothing`,
      );
      expect(rows).toEqual([
        {
          yes: 'true',
          no: 'false',
          day: '2026-02-28',
          stamp: '2026-02-28 10:00:00.000001',
          id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
          nothing: null,
        },
      ]);
    });
  });
}

/** At most 63 bytes, whole characters. */
function shorten(name: string): string {
  let short = '';
  for (const character of name) {
    if (Buffer.byteLength(short + character) > 63) break;
    short += character;
  }
  return short;
}

function nineplaces(written: string): string {
  const [whole, fraction = ''] = written.split('.');
  const value = `${whole}.${fraction.padEnd(9, '0')}`;
  return /^-0\.0{9}$/.test(value) ? value.slice(1) : value;
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosedError) return error.diagnostics[0]!.code;
    throw error;
  }
}
