/** Requests that were on their way while another process took over: what the one that sent them does when it finds out. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Company, type Person } from '../../delivery/company.ts';
import { Receiver } from '../../delivery/receiver.ts';
import { engines } from '../../engines.ts';

const ann: Person = { key: 'a', email: 'a@example.com', name: 'Ann', consents: true, member: true };
const gone: Person = { ...ann, member: false };

for (const engine of engines) {
  describe(engine.name, () => {
    let company: Company;
    beforeEach(async () => {
      company = await Company.found(engine);
    });
    afterEach(() => company.close());

    /** Another process takes the lease and does this, all before the first request of ours arrives. */
    function overtaken(...theirs: readonly string[]): Receiver {
      const receiver = new Receiver({ matchesBy: 'identifiers', chance: () => 0.99 });
      const { session } = company.opened;
      const send = receiver.send.bind(receiver);
      receiver.send = async (batch) => {
        receiver.send = send;
        await session.execute(
          "UPDATE segsync.leases SET owner = 'elsewhere:1:x', token = token + 1, expires_at = now() + INTERVAL '1 hour'",
        );
        for (const statement of theirs) await session.execute(statement);
        return send(batch);
      };
      return receiver;
    }

    const theirEnd = () => company.opened.session.execute('UPDATE segsync.leases SET owner = NULL');

    test('an add that comes after their removal is in doubt, and the next run removes it', async () => {
      await company.tick([ann]);
      const receiver = overtaken('DELETE FROM segsync.ledger', 'UPDATE segsync.syncs SET members = 0');
      const { error } = await company.deliver(receiver);
      expect(error?.code).toBe('E502');
      expect([...receiver.audience.keys()]).toEqual(['a@example.com']);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['a sending']);
      expect(await company.rows('syncs', 'members')).toEqual(['1']);
      await theirEnd();
      await company.tick([gone]);
      await company.deliver(receiver);
      expect([...receiver.audience.keys()]).toEqual([]);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual([]);
      expect(await company.rows('syncs', 'members')).toEqual(['0']);
    });

    test('a removal that comes after their add is in doubt, and the next run adds again', async () => {
      await company.tick([ann]);
      await company.deliver(new Receiver({ matchesBy: 'identifiers', chance: () => 0.99 }));
      await company.tick([gone]);
      const receiver = overtaken("UPDATE segsync.ledger SET state = 'delivered', batch_id = 'theirs'");
      await company.deliver(receiver);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['a sending']);
      await theirEnd();
      await company.tick([ann]);
      await company.deliver(receiver);
      expect([...receiver.audience.keys()]).toEqual(['a@example.com']);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['a delivered']);
    });

    test('a question that they have open on the same key ends their lease: its answer would hide ours', async () => {
      await company.tick([ann]);
      const receiver = overtaken("UPDATE segsync.ledger SET batch_id = 'theirs'");
      await company.deliver(receiver);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['a sending']);
      const [lease] = await company.opened.session.query('SELECT owner FROM segsync.leases');
      expect(lease!.owner).toBe(null);
    });

    test('what nobody has touched since stays as it was asked, and theirs is the lease', async () => {
      await company.tick([ann]);
      const receiver = overtaken();
      await company.deliver(receiver);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['a sending']);
      const [lease] = await company.opened.session.query('SELECT owner FROM segsync.leases');
      expect(lease!.owner).toBe('elsewhere:1:x');
    });

    test('the sync is due at once, whenever its tier is', async () => {
      await company.tick([ann]);
      const receiver = overtaken(
        'DELETE FROM segsync.ledger',
        'UPDATE segsync.syncs SET delivered_at = now()',
      );
      await company.deliver(receiver);
      expect(await company.rows('syncs', 'delivered_at IS NULL')).toEqual(['true']);
    });
  });
}
