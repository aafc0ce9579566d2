/** Statements after a comment line that says whose they are. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Statements } from '../../../src/warehouse/warehouse.ts';
import { Gathering, writeInOrder } from '../../../src/warehouse/writes.ts';
import { engines, type Opened } from '../../engines.ts';

/** The statement that the engine is at work on, as it came. */
const ITSELF: Readonly<Record<string, string>> = {
  duckdb: 'SELECT current_query() AS query',
  postgres: 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()',
};

/** What must not end the comment. */
const LABELS = [
  'segsync run=1 segments=a,b +2 more',
  'a\n; DROP TABLE t; --',
  'a\r\u2028\u0085*/ $1 ? \' "',
  'é',
];

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    const itself = ITSELF[engine.name]!;
    beforeAll(async () => {
      opened = await engine.open();
      await opened.session.execute('CREATE TABLE t (id integer, note text)');
    });
    afterAll(() => opened.drop());

    const everyKind = async (statements: Statements, line: string): Promise<void> => {
      const [row] = await statements.query(itself);
      expect(row!.query).toBe(`${line}\n${itself}`);
      const streamed: unknown[] = [];
      for await (const each of statements.stream(itself)) streamed.push(each.query);
      expect(streamed).toEqual([expect.stringContaining(`${line}\n${itself}`)]);
      const before = Number((await statements.query('SELECT count(*) AS n FROM t'))[0]!.n);
      expect(await statements.execute("INSERT INTO t VALUES (1, 'x'), (2, 'y')")).toBe(2);
      for (const n of [3, 200]) {
        const rows = Array.from({ length: n }, (_, id) => [String(id), null]);
        await statements.writeRows('t', ['id', 'note'], rows);
      }
      expect(await statements.query('SELECT count(*) AS n FROM t')).toEqual([{ n: String(before + 205) }]);
      await statements.analyze('t');
      const relation = { kind: 'table', parts: ['t'] } as const;
      expect(await statements.describe(relation)).toHaveLength(2);
      expect(await statements.approximateRows(relation)).toBeGreaterThan(0);
      expect((await statements.estimate('SELECT * FROM t'))!.amount).toBeGreaterThan(0);
      expect(await statements.capture([{ relation, marks: [] }], 'r')).toHaveLength(1);
      expect(await statements.movingFunctions(['abs'])).toEqual(new Set());
    };

    test.each(LABELS)('%j', async (label) => {
      const line = `-- ${label.replace(/[\n\r\u2028\u0085]+/g, ' ')}`;
      await everyKind(opened.session.labelled(label), line);
      await opened.session.transaction((statements) => everyKind(statements.labelled(label), line));
      await opened.session.scratch((statements) => everyKind(statements.labelled(label), line));
    });

    test('one label takes the place of another, and an empty one leaves none', async () => {
      const labelled = opened.session.labelled('a');
      const queryOf = async (statements: Statements) => (await statements.query(itself))[0]!.query;
      expect(await queryOf(labelled.labelled('b'))).toBe(`-- b\n${itself}`);
      expect(await queryOf(labelled.labelled(''))).toBe(itself);
      expect(await queryOf(opened.session)).toBe(itself);
    });

    test('a failure is told as without one', async () => {
      const wrong = opened.session.labelled('a\nb').query('SELECT nothing FROM t');
      await expect(wrong).rejects.toMatchObject({ name: 'WarehouseError', failure: 'statement' });
    });
  });
}

test('PostgreSQL sees the label of bulk inserts', async () => {
  const opened = await engines[1]!.open();
  const { session } = opened;
  await session.execute('CREATE TABLE t (id integer)');
  await session.execute('CREATE TABLE seen (query text)');
  await session.execute(
    'CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_query()); RETURN NULL; END $$',
  );
  await session.execute('CREATE TRIGGER note AFTER INSERT ON t EXECUTE FUNCTION note()');
  await session.labelled('whose').writeRows('t', ['id'], [['1'], ['2']]);
  expect(await session.query('SELECT query FROM seen')).toEqual([
    { query: '-- whose\nCOPY t (id) FROM STDIN' },
  ]);
  await session.execute('DELETE FROM seen');
  await session.transaction(async (transaction) => {
    const gathering = new Gathering(transaction, 2);
    const write = async (label: string, id: string): Promise<void> => {
      await writeInOrder(gathering.statements.labelled(label), [
        { table: 't', columns: ['id'], rows: [[id]] },
      ]);
      gathering.leave();
    };
    await Promise.all([write('one', '3'), write('other', '4')]);
  });
  const message = "-- one\nINSERT INTO t (id) VALUES (E'3');\n-- other\nINSERT INTO t (id) VALUES (E'4')";
  expect(await session.query('SELECT DISTINCT query FROM seen')).toEqual([{ query: message }]);
  await opened.drop();
});
