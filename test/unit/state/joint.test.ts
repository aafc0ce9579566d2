/** Transactions that become one on real engines: each member as if it were alone. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JointCommits } from '../../../src/state/joint.ts';
import { Leases } from '../../../src/state/leases.ts';
import type { StateTables } from '../../../src/state/sql.ts';
import { openState } from '../../../src/state/state.ts';
import type { Session, Statements } from '../../../src/warehouse/warehouse.ts';
import { writeInOrder } from '../../../src/warehouse/writes.ts';
import { realWorld } from '../../../src/world.ts';
import { quickWorld } from '../../delivery/quick-world.ts';
import { engines, type Opened } from '../../engines.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const NAMES = ['a', 'b', 'c', 'd', 'e'];

// Where several writes are one message.
for (const engine of engines.filter(({ name }) => name === 'postgres')) {
  describe(engine.name, () => {
    let opened: Opened;
    let tables: StateTables;
    let leases: Leases;
    let transactions: number;
    let end: () => void;

    beforeEach(async () => {
      opened = await engine.open();
      await opened.session.execute('CREATE TABLE noted (name text, nth integer)');
      transactions = 0;
      const session: Session = {
        ...opened.session,
        transaction: (work, options) => {
          transactions++;
          return opened.session.transaction(work, options);
        },
      };
      const quick = quickWorld(900);
      end = quick.end;
      const { warehouse } = opened;
      const { world } = quick;
      ({ tables } = await openState({ session, warehouse, schema: 'segsync', world, access: 'write' }));
      leases = new Leases({ session, tables, world: quick.slow, singleProcess: false });
      await leases.acquire(NAMES, { waitMs: 0 });
      transactions = 0;
    });
    afterEach(async () => {
      end();
      await opened.drop();
    });

    /** Two writes that build on each other, as a flush and its end do. */
    const note =
      (name: string, attempts: boolean[] = []) =>
      async (transaction: Statements, again: boolean): Promise<number> => {
        attempts.push(again);
        const [first] = await writeInOrder(transaction, [
          { table: 'noted', columns: ['name', 'nth'], rows: [[name, '1']] },
          `INSERT INTO noted (name, nth) VALUES ('${name}', 2)`,
        ]);
        const [, updated] = await writeInOrder(transaction, [
          `INSERT INTO noted (name, nth) VALUES ('${name}', ${2 + first!})`,
          `UPDATE noted SET nth = nth * 10 WHERE name = '${name}'`,
        ]);
        return updated!;
      };

    const noted = async (): Promise<string[]> => {
      const rows = await opened.session.query('SELECT name, nth FROM noted ORDER BY name, nth');
      return rows.map(({ name, nth }) => `${name}${nth}`);
    };

    test('those who are there go together, those who come meanwhile with the next; each has its own counts', async () => {
      const joint = new JointCommits(leases, real.timers);
      const late: Promise<number>[] = [];
      const first = async (transaction: Statements, again: boolean): Promise<number> => {
        late.push(...['d', 'e'].map((name) => joint.run(name, note(name), '')));
        return note('a')(transaction, again);
      };
      const together = [
        joint.run('a', first, ''),
        ...['b', 'c'].map((name) => joint.run(name, note(name), '')),
      ];
      expect(await Promise.all(together)).toEqual([3, 3, 3]);
      expect(await Promise.all(late)).toEqual([3, 3]);
      expect(await noted()).toEqual(NAMES.flatMap((name) => [`${name}10`, `${name}20`, `${name}30`]));
      expect(transactions).toBe(2);
    });

    test('whoever may still come is waited for, for a moment', async () => {
      const { timers } = real;
      const joint = new JointCommits(leases, timers);
      const comes = (ms: number, name: string) =>
        joint.among(async () => {
          await timers.sleep(ms);
          return joint.run(name, note(name), '');
        });
      await Promise.all([comes(0, 'a'), comes(1, 'b'), joint.among(() => timers.sleep(2)), comes(2, 'c')]);
      expect(transactions).toBe(1);
      let isCommitted = false;
      const slow = joint.among(() => timers.sleep(3_000).then(() => isCommitted));
      await comes(0, 'd').then(() => {
        isCommitted = true;
      });
      expect(await slow).toBe(true);
      expect(transactions).toBe(2);
    });

    test('one that fails spoils nobody else’s: the others are done again alone', async () => {
      const joint = new JointCommits(leases, real.timers);
      const attempts: boolean[] = [];
      const failing = async (transaction: Statements): Promise<never> => {
        await writeInOrder(transaction, ["INSERT INTO noted (name, nth) VALUES ('wrong', 1)"]);
        throw new Error('it changed its mind');
      };
      const [first, second, wrong, third] = await Promise.allSettled([
        joint.run('a', note('a'), ''),
        joint.run('b', note('b', attempts), ''),
        joint.run('c', failing, ''),
        joint.run('d', note('d'), ''),
      ]);
      expect([first, second, third].map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
      expect(wrong).toMatchObject({ status: 'rejected', reason: { message: 'it changed its mind' } });
      expect(attempts).toEqual([false, true]);
      expect(await noted()).toEqual(
        ['a', 'b', 'd'].flatMap((name) => [`${name}10`, `${name}20`, `${name}30`]),
      );
    });

    test('a statement that the warehouse refuses fails its own member alone', async () => {
      const joint = new JointCommits(leases, real.timers);
      const refused = async (transaction: Statements): Promise<unknown> =>
        writeInOrder(transaction, ['INSERT INTO nowhere (name) VALUES (1)']);
      const results = await Promise.allSettled([
        joint.run('a', note('a'), ''),
        joint.run('b', refused, ''),
        joint.run('c', note('c'), ''),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await noted()).toEqual(['a', 'c'].flatMap((name) => [`${name}10`, `${name}20`, `${name}30`]));
    });

    test('whoever lost its lease commits nothing, the others do', async () => {
      await opened.session.execute(
        `UPDATE ${tables.name('leases')} SET owner = 'other', token = token + 1 WHERE name = 'c'`,
      );
      const joint = new JointCommits(leases, real.timers);
      const results = await Promise.allSettled(NAMES.map((name) => joint.run(name, note(name), '')));
      expect(results.map(({ status }) => status)).toEqual(
        NAMES.map((name) => (name === 'c' ? 'rejected' : 'fulfilled')),
      );
      expect(results[2]).toMatchObject({ reason: { diagnostics: [{ code: 'E502' }] } });
      expect((await noted()).filter((name) => name.startsWith('c'))).toEqual([]);
      expect(await noted()).toHaveLength(12);
    });
  });
}
