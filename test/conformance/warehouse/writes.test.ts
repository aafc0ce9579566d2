/** Bulk insert: every value arrives as it was, quickly, all or none. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiagnosedError } from '../../../src/diagnostics/diagnostic.ts';
import { WarehouseError } from '../../../src/warehouse/warehouse.ts';
import { writeInOrder } from '../../../src/warehouse/writes.ts';
import { engines, type Opened } from '../../engines.ts';

const HOSTILE = [
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
  "');--",
  '$1',
  '?',
  'ä'.repeat(5_000),
];
/** Below and above the number of rows from which DuckDB goes through a table of text. */
const SIZES = [1, 60, 5_000];

for (const engine of engines) {
  describe(engine.name, () => {
    const { types } = engine.warehouse.dialect;
    let opened: Opened;
    beforeEach(async () => {
      opened = await engine.open();
      await opened.session.execute(
        `CREATE TABLE t (id ${types.integer}, note ${types.text}, made_at ${types.instant}, data ${types.json},
          flag ${types.boolean}, price ${types.decimal}, score ${types.float}, day ${types.date}, ref ${types.uuid})`,
      );
    });
    afterEach(() => opened.drop());

    test.each(SIZES)('hostile texts and NULL arrive as they were, %i rows', async (size) => {
      const rows = Array.from({ length: size }, (_, id) => [
        String(id),
        id % 7 === 6 ? null : HOSTILE[id % HOSTILE.length]!,
      ]);
      await opened.session.writeRows('t', ['id', 'note'], rows);
      const back = await opened.session.query('SELECT id, note, flag FROM t ORDER BY id');
      expect(back).toEqual(rows.map(([id, note]) => ({ id, note, flag: null })));
    });

    test('several writes in order, each counted, hostile texts among them', async () => {
      const rows = HOSTILE.map((note, id) => [String(id), note]);
      const counts = await writeInOrder(opened.session, [
        { table: 't', columns: ['id', 'note'], rows: [...rows, ['99', null]] },
        { table: 't', columns: ['id', 'flag', 'data'], rows: [['100', 'true', '{"a": "\u007f \\n\'"}']] },
        { table: 't', columns: ['id'], rows: [] },
        'UPDATE t SET price = 1 WHERE id >= 99',
        'DELETE FROM t WHERE id = 100',
      ]);
      expect(counts).toEqual([rows.length + 1, 1, 0, 2, 1]);
      const back = await opened.session.query('SELECT id, note FROM t WHERE id < 99 ORDER BY id');
      expect(back).toEqual(rows.map(([id, note]) => ({ id, note })));
      expect(await writeInOrder(opened.session, ['DELETE FROM t WHERE id = 99'])).toEqual([1]);
    });

    test('of several writes in a transaction that fails nothing is left', async () => {
      const writing = opened.session.transaction((transaction) =>
        writeInOrder(transaction, ['INSERT INTO t (id) VALUES (1)', 'INSERT INTO nowhere (id) VALUES (1)']),
      );
      await expect(writing).rejects.toThrow(WarehouseError);
      expect(await opened.session.query('SELECT id FROM t')).toEqual([]);
    });

    test('any text arrives as it was', async () => {
      const texts = fc.array(
        fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
        { minLength: 1, maxLength: 120 },
      );
      await fc.assert(
        fc.asyncProperty(texts, async (notes) => {
          await opened.session.execute('DELETE FROM t');
          await opened.session.writeRows(
            't',
            ['note', 'id'],
            notes.map((note, id) => [note, String(id)]),
          );
          const back = await opened.session.query('SELECT note FROM t ORDER BY id');
          expect(back.map((row) => row.note)).toEqual(notes);
        }),
        { numRuns: 60 },
      );
    });

    test.each(SIZES)('texts become values of the column, exact to the last digit, %i rows', async (size) => {
      const row = {
        id: '9007199254740993',
        made_at: '2026-11-22 10:00:00.123457+00',
        data: '{"a": ["\\u00e9", 1.10, null]}',
        flag: 'true',
        price: '12345678901234567890.123456789',
        score: '0.1',
        day: '2026-02-28',
        ref: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      };
      const columns = Object.keys(row);
      await opened.session.writeRows(
        't',
        columns,
        Array.from({ length: size }, () => Object.values(row)),
      );
      const back = await opened.session.query(`SELECT DISTINCT ${columns.join(', ')} FROM t`);
      expect(back).toHaveLength(1);
      expect({ ...back[0], data: JSON.parse(back[0]!.data!) }).toEqual({
        ...row,
        data: JSON.parse(row.data),
      });
      expect(await opened.session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: String(size) }]);
    });

    test.each(SIZES)('one value that does not fit, and no row is written, %i rows', async (size) => {
      const rows = Array.from({ length: size }, (_, id) => [id === size - 1 ? 'secret' : String(id)]);
      const error = await opened.session.writeRows('t', ['id'], rows).catch((thrown) => thrown);
      expect(error).toMatchObject({ name: 'WarehouseError', failure: 'statement' });
      expect(error.message).not.toContain('secret');
      expect(await opened.session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: '0' }]);
    });

    test('a NUL arrives where the warehouse can hold it and is refused where not', async () => {
      const write = opened.session.writeRows('t', ['note'], [['a\0b']]);
      if (engine.name === 'postgres') {
        await expect(write).rejects.toBeInstanceOf(DiagnosedError);
        expect(await opened.session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: '0' }]);
      } else {
        await write;
        expect(await opened.session.query('SELECT note FROM t')).toEqual([{ note: 'a\0b' }]);
      }
    });

    test('inside a transaction, written rows are part of it', async () => {
      const rows = Array.from({ length: 300 }, (_, id) => [String(id)]);
      const work = opened.session.transaction(async (statements) => {
        await statements.writeRows('t', ['id'], rows);
        expect(await statements.query('SELECT count(*) AS n FROM t')).toEqual([{ n: '300' }]);
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await opened.session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: '0' }]);
    });

    test('100,000 rows come whole', async () => {
      const rows = Array.from({ length: 100_000 }, (_, id) => [
        String(id),
        `note ${id}`,
        '2026-11-22 10:00:00+00',
      ]);
      await opened.session.writeRows('t', ['id', 'note', 'made_at'], rows);
      expect(
        await opened.session.query(
          "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM t WHERE note = 'note ' || CAST(id AS text)",
        ),
      ).toEqual([{ n: '100000', ids: '100000' }]);
    });

    test('no rows is no statement', async () => {
      await opened.session.writeRows('no_such_table', ['id'], []);
    });
  });
}
