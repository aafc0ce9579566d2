/** The state as a run makes and keeps it: tables, versions, leases, members, ledger. */
import assert from 'node:assert/strict';
import { DiagnosedError } from '../../../src/diagnostics/diagnostic.ts';
import { Leases } from '../../../src/state/leases.ts';
import { readMeta, writeMeta } from '../../../src/state/meta.ts';
import { type StateTables, stateTables } from '../../../src/state/sql.ts';
import { openState } from '../../../src/state/state.ts';
import { SCHEMA_VERSION, TABLES } from '../../../src/state/tables.ts';
import { type StateTable, sliceOf } from '../../../src/warehouse/layout.ts';
import { type Bench, type Check, checksOf } from './check.ts';

const NOW = { waitMs: 0 };

export function stateChecks(bench: Bench): Check[] {
  const { session, warehouse, world, scratch } = bench;
  /** One for all of these checks; the first makes it. */
  const schema = scratch.name();
  const place = { session, warehouse, world, schema, access: 'write' } as const;
  const open = async (): Promise<StateTables> => (await openState(place)).tables;
  const holder = (id: number, tables: StateTables, ahead: () => bigint = () => 0n): Leases => {
    const { temporaryDdl, uniqueKeys } = warehouse.capabilities;
    return new Leases({
      session: { ...session, now: async () => (await session.now()) + ahead() },
      tables,
      // Others than this process, as far as anybody can tell.
      world: { ...world, process: { ...world.process, host: `host ${id}` } },
      singleProcess: false,
      tablesFirst: temporaryDdl !== 'yes',
      repeatsKeys: uniqueKeys !== 'yes',
    });
  };
  return checksOf('state', [
    [
      'a reader finds no state where there is none',
      async () => {
        const { tables } = await openState({ ...place, schema: scratch.name(), access: 'read' });
        assert.deepEqual(await session.query(`SELECT segment FROM ${tables.from('membership')} AS m`), []);
      },
    ],
    [
      'a first run makes the state, a second one leaves it as it is',
      async () => {
        const tables = await open();
        const made = await readMeta(session, tables, 'warehouse');
        assert.equal(await readMeta(session, tables, 'schema_version'), String(SCHEMA_VERSION));
        await open();
        assert.equal(await readMeta(session, tables, 'warehouse'), made);
      },
    ],
    [
      'every table has its columns and types, and making it again fails nowhere',
      async () => {
        await open();
        for (const table of Object.values(TABLES) as readonly StateTable[]) {
          for (const statement of warehouse.layout(schema, table)) await session.execute(statement);
          const columns = await session.describe({ kind: 'table', parts: [schema, table.name] });
          // Where JSON can be neither grouped nor compared, it is kept as text.
          const kept = (type: string): string => (type === 'json' ? 'json or text' : type);
          const found = columns?.map(({ name, type }, index) =>
            table.columns[index]?.[1] === 'json' && type === 'text'
              ? [name, 'json or text']
              : [name, kept(type)],
          );
          const slice = warehouse.capabilities.slicedState && table.slicedBy ? [['slice', 'integer']] : [];
          assert.deepEqual(
            found,
            [...table.columns.map(([name, type]) => [name, kept(type)]), ...slice],
            table.name,
          );
        }
      },
    ],
    [
      'a state of a newer program stops this one',
      async () => {
        const tables = await open();
        await session.transaction((all) =>
          writeMeta(all, tables, 'schema_version', String(SCHEMA_VERSION + 1)),
        );
        try {
          await assert.rejects(open(), hasCode('E501'));
        } finally {
          await session.transaction((all) =>
            writeMeta(all, tables, 'schema_version', String(SCHEMA_VERSION)),
          );
        }
      },
    ],
    [
      'of several that take the same leases, each lease has one holder and one row',
      async () => {
        const tables = await open();
        const names = ['one', 'two', 'three'];
        const holders = [1, 2, 3].map((id) => holder(id, tables));
        try {
          const all = await Promise.all(holders.map((each) => each.acquire(names, NOW)));
          assert.deepEqual(all.flatMap(({ held }) => [...held]).sort(), [...names].sort());
          const rows = await session.query(`SELECT name FROM ${tables.name('leases')} ORDER BY name`);
          assert.deepEqual(
            rows.map(({ name }) => name),
            [...names].sort(),
          );
        } finally {
          for (const each of holders) await each.release();
        }
      },
    ],
    [
      'a lease that was given back is free, one that is held is not',
      async () => {
        const tables = await open();
        const [first, second] = [holder(1, tables), holder(2, tables)];
        try {
          assert.equal((await first.acquire(['given'], NOW)).held.size, 1);
          assert.equal((await second.acquire(['given'], NOW)).lost.length, 1);
          await first.release();
          assert.equal((await second.acquire(['given'], NOW)).held.size, 1);
        } finally {
          await first.release();
          await second.release();
        }
      },
    ],
    [
      'one that lost its lease writes nothing any more',
      async () => {
        const tables = await open();
        let ahead = 0n;
        const [first, second] = [holder(1, tables), holder(2, tables, () => ahead)];
        const write = (leases: Leases): Promise<unknown> =>
          leases.fenced(['fence'], (all) => writeMeta(all, tables, 'fence', 'written'));
        try {
          await first.acquire(['fence'], NOW);
          ahead = 31_000_000n;
          assert.equal((await second.acquire(['fence'], NOW)).held.size, 1);
          await assert.rejects(write(first), hasCode('E502'));
          assert.equal(await readMeta(session, tables, 'fence'), undefined);
          await write(second);
          assert.equal(await readMeta(session, tables, 'fence'), 'written');
        } finally {
          await first.release();
          await second.release();
        }
      },
    ],
    [
      'rows of members can be deleted and inserted again in one transaction',
      async () => {
        const tables = await open();
        const name = tables.name('membership');
        const key = warehouse.dialect.literal({ type: 'text', text: 'again' });
        for (let round = 0; round < 3; round += 1) {
          await session.transaction(async (all) => {
            await all.execute(`DELETE FROM ${name} WHERE entity_key = ${key}`);
            const own = { columns: ['segment', 'entity_key'], row: ['s', 'again'] };
            const { columns, row } = inSlice(tables, 's', own);
            await all.writeRows(name, columns, [row]);
          });
        }
        const rows = await session.query(`SELECT count(*) AS n FROM ${name} WHERE entity_key = ${key}`);
        assert.deepEqual(rows, [{ n: '1' }]);
      },
    ],
    [
      'the ledger keeps identifiers and instants as they were, and is brought from a question to an answer',
      async () => {
        const tables = await open();
        const { literal, functions } = warehouse.dialect;
        const identifiers = JSON.stringify([{ email: 'é"\\@example.com' }, { phone: '+4930' }]);
        const columns = [
          'sync',
          'audience_ref',
          'entity_key',
          'state',
          'identifiers',
          'tick_id',
          'delivered_at',
        ];
        const row = [
          's',
          'a',
          "k'1",
          'sending',
          identifiers,
          '9007199254740993',
          '2026-11-22 10:00:00.123457+00',
        ];
        const own = inSlice(tables, 's', { columns, row });
        await session.writeRows(tables.name('ledger'), own.columns, [own.row]);
        const text = (value: string): string => literal({ type: 'text', text: value });
        const changed = await session.execute(
          `UPDATE ${tables.name('ledger')} SET state = ${text('delivered')} WHERE entity_key = ${text("k'1")} AND state = ${text('sending')}`,
        );
        assert.equal(changed, 1);
        const [found] = await session.query(
          `SELECT state, identifiers, tick_id, ${functions.micros_of('delivered_at')} AS delivered FROM ${tables.from('ledger')} AS ledger`,
        );
        assert.deepEqual(JSON.parse(found!.identifiers!), JSON.parse(identifiers));
        assert.deepEqual(
          [found!.state, found!.tick_id, found!.delivered],
          ['delivered', '9007199254740993', '1795341600123457'],
        );
      },
    ],
    [
      'a reader finds the state that a writer made',
      async () => {
        await open();
        const read = await openState({ ...place, access: 'read' });
        assert.equal(read.tables.exist, true);
        assert.equal(stateTables(warehouse, schema, SCHEMA_VERSION).name('meta'), read.tables.name('meta'));
      },
    ],
  ]);
}

interface Written {
  readonly columns: readonly string[];
  readonly row: readonly (string | null)[];
}

/** With the slice of a segment or sync, where rows lie in slices. */
function inSlice({ sliced }: StateTables, name: string, { columns, row }: Written): Written {
  return sliced ? { columns: [...columns, 'slice'], row: [...row, String(sliceOf(name))] } : { columns, row };
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof DiagnosedError && error.diagnostics.some((each) => each.code === code);
}
