/** Streams are whole, in order, and never end early; what runs can be stopped. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../../src/warehouse/warehouse.ts';
import { type Bench, type Check, checksOf, makeTable } from './check.ts';

const ROWS = 20_000;
/** Of a join of so many rows three times over no engine is through within seconds; it does end. */
const SLOW_ROWS = 2_500;
const CANCEL_MS = 90_000;

export function streamChecks(bench: Bench): Check[] {
  const { session, warehouse } = bench;
  const { types } = warehouse.dialect;
  const numbers = once(() => filled(bench, 'numbers', ROWS));
  return checksOf('streams', [
    [
      `${ROWS} rows come whole and in the query's order`,
      async () => {
        let expected = ROWS;
        for await (const row of session.stream(`SELECT id, note FROM ${await numbers()} ORDER BY id DESC`)) {
          assert.deepEqual(row, { id: String(expected), note: `note ${expected}` });
          expected -= 1;
        }
        assert.equal(expected, 0);
      },
    ],
    [
      'no rows',
      async () =>
        assert.deepEqual(await read(session.stream(`SELECT id FROM ${await numbers()} WHERE id < 0`)), []),
    ],
    [
      'a query that fails midway ends its stream with an error, never early',
      async () => {
        const failing = `SELECT CAST(CASE WHEN id = 15000 THEN 'hidden' ELSE '1' END AS ${types.integer}) AS n FROM ${await numbers()} ORDER BY id`;
        await assert.rejects(read(session.stream(failing)), (error: Error) => {
          assert.equal(error.name, 'WarehouseError');
          assert(!error.message.includes('hidden'), 'the message tells the value');
          return true;
        });
      },
    ],
    [
      'other statements run while a stream is read',
      async () => {
        let seen = 0;
        for await (const _ of session.stream(`SELECT id FROM ${await numbers()} ORDER BY id`)) {
          seen += 1;
          if (seen % 8_000 === 0)
            assert.deepEqual(await session.query(`SELECT count(*) AS n FROM ${await numbers()}`), [
              { n: String(ROWS) },
            ]);
        }
        assert.equal(seen, ROWS);
      },
    ],
    [
      'two streams at once do not mix',
      async () => {
        const of = async (order: string): Promise<(string | null)[]> =>
          (
            await read(
              session.stream(`SELECT id FROM ${await numbers()} WHERE id <= 3000 ORDER BY id ${order}`),
            )
          ).map(({ id }) => id!);
        const [up, down] = await Promise.all([of('ASC'), of('DESC')]);
        assert.equal(up.length, 3_000);
        assert.deepEqual(up, down.reverse());
      },
    ],
    [
      'a stream left early leaves the session as it was',
      async () => {
        for await (const row of session.stream(`SELECT id FROM ${await numbers()} ORDER BY id`)) {
          if (row.id === '3') break;
        }
        assert.deepEqual(await session.query('SELECT 1 AS a'), [{ a: '1' }]);
      },
    ],
  ]);
}

export function cancelChecks(bench: Bench): Check[] {
  return checksOf('cancel', [['a statement that runs is ended as transient', () => cancelled(bench)]]);
}

async function cancelled(bench: Bench): Promise<void> {
  const { session } = bench;
  const slow = await filled(bench, 'slow', SLOW_ROWS);
  const query = session.query(
    `SELECT count(*) AS n FROM ${slow} AS a CROSS JOIN ${slow} AS b CROSS JOIN ${slow} AS c` +
      ` WHERE CONCAT(a.note, b.note, c.note) LIKE '%zzz%'`,
  );
  let end: { readonly failure?: unknown } | 'ended' | undefined;
  const ended = query.then(
    () => (end = 'ended'),
    (error: { readonly failure?: unknown }) => (end = error),
  );
  // Some can be asked to stop only once the warehouse has told that it runs.
  for (const until = performance.now() + CANCEL_MS; end === undefined && performance.now() < until; ) {
    await Promise.race([ended, sleep(1_000)]);
    if (end === undefined) await session.cancel();
  }
  assert(end !== undefined, `it went on for ${CANCEL_MS} ms`);
  assert(end !== 'ended', 'it ended before it was stopped');
  assert.equal(end.failure, 'transient');
  assert.deepEqual(await session.query('SELECT 1 AS a'), [{ a: '1' }]);
}

async function filled(bench: Bench, table: string, rows: number): Promise<string> {
  const { types } = bench.warehouse.dialect;
  const name = await makeTable(bench, table, { id: types.integer, note: types.text });
  const all = Array.from({ length: rows }, (_, index) => [String(index + 1), `note ${index + 1}`]);
  await bench.session.writeRows(name, ['id', 'note'], all);
  return name;
}

async function read(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Made when first asked for; a failure is everyone's. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
