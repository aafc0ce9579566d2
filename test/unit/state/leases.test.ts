/** Leases on real engines: one holder at a time, takeover, fencing. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Leases } from '../../../src/state/leases.ts';
import type { StateTables } from '../../../src/state/sql.ts';
import { openState } from '../../../src/state/state.ts';
import type { Session } from '../../../src/warehouse/warehouse.ts';
import type { World } from '../../../src/world.ts';
import { quickWorld } from '../../delivery/quick-world.ts';
import { engines, type Opened } from '../../engines.ts';

const NOW = { waitMs: 0 };
const LEASE = 30_000_000n;

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    let tables: StateTables;
    /** The warehouse's clock runs ahead by this. */
    let ahead = 0n;
    let session: Session;
    const ends: (() => void)[] = [];

    beforeEach(async () => {
      ahead = 0n;
      opened = await engine.open();
      session = { ...opened.session, now: async () => (await opened.session.now()) + ahead };
      const { world, end } = quickWorld(900);
      ends.push(end);
      const { warehouse } = opened;
      ({ tables } = await openState({ session, warehouse, schema: 'segsync', world, access: 'write' }));
    });
    afterEach(async () => {
      for (const end of ends.splice(0)) end();
      await opened.drop();
    });

    /** A process; `changes` to its world; `end` kills it. */
    function holder(
      id: number,
      changes: Partial<World['process']> = {},
      through: Session = session,
    ): { leases: Leases; end: () => void } {
      const { slow, end } = quickWorld(id);
      ends.push(end);
      const world = { ...slow, process: { ...slow.process, ...changes } };
      return { leases: new Leases({ session: through, tables, world, singleProcess: false }), end };
    }

    test('what one holds is left out for another, and named', async () => {
      const [first, second] = [holder(1), holder(2)];
      expect((await first.leases.acquire(['a', 'b'], NOW)).lost).toEqual([]);
      const { held, lost } = await second.leases.acquire(['b', 'c'], NOW);
      expect([...held]).toEqual(['c']);
      expect(lost).toEqual([{ name: 'b', owner: expect.stringMatching(/:1:/) }]);
      expect(await first.leases.owners(['a', 'b', 'c'])).toBe(2);
    });

    test('of many at once each lease has one holder', async () => {
      const names = ['a', 'b', 'c', 'd'];
      const holders = [1, 2, 3, 4].map((id) => holder(id).leases);
      const all = await Promise.all(
        holders.map((leases, index) => leases.acquire(index % 2 ? names : [...names].reverse(), NOW)),
      );
      const held = all.flatMap(({ held }) => [...held]);
      expect(held.sort()).toEqual(names);
    });

    test('given back, it is free at once; waiting for it pays', async () => {
      const [first, second] = [holder(1), holder(2)];
      await first.leases.acquire(['a'], NOW);
      const waiting = second.leases.acquire(['a'], { waitMs: 20_000 });
      await first.leases.release();
      expect([...(await waiting).held]).toEqual(['a']);
    });

    test('given back while another looks, it is free too', async () => {
      const first = holder(1).leases;
      await first.acquire(['a'], NOW);
      const releasing: Session = {
        ...session,
        transaction: (work, options) =>
          session.transaction(async (transaction) => {
            const query: typeof transaction.query = async (sql) => {
              const rows = await transaction.query(sql);
              await first.release();
              return rows;
            };
            return work({ ...transaction, query });
          }, options),
      };
      const second = holder(2, {}, releasing).leases;
      expect([...(await second.acquire(['a'], { waitMs: 20_000 })).held]).toEqual(['a']);
    });

    test('a holder on this host whose process is gone is dead at once', async () => {
      const [first, second] = [holder(1), holder(2)];
      await first.leases.acquire(['a'], NOW);
      expect([...(await second.leases.acquire(['a'], NOW)).held]).toEqual([]);
      first.end();
      expect([...(await second.leases.acquire(['a'], NOW)).held]).toEqual(['a']);
    });

    test('a holder on another host is dead when its lease has expired, by the warehouse’s clock', async () => {
      const [first, second] = [holder(1, { host: 'elsewhere' }), holder(2)];
      await first.leases.acquire(['a'], NOW);
      first.end();
      ahead = LEASE - 5_000_000n;
      expect([...(await second.leases.acquire(['a'], NOW)).held]).toEqual([]);
      ahead = LEASE + 1_000_000n;
      expect([...(await second.leases.acquire(['a'], NOW)).held]).toEqual(['a']);
    });

    test('a holder that slept through its lease commits nothing', async () => {
      const [first, second] = [holder(1), holder(2)];
      await first.leases.acquire(['a'], NOW);
      ahead = LEASE + 1_000_000n;
      await second.leases.acquire(['a'], NOW);
      const write = first.leases.fenced(['a'], (transaction) =>
        transaction.execute(`INSERT INTO ${tables.name('meta')} (name, value) VALUES ('stale', '1')`),
      );
      await expect(write).rejects.toMatchObject({ diagnostics: [{ code: 'E502' }], exit: 75 });
      expect(await session.query(`SELECT name FROM ${tables.name('meta')} WHERE name = 'stale'`)).toEqual([]);
      await second.leases.fenced(['a'], async () => {});
    });

    test('a lease that was taken over and given back is still not the first holder’s', async () => {
      const [first, second] = [holder(1), holder(2)];
      await first.leases.acquire(['a'], NOW);
      ahead = LEASE + 1_000_000n;
      await second.leases.acquire(['a'], NOW);
      await second.leases.release();
      await expect(first.leases.fenced(['a'], async () => {})).rejects.toMatchObject({ exit: 75 });
    });

    test('a commit that takes longer than a lease keeps it, whatever is renewed meanwhile', async () => {
      const { world, end } = quickWorld(4);
      ends.push(end);
      const leases = new Leases({ session, tables, world, singleProcess: false });
      await leases.acquire(['a', 'b'], NOW);
      // 600 ms of ours are a lease of the quick world, and three renewals.
      const work = leases.fenced(
        ['a'],
        async (transaction) => {
          await new Promise((resolve) => setTimeout(resolve, 900));
          return transaction.query('SELECT 1 AS one');
        },
        { isolation: 'snapshot' },
      );
      expect(await work).toEqual([{ one: '1' }]);
      expect(leases.remainingMs('b')).toBeGreaterThan(0);
      await leases.fenced(['a', 'b'], async () => {});
      await leases.release();
    });

    test('renewed, it lasts', async () => {
      const { world, end } = quickWorld(3);
      ends.push(end);
      const leases = new Leases({ session, tables, world, singleProcess: false });
      await leases.acquire(['a'], NOW);
      // A lease of the quick world lasts 600 ms of ours.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(leases.remainingMs('a')).toBeGreaterThan(0);
      await leases.release();
      expect(leases.remainingMs('a')).toBe(0);
      expect(() => leases.checkHeld('a')).toThrow(/took over a/);
    });
  });
}
