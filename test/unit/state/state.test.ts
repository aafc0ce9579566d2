/** Opening, updating, reading and pruning the state, on real engines. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../../../src/instant.ts';
import { readMeta, writeMeta } from '../../../src/state/meta.ts';
import { statementsFrom } from '../../../src/state/migrations.ts';
import { newestPrunedTicks, pruneIfDue } from '../../../src/state/prune.ts';
import { finishRun, startRun } from '../../../src/state/runs.ts';
import { readSegmentRows } from '../../../src/state/segment-rows.ts';
import type { StateTables } from '../../../src/state/sql.ts';
import { openState, type StateOptions } from '../../../src/state/state.ts';
import { beginSync, finishSync, growSync, holdSync, readSyncRows } from '../../../src/state/sync-rows.ts';
import { SCHEMA_VERSION, TABLES, type TableName } from '../../../src/state/tables.ts';
import { realWorld } from '../../../src/world.ts';
import { asAdministrator, engines, type Opened } from '../../engines.ts';

const world = realWorld();

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await engine.open();
    });
    afterEach(() => opened.drop());

    function options<A extends StateOptions['access']>(access: A): StateOptions & { access: A } {
      const { session, warehouse } = opened;
      return { session, warehouse, schema: 'seg "sync"', world, access };
    }

    test('no state is empty state: every table reads as one without rows', async () => {
      const { tables } = await openState(options('read'));
      expect(tables.exist).toBe(false);
      for (const name of Object.keys(TABLES) as TableName[]) {
        expect(await opened.session.query(`SELECT * FROM ${tables.from(name)} AS t`)).toEqual([]);
      }
      expect(await readSegmentRows(opened.session, tables)).toEqual(new Map());
      expect(await readSyncRows(opened.session, tables)).toEqual(new Map());
      expect(await readMeta(opened.session, tables, 'warehouse')).toBeUndefined();
    });

    test('a reader makes nothing', async () => {
      await openState(options('read'));
      const parts = ['seg "sync"', 'meta'];
      expect(await opened.session.describe({ kind: 'table', parts })).toBeUndefined();
    });

    test('a writer makes the tables once, with their columns, and an identity that stays', async () => {
      const { tables } = await openState(options('write'));
      const identity = await readMeta(opened.session, tables, 'warehouse');
      expect(JSON.parse(identity!)).toMatchObject({
        type: engine.name,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        place: await opened.session.identity(),
      });
      await openState(options('write'));
      expect(await readMeta(opened.session, tables, 'warehouse')).toBe(identity);
      for (const { name, columns } of Object.values(TABLES)) {
        const found = await opened.session.describe({ kind: 'table', parts: ['seg "sync"', name] });
        expect(found?.map((column) => [column.name, column.type])).toEqual(columns);
      }
    });

    test('a state of before `pending` gets it, and until then nobody waits in it', async () => {
      const { tables } = await openState(options('write'));
      await opened.session.execute(`DROP TABLE ${tables.name('pending')}`);
      await writeMeta(opened.session, tables, 'schema_version', '1');
      const before = await openState(options('read'));
      const all = (from: StateTables) => opened.session.query(`SELECT * FROM ${from.from('pending')} AS p`);
      expect(await all(before.tables)).toEqual([]);
      expect(before.tables.from('membership')).toBe(tables.name('membership'));
      await openState(options('write'));
      expect(await all(tables)).toEqual([]);
      expect(await readMeta(opened.session, tables, 'schema_version')).toBe(String(SCHEMA_VERSION));
    });

    test('an older state is brought up step by step, and keeps saying where it was made', async () => {
      const { tables } = await openState(options('write'));
      const identity = await readMeta(opened.session, tables, 'warehouse');
      await writeMeta(opened.session, tables, 'schema_version', '0');
      await openState(options('write'));
      expect(await readMeta(opened.session, tables, 'schema_version')).toBe(String(SCHEMA_VERSION));
      expect(await readMeta(opened.session, tables, 'warehouse')).toBe(identity);

      const migrations = new Map([7, 3, 4].map((version) => [version, () => [`to ${version}`]]));
      const place = { warehouse: opened.warehouse, schema: 's' };
      expect(statementsFrom(3, place, migrations)).toEqual(['to 4', 'to 7']);
      expect(statementsFrom(undefined, place, migrations).join()).toContain('CREATE TABLE');
    });

    test('a database is told from another by its identity', async () => {
      const other = await engine.open();
      try {
        expect(await other.session.identity()).not.toBe(await opened.session.identity());
        if (engine.name === 'postgres') {
          expect(await opened.session.identity()).toMatch(/^\d+\/\d+\/t_\w+$/);
          const again = await opened.connect({ access: 'read' });
          expect(await again.identity()).toBe(await opened.session.identity());
          await expectIdentityWithoutTheRight(opened);
        }
      } finally {
        await other.drop();
      }
    });

    test('two first runs at once', async () => {
      await Promise.all([
        openState(options('write')),
        openState(options('write')),
        openState(options('write')),
      ]);
      const { tables } = await openState(options('read'));
      const rows = await opened.session.query(`SELECT name FROM ${tables.from('meta')} AS m ORDER BY name`);
      expect(rows.map(({ name }) => name)).toEqual(['schema_version', 'warehouse']);
    });

    test('state that a newer program wrote stops readers and writers with exit 79', async () => {
      const { tables } = await openState(options('write'));
      await writeMeta(opened.session, tables, 'schema_version', '999');
      for (const access of ['read', 'write'] as const) {
        await expect(openState(options(access))).rejects.toMatchObject({
          exit: 79,
          diagnostics: [{ code: 'E501' }],
        });
      }
    });

    test('runs are noted from beginning to end', async () => {
      const { tables } = await openState(options('write'));
      const run = { runId: 'r', startedAt: 5n, command: 'run', version: '0.1.0', tiers: ['hourly', 'daily'] };
      await startRun(opened.session, tables, run);
      await finishRun(opened.session, tables, {
        runId: 'r',
        finishedAt: 9n,
        status: 'done',
        totals: { added: 3 },
      });
      const rows = await opened.session.query(
        `SELECT status, tiers, ${tables.dialect.functions.json_text('totals', `'added'`)} AS added FROM ${tables.from('runs')} AS r`,
      );
      expect(rows).toEqual([{ status: 'done', tiers: 'hourly,daily', added: '3' }]);
    });

    test('a sync’s row: begun, grown, held, finished, turned to another audience', async () => {
      const { tables } = await openState(options('write'));
      const { session } = opened;
      const sync = { name: 's', segment: 'seg', destination: 'd', audienceRef: 'one' };
      const row = async () => (await readSyncRows(session, tables)).get('s');
      await beginSync(session, tables, sync);
      expect(await row()).toMatchObject({ audienceRef: 'one', members: 0 });
      await growSync(session, tables, { name: 's', by: 5 });
      await growSync(session, tables, { name: 's', by: -2 });
      await holdSync(session, tables, { name: 's', reason: `it's "much"` });
      expect(await row()).toMatchObject({ members: 3, heldReason: `it's "much"` });
      await finishSync(session, tables, { name: 's', fingerprint: 'f', tickId: 2n ** 60n, deliveredAt: 7n });
      expect(await row()).toMatchObject({ tickId: 2n ** 60n, fingerprint: 'f', deliveredAt: 7n });
      expect((await row())?.heldReason).toBeUndefined();
      await beginSync(session, tables, { ...sync, audienceRef: 'two' });
      expect(await row()).toEqual({
        sync: 's',
        segment: 'seg',
        destination: 'd',
        audienceRef: 'two',
        members: 0,
        deliveredAt: 7n,
      });
    });

    test('pruning forgets what is old, once a day, and remembers up to which tick', async () => {
      const { tables } = await openState(options('write'));
      const { session } = opened;
      const columns = ['tick_id', 'segment', 'entity_key', 'op', 'evaluated_at'];
      await session.writeRows(tables.name('changes'), columns, [
        ['1', 'a', 'k', 'enter', '2026-01-01T00:00:00Z'],
        ['2', 'a', 'k', 'exit', '2026-01-02T00:00:00Z'],
        ['3', 'b', 'k', 'enter', '2026-03-01T00:00:00Z'],
      ]);
      const now = 1_772_600_000_000_000n; // 2026-03-04
      await pruneIfDue(session, tables, { retain: 30n * DAY, now });
      expect((await newestPrunedTicks(session, tables)).get('a')).toBe(2n);
      expect((await newestPrunedTicks(session, tables)).get('b')).toBeUndefined();
      const left = () => session.query(`SELECT tick_id FROM ${tables.from('changes')} AS c ORDER BY tick_id`);
      expect(await left()).toEqual([{ tick_id: '3' }]);
      await pruneIfDue(session, tables, { retain: 1n, now: now + DAY / 2n });
      expect(await left()).toEqual([{ tick_id: '3' }]);
      await pruneIfDue(session, tables, { retain: 1n, now: now + DAY });
      expect((await newestPrunedTicks(session, tables)).get('b')).toBe(3n);
      expect((await newestPrunedTicks(session, tables)).get('a')).toBe(2n);
    });
  });
}

async function expectIdentityWithoutTheRight({ warehouse, folder, readOnlyTarget, session }: Opened) {
  const { type, ...options } = await readOnlyTarget();
  const [row] = await session.query('SELECT current_database() AS name');
  await asAdministrator(
    (client) => client.query('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC'),
    row!.name!,
  );
  const reader = await warehouse.connect({ world, root: folder, options, access: 'read', label: type });
  try {
    expect(await reader.identity()).toMatch(/^\/\d+\/t_\w+$/);
  } finally {
    await reader.close();
  }
}
