/** How each function of the closed list, and each literal, is written for Databricks; and that a text means itself. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialect } from '../../src/warehouse/databricks/dialect.ts';
import { quoteString } from '../../src/warehouse/databricks/quote.ts';
import type { SqlFunction } from '../../src/warehouse/dialect.ts';

const { functions, literal, quote } = dialect;
const WALL = 'CAST(t AS TIMESTAMP)';
const FIRST = `to_utc_timestamp(${WALL}, 'UTC')`;
const again = (later: string): string =>
  ` WHEN from_utc_timestamp(${FIRST} + INTERVAL ${later}, 'UTC') = ${WALL} THEN ${FIRST} + INTERVAL ${later}`;

const CASES: Readonly<Record<SqlFunction, readonly (readonly [args: string[], sql: string])[]>> = {
  text_of: [[['x'], 'CAST(x AS STRING)']],
  text_of_boolean: [[['x'], 'CAST(x AS STRING)']],
  starts_with: [[['x', "'a'"], "startswith(CAST(x AS STRING), 'a')"]],
  ends_with: [[['x', "'a'"], "endswith(CAST(x AS STRING), 'a')"]],
  contains: [[['x', "'a'"], "contains(CAST(x AS STRING), 'a')"]],
  binary_order: [[['x'], 'CAST(x AS STRING)']],
  exact: [[['x'], 'CASE WHEN abs(x) < 1e28 THEN try_cast(CAST(x AS STRING) AS DECIMAL(38, 9)) END']],
  hash_text: [[['x'], 'md5(x)']],
  row_hash: [
    [
      ['x', 'y'],
      "md5(concat(coalesce(concat(CAST(char_length(x) AS STRING), ':', x), '-')," +
        " coalesce(concat(CAST(char_length(y) AS STRING), ':', y), '-')))",
    ],
  ],
  bucket: [[['x'], 'CAST(conv(substr(md5(x), 1, 7), 16, 10) AS BIGINT)']],
  instant_of: [[['t', "'UTC'"], `CASE${again("'1' HOUR")}${again("'30' MINUTE")} ELSE ${FIRST} END`]],
  instant_of_date: [[['d', "'UTC'"], "to_utc_timestamp(CAST(CAST(d AS DATE) AS TIMESTAMP), 'UTC')"]],
  micros_of: [[['i'], 'unix_micros(i)']],
  add_micros: [[['i', '-1'], 'timestamp_micros(unix_micros(i) + (-1))']],
  try_integer: [
    [
      ['x'],
      "CASE WHEN CAST(x AS STRING) RLIKE '^[+-]?[0-9]+\\\\z' THEN try_cast(CAST(x AS STRING) AS BIGINT) END",
    ],
  ],
  try_uuid: [
    [
      ['x'],
      "CASE WHEN CAST(x AS STRING) RLIKE '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\\\z'" +
        ' THEN lower(CAST(x AS STRING)) END',
    ],
  ],
  coalesce: [[['x', 'y'], 'coalesce(x, y)']],
  greatest: [
    [['x', 'y'], 'greatest(x, y)'],
    [['x'], 'x'],
  ],
  least: [
    [['x', 'y'], 'least(x, y)'],
    [['x'], 'x'],
  ],
  concat: [[['x', 'y'], 'concat(CAST(x AS STRING), CAST(y AS STRING))']],
  json_text: [[['j', "'a'"], "try_element_at(from_json(CAST(j AS STRING), 'MAP<STRING, STRING>'), 'a')"]],
};

describe('functions', () => {
  for (const [name, cases] of Object.entries(CASES))
    for (const [args, sql] of cases)
      test(`${name} of ${args.length}`, () => expect(functions[name as SqlFunction](...args)).toBe(sql));
});

test('the first of an order, whichever way', () => {
  const first = (way: 'ASC' | 'DESC') =>
    dialect.firstOf('v', '', 'w', 'text', [
      ['t', way],
      ['v', 'ASC'],
    ]);
  expect(first('ASC')).toBe('min_by(v, struct(t, v)) FILTER (WHERE w)');
  expect(first('DESC')).toBe('min_by(v, struct(-unix_micros(CAST(t AS TIMESTAMP)), v)) FILTER (WHERE w)');
});

test('literals', () => {
  expect(literal({ type: 'instant', instant: 0n })).toBe("TIMESTAMP '1970-01-01 00:00:00.000000+00:00'");
  expect(literal({ type: 'timestamp', text: '2026-01-01 10:00:00' })).toBe(
    "TIMESTAMP_NTZ '2026-01-01 10:00:00'",
  );
  expect(literal({ type: 'date', text: '2026-01-01' })).toBe("DATE '2026-01-01'");
  expect(literal({ type: 'number', text: '-1.5e3' })).toBe('-1500');
  expect(literal({ type: 'null', of: 'decimal' })).toBe('CAST(NULL AS DECIMAL(38, 9))');
  expect(literal({ type: 'null', of: 'other' })).toBe('NULL');
  expect(() => literal({ type: 'text', text: '\0' })).toThrow(/NUL/);
  expect(() => literal({ type: 'text', text: '\ud800' })).toThrow(/half/);
  expect(() => literal({ type: 'date', text: "2026-01-01'" })).toThrow(/form/);
});

test('names', () => {
  expect(['orders', 'Orders', 'order', 'a`b', 'a b', '1a'].map(quote)).toEqual([
    'orders',
    '`Orders`',
    '`order`',
    '`a``b`',
    '`a b`',
    '`1a`',
  ]);
  for (const wrong of ['', 'a\nb', '\ud800', 'a'.repeat(256)]) expect(() => quote(wrong)).toThrow();
});

/** As Databricks documents what it reads in a text: variables first, then escapes. */
function read(sql: string): string {
  const replaced = sql.replaceAll(/\$\{\w+\}/g, 'VARIABLE');
  expect(replaced.startsWith("'") && replaced.endsWith("'")).toBe(true);
  let text = '';
  for (let at = 1; at < replaced.length - 1; at++) {
    const character = replaced[at]!;
    expect(character).not.toBe("'");
    if (character !== '\\') text += character;
    else if (replaced[at + 1] === 'u') {
      text += String.fromCharCode(Number.parseInt(replaced.slice(at + 2, at + 6), 16));
      at += 5;
    } else text += replaced[++at]!;
  }
  return text;
}

test('a text means itself, whatever it is', () => {
  const piece = fc.constantFrom(
    "'",
    '\\',
    '\\n',
    '%',
    '_',
    '\u0024{a}',
    '$',
    '{',
    '\n',
    '\r',
    '\t',
    '\u2028',
    '--',
    '"',
    'u0041',
    '😀',
  );
  const texts = fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme' })), { maxLength: 12 });
  fc.assert(
    fc.property(texts, (pieces) => {
      const text = pieces.join('').replaceAll('\0', '');
      expect(read(quoteString(text))).toBe(text);
      expect(quoteString(text)).not.toMatch(/[\n\r]/);
    }),
    { numRuns: 500 },
  );
});
