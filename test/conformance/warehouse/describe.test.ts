/** What the warehouse says about tables, views, queries and files. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqlType } from '../../../src/warehouse/dialect.ts';
import type { Column } from '../../../src/warehouse/warehouse.ts';
import { engines, type Opened } from '../../engines.ts';

const NATIVE: Record<string, Record<string, SqlType>> = {
  duckdb: {
    VARCHAR: 'text',
    TINYINT: 'integer',
    UBIGINT: 'integer',
    HUGEINT: 'integer',
    'DECIMAL(10, 2)': 'decimal',
    FLOAT: 'float',
    DOUBLE: 'float',
    BOOLEAN: 'boolean',
    TIMESTAMPTZ: 'instant',
    TIMESTAMP: 'timestamp',
    TIMESTAMP_MS: 'timestamp',
    DATE: 'date',
    JSON: 'json',
    UUID: 'uuid',
    "ENUM('a', 'b')": 'text',
    'INTEGER[]': 'other',
    'VARCHAR[3]': 'other',
    'STRUCT(a INTEGER)': 'other',
    BLOB: 'other',
    INTERVAL: 'other',
    TIME: 'other',
  },
  postgres: {
    text: 'text',
    'varchar(20)': 'text',
    'char(3)': 'text',
    name: 'text',
    smallint: 'integer',
    integer: 'integer',
    bigint: 'integer',
    'numeric(10, 2)': 'decimal',
    numeric: 'decimal',
    real: 'float',
    'double precision': 'float',
    boolean: 'boolean',
    timestamptz: 'instant',
    'timestamptz(3)': 'instant',
    timestamp: 'timestamp',
    date: 'date',
    json: 'json',
    jsonb: 'json',
    uuid: 'uuid',
    mood: 'text',
    small_text: 'text',
    'integer[]': 'other',
    bytea: 'other',
    interval: 'other',
    time: 'other',
    point: 'other',
  },
};

for (const engine of engines) {
  describe(engine.name, () => {
    const natives = Object.entries(NATIVE[engine.name]!);
    const expected = natives.map(([, type], index) => ({ name: `c${index}`, type }));
    const short = (columns: readonly Column[] | undefined) =>
      columns?.map(({ name, type }) => ({ name, type }));
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open();
      const { session } = opened;
      if (engine.name === 'postgres') {
        await session.execute(`CREATE TYPE mood AS ENUM ('sad', 'glad')`);
        await session.execute('CREATE DOMAIN small_text AS varchar(5)');
      }
      await session.execute('CREATE SCHEMA shop');
      await session.execute(
        `CREATE TABLE shop.types (${natives.map(([native], index) => `c${index} ${native}`).join(', ')})`,
      );
      await session.execute('CREATE VIEW shop.seen AS SELECT * FROM shop.types');
      await session.execute('CREATE TABLE "Mixed Case" ("The Key" integer, "b" text)');
    });
    afterAll(() => opened.drop());

    test('a table’s columns in order, every type', async () => {
      expect(short(await opened.session.describe({ kind: 'table', parts: ['shop', 'types'] }))).toEqual(
        expected,
      );
    });

    test('a view', async () => {
      expect(short(await opened.session.describe({ kind: 'table', parts: ['shop', 'seen'] }))).toEqual(
        expected,
      );
    });

    test('a table without schema and with capital letters', async () => {
      expect(short(await opened.session.describe({ kind: 'table', parts: ['Mixed Case'] }))).toEqual([
        { name: 'The Key', type: 'integer' },
        { name: 'b', type: 'text' },
      ]);
    });

    test('a query, ended by a comment or a semicolon', async () => {
      for (const end of ['', ' -- a comment', ';', ' ;\n']) {
        const columns = await opened.session.describe({
          kind: 'query',
          sql: `SELECT c0 AS a, 1 + 1 AS b FROM shop.types${end}`,
        });
        expect(short(columns)).toEqual([
          { name: 'a', type: 'text' },
          { name: 'b', type: 'integer' },
        ]);
      }
      expect(
        short(await opened.session.describe({ kind: 'query', sql: 'SELECT * FROM shop.types' })),
      ).toEqual(expected);
    });

    test('what is missing is undefined, and a transaction can go on', async () => {
      await opened.session.transaction(async (statements) => {
        for (const parts of [
          ['nowhere'],
          ['shop', 'nowhere'],
          ['nowhere', 'types'],
          ['x', 'shop', 'types'],
        ]) {
          expect(await statements.describe({ kind: 'table', parts })).toBeUndefined();
        }
        expect(await statements.describe({ kind: 'query', sql: 'SELECT * FROM nowhere' })).toBeUndefined();
        expect(await statements.describe({ kind: 'file', path: '/nowhere/at/all.csv' })).toBeUndefined();
        expect(await statements.query('SELECT 1 AS a')).toEqual([{ a: '1' }]);
      });
    });

    test('a query that is wrong says so', async () => {
      const wrong = opened.session.describe({ kind: 'query', sql: 'SELEC 1' });
      await expect(wrong).rejects.toMatchObject({ name: 'WarehouseError', failure: 'statement' });
    });

    test('about how many rows', async () => {
      await opened.session.execute(
        'CREATE TABLE shop.many AS SELECT g FROM generate_series(1, 5000) AS s (g)',
      );
      if (engine.name === 'postgres') await opened.session.execute('ANALYZE shop.many');
      expect(await opened.session.approximateRows({ kind: 'table', parts: ['shop', 'many'] })).toBe(5_000);
      expect(
        await opened.session.approximateRows({ kind: 'table', parts: ['shop', 'seen'] }),
      ).toBeUndefined();
      expect(await opened.session.approximateRows({ kind: 'table', parts: ['nowhere'] })).toBeUndefined();
      expect(await opened.session.approximateRows({ kind: 'query', sql: 'SELECT 1' })).toBeUndefined();
    });

    if (engine.warehouse.capabilities.files === 'yes') {
      test('files: CSV with types that all rows agree on, JSON lines, Parquet', async () => {
        const { session, folder } = opened;
        const dialect = engine.warehouse.dialect;
        const csv = join(folder, "it's.csv");
        const rows = Array.from(
          { length: 60_000 },
          (_, id) => `${id},${id === 59_999 ? 'x1' : id},2026-01-01`,
        );
        await writeFile(csv, `id,code,day\n${rows.join('\n')}\n`);
        const json = join(folder, 'rows.ndjson');
        await writeFile(json, '{"id": 1, "note": "a"}\n{"id": 2, "note": null}\n');
        const parquet = join(folder, 'rows.parquet');
        await session.execute(`COPY (SELECT 1 AS id UNION ALL SELECT 2) TO '${parquet}' (FORMAT parquet)`);
        expect(short(await session.describe({ kind: 'file', path: csv }))).toEqual([
          { name: 'id', type: 'integer' },
          { name: 'code', type: 'text' },
          { name: 'day', type: 'date' },
        ]);
        expect(await session.query(`SELECT count(*) AS n FROM ${dialect.file!(csv)}`)).toEqual([
          { n: '60000' },
        ]);
        expect(await session.query(`SELECT note FROM ${dialect.file!(json)} WHERE id = 1`)).toEqual([
          { note: 'a' },
        ]);
        expect(await session.approximateRows({ kind: 'file', path: parquet })).toBe(2);
        expect(await session.approximateRows({ kind: 'file', path: csv })).toBeUndefined();
      });
    }
  });
}
