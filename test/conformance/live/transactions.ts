/** Transactions, temporary tables, the clock; and what goes wrong, as kinds. */
import assert from 'node:assert/strict';
import type { Statements, TransactionOptions } from '../../../src/warehouse/warehouse.ts';
import { type Bench, type Check, checksOf, makeTable } from './check.ts';

export function transactionChecks(bench: Bench): Check[] {
  const { session, warehouse } = bench;
  const { types, quote } = warehouse.dialect;
  const table = (): Promise<string> => makeTable(bench, 'rows_of', { id: types.integer, note: types.text });
  const count = async (statements: Statements, name: string): Promise<string> =>
    (await statements.query(`SELECT count(*) AS n FROM ${name}`))[0]!.n!;
  return checksOf('transactions', [
    [
      'execute tells how many rows it changed',
      async () => {
        const name = await table();
        assert.equal(await session.execute(`INSERT INTO ${name} VALUES (1, 'a'), (2, 'b'), (3, 'c')`), 3);
        assert.equal(await session.execute(`UPDATE ${name} SET note = 'x' WHERE id > 1`), 2);
        assert.equal(await session.execute(`UPDATE ${name} SET note = 'x' WHERE id > 100`), 0);
        assert.equal(await session.execute(`DELETE FROM ${name} WHERE id = 1`), 1);
      },
    ],
    [
      'a transaction commits and gives back what its work gave; it is not seen outside before',
      async () => {
        const name = await table();
        const result = await session.transaction(async (statements) => {
          await statements.execute(`INSERT INTO ${name} VALUES (1, 'a')`);
          assert.equal(await count(session, name), '0');
          return count(statements, name);
        });
        assert.equal(result, '1');
        assert.equal(await count(session, name), '1');
      },
    ],
    [
      'a transaction whose work throws is undone, and throws the same',
      async () => {
        const name = await table();
        await session.execute(`INSERT INTO ${name} VALUES (1, 'a')`);
        const known = new Error('no');
        const work = session.transaction(async (statements) => {
          await statements.execute(`DELETE FROM ${name} WHERE id = 1`);
          await statements.writeRows(name, ['id', 'note'], [['2', 'b']]);
          throw known;
        });
        await assert.rejects(work, (error) => error === known);
        assert.deepEqual(await session.query(`SELECT id FROM ${name}`), [{ id: '1' }]);
      },
    ],
    [
      'scratch work reads what it wrote, and leaves nothing behind',
      async () => {
        const passing = quote('passing');
        const read = `SELECT count(*) AS n FROM ${passing}`;
        const seen = await session.scratch(async (statements) => {
          assert(statements.temporaryTables);
          await statements.execute(`CREATE TEMPORARY TABLE ${passing} (id ${types.integer})`);
          await statements.writeRows(passing, ['id'], [['1'], ['2']]);
          return statements.query(read);
        });
        assert.deepEqual(seen, [{ n: '2' }]);
        await assert.rejects(session.query(read), { name: 'WarehouseError' });
      },
    ],
    [
      'the temporary tables of a transaction are gone for the next',
      async () => {
        const passing = quote('passing');
        const make = (statements: Statements): Promise<unknown> =>
          statements.execute(`CREATE TEMPORARY TABLE ${passing} (id ${types.integer})`);
        const isApart = warehouse.capabilities.temporaryDdl !== 'yes';
        const options: TransactionOptions = isApart ? { before: async (all) => void (await make(all)) } : {};
        for (let round = 0; round < 2; round += 1) {
          await session.transaction(async (statements) => {
            if (!isApart) await make(statements);
            await statements.writeRows(passing, ['id'], [['1'], ['2']]);
            await statements.analyze(passing);
            assert.equal(await count(statements, passing), '2');
          }, options);
        }
      },
    ],
    [
      'several transactions at once',
      async () => {
        const name = await table();
        const insert = (id: number): Promise<number> =>
          session.transaction((statements) => statements.execute(`INSERT INTO ${name} VALUES (${id}, 'x')`));
        await Promise.all(Array.from({ length: 6 }, (_, id) => insert(id)));
        assert.equal(await count(session, name), '6');
      },
    ],
    [
      'the clock of the warehouse grows and is about now',
      async () => {
        const [first, second] = [await session.now(), await session.now()];
        assert(second >= first);
        const apart = Math.abs(Number(second / 1000n) - Date.now());
        assert(apart < 60_000, `${apart} ms apart`);
      },
    ],
    [
      'it says what it is, and the same place at every asking',
      async () => {
        assert.notEqual(await session.version(), '');
        assert(warehouse.samePlace(await session.identity(), await session.identity()));
      },
    ],
  ]);
}

export function failureChecks(bench: Bench): Check[] {
  const { session, warehouse, schema } = bench;
  const { types } = warehouse.dialect;
  const schemaOf = warehouse.dialect.quote(schema);
  const isKind = (kind: string, sql: () => Promise<string>) => async (): Promise<void> => {
    await assert.rejects(session.query(await sql()), (error: Error & { failure?: unknown }) => {
      assert.equal(error.name, 'WarehouseError');
      assert.equal(error.failure, kind);
      assert(!/hidden|\n/.test(error.message), 'the message tells a value, or has several lines');
      return true;
    });
  };
  const fixed = (sql: string) => async (): Promise<string> => sql;
  const people = async (): Promise<string> => {
    const name = await makeTable(bench, 'people', { email: types.text });
    await session.writeRows(name, ['email'], [['hidden@example.com']]);
    return name;
  };
  const cast = (to: string) => async (): Promise<string> =>
    `SELECT CAST(email AS ${to}) AS x FROM ${await people()}`;
  return checksOf('failures', [
    ['a wrong statement', isKind('statement', fixed('SELEC 1'))],
    ['a missing table', isKind('missing', fixed(`SELECT * FROM ${schemaOf}.nowhere`))],
    [
      'a missing schema',
      isKind('missing', fixed(`SELECT * FROM ${warehouse.dialect.quote(`${schema}_none`)}.nowhere`)),
    ],
    ['a missing column', isKind('statement', async () => `SELECT nothing FROM ${await people()}`)],
    ['a text that is no number', isKind('statement', cast(types.integer))],
    ['a text that is no instant', isKind('statement', cast(types.instant))],
    ['a text that is no boolean', isKind('statement', cast(types.boolean))],
    [
      'after a failure the session works on',
      async () => assert.deepEqual(await session.query('SELECT 1 AS a'), [{ a: '1' }]),
    ],
  ]);
}
