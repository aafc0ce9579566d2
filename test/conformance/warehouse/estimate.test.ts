/** What a statement would cost, without running it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../../src/warehouse/warehouse.ts';
import { realWorld } from '../../../src/world.ts';
import { engines, type Opened } from '../../engines.ts';

const world = realWorld();

const UNITS: Readonly<Record<string, string>> = { duckdb: 'rows from tables', postgres: 'planner cost' };

/** What the engine cannot say the cost of. */
const WRONG: readonly (readonly [string, string])[] = [
  ['a wrong statement', 'SELEC 1'],
  ['a missing table', 'SELECT * FROM nowhere'],
  ['a missing file', "SELECT * FROM '/nowhere/at/all.csv'"],
  ['a second statement', 'SELECT 1; DROP TABLE large'],
  ['nothing', ''],
  ['nothing but a comment', '-- nothing'],
];

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    const amount = async (sql: string, session: Session = opened.session): Promise<number> => {
      const estimate = await session.estimate(sql);
      expect(estimate, sql).toEqual({ amount: expect.any(Number), unit: UNITS[engine.name] });
      return estimate!.amount;
    };
    beforeAll(async () => {
      opened = await engine.open();
      const { session } = opened;
      const rows = (n: number) => `SELECT g AS id, g % 10 AS part FROM generate_series(1, ${n}) AS s (g)`;
      await session.execute(`CREATE TABLE small AS ${rows(1_000)}`);
      await session.execute(`CREATE TABLE large AS ${rows(100_000)}`);
      await session.execute('CREATE SEQUENCE visits');
      for (const table of ['small', 'large']) await session.analyze(table);
    });
    afterAll(() => opened.drop());

    test('grows with what is read, and with how often', async () => {
      const small = await amount('SELECT * FROM small');
      const large = await amount('SELECT * FROM large');
      expect(small).toBeGreaterThan(0);
      expect(large).toBeGreaterThan(50 * small);
      expect(large).toBeLessThan(200 * small);
      expect(await amount('SELECT * FROM large UNION ALL SELECT * FROM large')).toBeGreaterThan(1.9 * large);
    });

    test('counts a result that is read twice once', async () => {
      const counted = 'SELECT part, count(*) AS n FROM large GROUP BY part';
      const once = await amount(counted);
      const twice = await amount(
        `-- a comment\nWITH c AS ${engine.warehouse.dialect.materialized} (${counted}) SELECT * FROM c JOIN c AS d ON c.n = d.part`,
      );
      expect(twice).toBeLessThan(1.5 * once);
    });

    test('runs nothing', async () => {
      await amount("SELECT nextval('visits')");
      await amount('DELETE FROM small');
      expect(await opened.session.query("SELECT nextval('visits') AS next")).toEqual([{ next: '1' }]);
      expect(await opened.session.query('SELECT count(*) AS n FROM small')).toEqual([{ n: '1000' }]);
    });

    test.each(WRONG)('%s: undefined, and a transaction goes on', async (_, sql) => {
      expect(await opened.session.estimate(sql)).toBeUndefined();
      const rows = await opened.session.transaction(async (statements) => {
        await statements.execute('UPDATE small SET part = part');
        expect(await statements.estimate(sql)).toBeUndefined();
        return statements.query('SELECT count(*) AS n FROM large');
      });
      expect(rows).toEqual([{ n: '100000' }]);
    });

    test('needs no right but to read', async () => {
      const { type: _, ...options } = await opened.readOnlyTarget();
      await opened.session.close();
      const reading = { options, root: opened.folder, access: 'read', label: 'segsync test' } as const;
      const session = await engine.warehouse.connect({ ...reading, world });
      try {
        const within = await session.scratch((statements) => statements.estimate('SELECT * FROM large'));
        expect(within).toEqual(await session.estimate('SELECT * FROM large'));
        expect(within!.amount).toBeGreaterThan(0);
      } finally {
        await session.close();
      }
    });
  });
}

test('DuckDB: the rows that come out of tables, files and functions', async () => {
  const opened = await engines[0]!.open();
  const { session, folder } = opened;
  const file = join(folder, 'rows.parquet');
  await session.execute('CREATE TABLE t AS SELECT range AS id FROM range(700)');
  await session.execute(`COPY (SELECT * FROM t) TO '${file}' (FORMAT parquet)`);
  const of = async (sql: string) => (await session.estimate(sql))?.amount;
  expect(await of('SELECT count(*) FROM t AS a JOIN t AS b USING (id)')).toBe(1_400);
  expect(await of(`SELECT * FROM '${file}'`)).toBe(700);
  expect(await of('SELECT * FROM range(50)')).toBe(50);
  expect(await of('SELECT 1')).toBe(0);
  await opened.drop();
});
