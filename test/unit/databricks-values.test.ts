/** Cells of Databricks' answers, whatever form the client gives them: exact texts, or a failure. */
import { expect, test } from 'vitest';
import type { Operation } from '../../src/warehouse/databricks/client.ts';
import { columnOf, rowsOf } from '../../src/warehouse/databricks/values.ts';

/** By the client's own numbers for types. */
const TYPES = {
  bigint: 4,
  float: 5,
  double: 6,
  text: 7,
  timestamp: 8,
  binary: 9,
  array: 10,
  decimal: 15,
  date: 17,
};

async function textOf(type: keyof typeof TYPES, cell: unknown): Promise<string | null> {
  const column = { columnName: 'c', typeDesc: { types: [{ primitiveEntry: { type: TYPES[type] } }] } };
  const operation = {
    getSchema: async () => ({ columns: [column] }),
    fetchChunk: async () => [{ c: cell }],
    hasMoreRows: async () => false,
  };
  for await (const { c } of rowsOf(operation as unknown as Operation)) return c!;
  throw new Error('no row');
}

test.each([
  ['bigint', 9007199254740993n, '9007199254740993'],
  ['bigint', 42, '42'],
  ['decimal', '12345678901234567890.123456789', '12345678901234567890.123456789'],
  ['double', 0.1, '0.1'],
  ['double', Number.NaN, 'NaN'],
  ['float', Math.fround(0.1), '0.1'],
  ['float', Math.fround(16_777_216), '16777216'],
  ['timestamp', '2026-01-01 00:00:00.123456', '2026-01-01 00:00:00.123456'],
  ['date', new Date('0001-01-01T00:00:00Z'), '0001-01-01'],
  ['binary', Buffer.from([0, 255]), '00ff'],
  ['array', [1, 'a', null, 9007199254740993n], '[1,"a",null,"9007199254740993"]'],
  ['text', '', ''],
  ['text', null, null],
  ['text', undefined, null],
] as const)('%s %s', async (type, cell, expected) => {
  expect(await textOf(type, cell)).toBe(expected);
});

test.each([
  ['bigint', 9007199254740992],
  ['decimal', 1.5],
  ['timestamp', new Date('2026-01-01T00:00:00.123Z')],
] as const)('%s as %s has lost something on its way: a failure', async (type, cell) => {
  await expect(textOf(type, cell)).rejects.toMatchObject({ failure: 'statement' });
});

test.each([
  ['string', 'text'],
  ['string collate UTF8_LCASE', 'text'],
  ['varchar(10)', 'text'],
  ['int', 'integer'],
  ['decimal(18,0)', 'integer'],
  ['decimal(19,0)', 'decimal'],
  ['decimal(10,2)', 'decimal'],
  ['double', 'float'],
  ['timestamp', 'instant'],
  ['timestamp_ntz', 'timestamp'],
  ['array<string>', 'json'],
  ['struct<a:int>', 'json'],
  ['interval day', 'other'],
  ['binary', 'other'],
])('%s is %s', (native, type) => expect(columnOf('c', native)).toEqual({ name: 'c', type, native }));
