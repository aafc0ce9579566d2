/** Streams: whole, in order, in bounded memory, and never ended early. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../../src/warehouse/warehouse.ts';
import { engines, type Opened } from '../../engines.ts';

const ROWS = 200_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function stillThere(rows: readonly WeakRef<Row>[]): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return rows.filter((row) => row.deref() !== undefined).length;
}

const ways = engines.flatMap((engine) =>
  (engine.name === 'postgres' ? [false, true] : [false]).map((setAside) => ({
    engine,
    setAside,
    title: `${engine.name}${setAside ? ', put aside' : ''}`,
  })),
);

for (const { engine, setAside, title } of ways) {
  describe(title, () => {
    let opened: Opened;
    const stream = (sql: string, signal?: AbortSignal): AsyncIterable<Row> =>
      opened.session.stream(sql, { signal, setAside });
    beforeAll(async () => {
      opened = await engine.open();
      await opened.session.execute(
        `CREATE TABLE numbers AS SELECT CAST(g AS bigint) AS id, 'text number ' || g AS note FROM generate_series(1, ${ROWS}) AS s (g)`,
      );
    });
    afterAll(() => opened.drop());

    async function read(rows: AsyncIterable<Row>, limit = Number.POSITIVE_INFINITY): Promise<Row[]> {
      const all: Row[] = [];
      for await (const row of rows) {
        all.push(row);
        if (all.length >= limit) break;
      }
      return all;
    }

    test(`${ROWS} rows come whole and in the query's order, in bounded memory`, async () => {
      let expected = ROWS;
      const sample: WeakRef<Row>[] = [];
      for await (const row of stream('SELECT id, note FROM numbers ORDER BY id DESC')) {
        if (row.id !== String(expected) || row.note !== `text number ${expected}`)
          throw new Error('out of order');
        expected -= 1;
        if (expected % 1_000 === 0) sample.push(new WeakRef(row));
        // Those of the pages at hand, and of one or two that a frame of the stack still names, are there.
        if (expected === ROWS / 2)
          expect(await stillThere(sample), 'rows that were read are kept').toBeLessThan(sample.length / 2);
      }
      expect(expected).toBe(0);
    });

    test('no rows', async () => {
      expect(await read(stream('SELECT * FROM numbers WHERE id < 0'))).toEqual([]);
    });

    test('a query that fails midway ends its stream with an error, never early', async () => {
      const failing = `SELECT CAST(CASE WHEN id = 150000 THEN 'secret' ELSE '1' END AS integer) AS n FROM numbers ORDER BY id`;
      await expect(read(stream(failing))).rejects.toMatchObject({
        name: 'WarehouseError',
        message: expect.not.stringContaining('secret'),
      });
    });

    test('other statements run while a stream is read', async () => {
      let seen = 0;
      for await (const _ of stream('SELECT id FROM numbers ORDER BY id')) {
        seen += 1;
        if (seen % 50_000 === 0) {
          expect(await opened.session.query('SELECT count(*) AS n FROM numbers')).toEqual([
            { n: String(ROWS) },
          ]);
        }
      }
      expect(seen).toBe(ROWS);
    });

    test('two streams at once do not mix', async () => {
      const [up, down] = await Promise.all([
        read(stream('SELECT id FROM numbers WHERE id <= 30000 ORDER BY id')),
        read(stream('SELECT id FROM numbers WHERE id <= 30000 ORDER BY id DESC')),
      ]);
      expect(up.map((row) => row.id)).toEqual(down.map((row) => row.id).reverse());
    });

    test('a stream left early leaves the session as it was', async () => {
      for (let round = 0; round < 20; round += 1) {
        expect(await read(stream('SELECT id FROM numbers ORDER BY id'), 3)).toHaveLength(3);
      }
      expect(await opened.session.query('SELECT count(*) AS n FROM numbers')).toEqual([{ n: String(ROWS) }]);
    });

    test('a stream inside a transaction sees what the transaction wrote', async () => {
      await opened.session.scratch(async (statements) => {
        await statements.execute(`DELETE FROM numbers WHERE id > 25000`);
        const rows = await read(statements.stream('SELECT id FROM numbers ORDER BY id', { setAside }));
        expect(rows).toHaveLength(25_000);
        expect(await statements.query('SELECT count(*) AS n FROM numbers')).toEqual([{ n: '25000' }]);
      });
    });

    test('an aborted stream ends with a transient error, and its transaction can go on to roll back', async () => {
      const abort = new AbortController();
      const work = async (): Promise<void> => {
        for await (const row of stream('SELECT id FROM numbers ORDER BY id', abort.signal)) {
          if (row.id === '15000') abort.abort();
        }
      };
      await expect(work()).rejects.toMatchObject({ failure: 'transient' });
      expect(await opened.session.query('SELECT 1 AS a')).toEqual([{ a: '1' }]);
      const started = read(stream('SELECT 1 AS a', abort.signal));
      await expect(started).rejects.toMatchObject({ failure: 'transient' });
    });

    test('cancel ends what runs with a transient error, streams too', async () => {
      const slow = `SELECT count(*) AS n FROM numbers a, numbers b WHERE a.note || b.note LIKE '%zzz%'`;
      const running = [opened.session.query(slow), read(stream(slow))];
      const between = (async () => {
        for await (const row of stream('SELECT id FROM numbers ORDER BY id')) {
          if (row.id === '12000') {
            await new Promise((resolve) => setTimeout(resolve, 300));
            await opened.session.cancel();
          }
        }
      })();
      const ends = await Promise.allSettled([...running, between]);
      expect(ends.map((end) => (end.status === 'rejected' ? end.reason.failure : 'ended'))).toEqual(
        ends.map(() => 'transient'),
      );
      expect(await opened.session.query('SELECT 1 AS a')).toEqual([{ a: '1' }]);
    });
  });
}
