/** Transactions, snapshots, scratch work and temporary tables. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiagnosedError, diagnose } from '../../../src/diagnostics/diagnostic.ts';
import type { Statements } from '../../../src/warehouse/warehouse.ts';
import { engines, type Opened } from '../../engines.ts';

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await engine.open();
      await opened.session.execute('CREATE TABLE t (id integer, note text)');
      await opened.session.execute(`INSERT INTO t VALUES (1, 'one'), (2, 'two')`);
    });
    afterEach(() => opened.drop());
    const count = async (statements: Statements): Promise<string> =>
      (await statements.query('SELECT count(*) AS n FROM t'))[0]!.n!;

    test('execute tells how many rows it changed', async () => {
      const { session } = opened;
      expect(await session.execute(`INSERT INTO t VALUES (3, 'three'), (4, 'four')`)).toBe(2);
      expect(await session.execute(`UPDATE t SET note = 'x' WHERE id > 1`)).toBe(3);
      expect(await session.execute(`UPDATE t SET note = 'x' WHERE id > 100`)).toBe(0);
      expect(await session.execute('DELETE FROM t WHERE id = 1')).toBe(1);
      expect(await session.execute('CREATE TABLE u (id integer)')).toBe(0);
    });

    test('a transaction commits and gives back what its work gave', async () => {
      const result = await opened.session.transaction(async (statements) => {
        await statements.execute(`INSERT INTO t VALUES (3, 'three')`);
        return count(statements);
      });
      expect(result).toBe('3');
      expect(await count(opened.session)).toBe('3');
    });

    test('a transaction whose work throws is undone, and throws the same', async () => {
      const known = new DiagnosedError([diagnose('E301', { table: 't' })]);
      const work = opened.session.transaction(async (statements) => {
        await statements.execute('DELETE FROM t');
        throw known;
      });
      await expect(work).rejects.toBe(known);
      expect(await count(opened.session)).toBe('2');
    });

    test('a transaction in which a failure was passed over does not pretend to commit', async () => {
      const work = opened.session.transaction(async (statements) => {
        await statements.execute(`INSERT INTO t VALUES (3, 'three')`);
        await statements.query(`SELECT CAST(note AS integer) FROM t`).catch(() => undefined);
      });
      await expect(work).rejects.toThrow();
      expect(await count(opened.session)).toBe('2');
    });

    test('schema changes are part of a transaction', async () => {
      const work = opened.session.transaction(async (statements) => {
        await statements.execute('CREATE SCHEMA made');
        await statements.execute('CREATE TABLE made.u (id integer)');
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await opened.session.describe({ kind: 'table', parts: ['made', 'u'] })).toBeUndefined();
    });

    test('what a transaction wrote is not seen outside before it commits', async () => {
      await opened.session.transaction(async (statements) => {
        await statements.execute(`INSERT INTO t VALUES (3, 'three')`);
        expect(await count(opened.session)).toBe('2');
      });
    });

    test('a snapshot does not see what others commit after it began', async () => {
      await opened.session.transaction(
        async (statements) => {
          expect(await count(statements)).toBe('2');
          await opened.session.execute(`INSERT INTO t VALUES (3, 'three')`);
          expect(await count(statements)).toBe('2');
        },
        { isolation: 'snapshot' },
      );
      expect(await count(opened.session)).toBe('3');
    });

    test('two snapshots that change one row: one of them fails as a conflict', async () => {
      const work = opened.session.transaction(
        async (statements) => {
          await statements.query('SELECT * FROM t');
          await opened.session.execute(`UPDATE t SET note = 'theirs' WHERE id = 1`);
          await statements.execute(`UPDATE t SET note = 'ours' WHERE id = 1`);
        },
        { isolation: 'snapshot' },
      );
      await expect(work).rejects.toMatchObject({ name: 'WarehouseError', failure: 'conflict' });
      expect(await opened.session.query('SELECT note FROM t WHERE id = 1')).toEqual([{ note: 'theirs' }]);
    });

    test('scratch work leaves nothing behind', async () => {
      const result = await opened.session.scratch(async (statements) => {
        expect(statements.temporaryTables).toBe(true);
        await statements.execute('CREATE TEMPORARY TABLE passing AS SELECT * FROM t');
        await statements.writeRows('passing', ['id', 'note'], [['3', 'three']]);
        await statements.analyze('passing');
        const [row] = await statements.query('SELECT count(*) AS n FROM passing');
        return row!.n;
      });
      expect(result).toBe('3');
      await expect(opened.session.query('SELECT * FROM passing')).rejects.toMatchObject({
        failure: 'missing',
      });
      await opened.session.scratch(async (statements) => void (await statements.execute('DELETE FROM t')));
      expect(await count(opened.session)).toBe('2');
    });

    test('the temporary tables of a transaction are gone for the next, also when it committed', async () => {
      for (let round = 0; round < 3; round += 1) {
        await opened.session.transaction(async (statements) => {
          await statements.execute('CREATE TEMPORARY TABLE passing AS SELECT * FROM t');
          expect(await statements.query('SELECT count(*) AS n FROM passing')).toEqual([{ n: '2' }]);
        });
      }
    });

    test('several transactions at once', async () => {
      const ids = Array.from({ length: 12 }, (_, index) => index + 10);
      await Promise.all(
        ids.map((id) =>
          opened.session.transaction((statements) => statements.execute(`INSERT INTO t VALUES (${id}, 'x')`)),
        ),
      );
      expect(await count(opened.session)).toBe('14');
    });

    test('one statement at a time: a second in the same text is not run', async () => {
      for (const run of [opened.session.query, opened.session.execute]) {
        await expect(run('SELECT 1 AS a; DELETE FROM t')).rejects.toMatchObject({ failure: 'statement' });
      }
      expect(await count(opened.session)).toBe('2');
    });

    test('a question mark in a statement is a question mark', async () => {
      expect(await opened.session.query(`SELECT 'really? \\? ?? $1 :x' AS a`)).toEqual([
        { a: 'really? \\? ?? $1 :x' },
      ]);
    });

    test('the clock of the warehouse grows and is about now', async () => {
      const first = await opened.session.now();
      const second = await opened.session.now();
      expect(second >= first).toBe(true);
      expect(Math.abs(Number(second / 1000n) - Date.now())).toBeLessThan(60_000);
    });

    test('a closed session can be closed again and refuses work', async () => {
      await opened.session.close();
      await opened.session.close();
      await expect(opened.session.query('SELECT 1 AS a')).rejects.toMatchObject({ name: 'WarehouseError' });
    });
  });
}
