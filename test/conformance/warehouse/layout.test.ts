/** The state tables as each warehouse lays them out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../../src/state/tables.ts';
import type { StateTable } from '../../../src/warehouse/layout.ts';
import { engines, type Opened } from '../../engines.ts';

const SCHEMA = 'seg"sync';

for (const engine of engines) {
  describe(engine.name, () => {
    const { dialect, layout } = engine.warehouse;
    const tables: readonly StateTable[] = Object.values(TABLES);
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open();
    });
    afterAll(() => opened.drop());

    test('every table is made, twice without a failure, with its columns and types', async () => {
      for (const statement of [...tables, ...tables].flatMap((table) => layout(SCHEMA, table))) {
        await opened.session.execute(statement);
      }
      for (const table of tables) {
        const columns = await opened.session.describe({ kind: 'table', parts: [SCHEMA, table.name] });
        expect(columns?.map(({ name, type }) => [name, type])).toEqual(table.columns);
      }
    });

    test('a column that is required refuses NULL, the others take it', async () => {
      for (const table of tables) {
        const name = `${dialect.quote(SCHEMA)}.${dialect.quote(table.name)}`;
        for (const required of [...table.key, ...(table.required ?? [])]) {
          const others = table.columns.map(([column]) => column).filter((column) => column !== required);
          const values = others.map((column) => (mustHave(table, column) ? sample(table, column) : null));
          const write = opened.session.writeRows(name, [...others, required], [[...values, null]]);
          await expect(write, `${table.name}.${required}`).rejects.toMatchObject({ failure: 'statement' });
        }
        const needed = table.columns.map(([column]) => column).filter((column) => mustHave(table, column));
        await opened.session.writeRows(name, needed, [needed.map((column) => sample(table, column))]);
      }
    });

    test('rows of members can be deleted and inserted again in one transaction', async () => {
      const name = `${dialect.quote(SCHEMA)}.membership`;
      const row = [['s', 'again']];
      for (let round = 0; round < 3; round += 1) {
        await opened.session.transaction(async (statements) => {
          await statements.execute(`DELETE FROM ${name} WHERE entity_key = 'again'`);
          await statements.writeRows(name, ['segment', 'entity_key'], row);
        });
      }
      expect(
        await opened.session.query(`SELECT count(*) AS n FROM ${name} WHERE entity_key = 'again'`),
      ).toEqual([{ n: '1' }]);
    });

    if (engine.name === 'postgres') {
      test('a role that owns its schema but may create none can make the tables', async () => {
        const session = opened.session;
        await session.transaction(async (statements) => {
          await statements.execute('CREATE ROLE segsync_owner');
          await statements.execute('CREATE SCHEMA own AUTHORIZATION segsync_owner');
          await statements.execute('SET LOCAL ROLE segsync_owner');
          for (const statement of tables.flatMap((table) => layout('own', table)))
            await statements.execute(statement);
          await statements.execute('RESET ROLE');
          await statements.execute('DROP SCHEMA own CASCADE');
          await statements.execute('DROP ROLE segsync_owner');
        });
      });

      test('members are found by key and by segment through an index', async () => {
        const rows = await opened.session.query(
          `SELECT indexdef AS text FROM pg_indexes WHERE schemaname = '${SCHEMA}' AND tablename = 'membership' ORDER BY indexname`,
        );
        expect(rows.map((row) => row.text!.replace(/.*USING /, ''))).toEqual([
          'btree (segment)',
          'btree (entity_key, segment)',
        ]);
      });
    }
  });
}

function mustHave(table: StateTable, column: string): boolean {
  return table.key.includes(column) || table.required?.includes(column) === true;
}

function sample(table: StateTable, column: string): string {
  const type = table.columns.find(([name]) => name === column)![1];
  return (
    { integer: '1', instant: '2026-01-01 00:00:00+00', json: '{}', boolean: 'true' }[type as string] ?? 'x'
  );
}
