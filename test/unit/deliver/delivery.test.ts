/** One delivery after another, on real engines: what is sent, and what the ledger then says. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiagnosedError, diagnose } from '../../../src/diagnostics/diagnostic.ts';
import { DAY, MINUTE } from '../../../src/instant.ts';
import { Company, type Mapping, type Person } from '../../delivery/company.ts';
import { all, Receiver, type ReceiverOptions } from '../../delivery/receiver.ts';
import { engines } from '../../engines.ts';

function person(key: string, changes: Partial<Person> = {}): Person {
  return { key, email: `${key}@example.com`, name: 'Ann', consents: true, member: true, ...changes };
}

function people(count: number, changes: Partial<Person> = {}, from = 0): Person[] {
  return Array.from({ length: count }, (_, index) => person(`p${from + index}`, changes));
}

function receiverOf(options: Partial<ReceiverOptions> = {}): Receiver {
  return new Receiver({ matchesBy: 'identifiers', chance: () => 0.99, ...options });
}

/** `remove a@example.com`, one line a change, in the order of sending. */
function sent(receiver: Receiver): string[] {
  const lines = receiver.requests.flatMap(({ changes }) =>
    changes.map(({ op, key, identifiers }) => `${op} ${key} ${Object.values(identifiers).join(' ')}`.trim()),
  );
  receiver.requests.length = 0;
  return lines;
}

for (const engine of engines) {
  describe(engine.name, () => {
    let company: Company;
    beforeEach(async () => {
      company = await Company.found(engine);
    });
    afterEach(() => company.close());

    test('rows stand in the ledger as questions before they are sent, and as delivered after', async () => {
      const seen: Promise<string[]>[] = [];
      const receiver = receiverOf({
        onRequest: () => seen.push(company.rows('ledger', 'entity_key, state')),
      });
      await company.tick([person('a')]);
      const result = await company.deliver(receiver);
      expect(await Promise.all(seen)).toEqual([['a sending']]);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['a delivered']);
      expect(result).toMatchObject({
        planned: { add: 1, remove: 0, update: 0 },
        delivered: { add: 1 },
        waiting: 0,
      });
      expect(result, 'dated by its tick alone').not.toHaveProperty('measured');
    });

    test('what a change was caused by long before its tick is what its freshness counts from', async () => {
      await company.tick([person('a'), person('b')]);
      await company.deliver(receiverOf());
      await company.tick([person('a', { member: false }), person('c')], 10n * MINUTE);
      const result = await company.deliver(receiverOf());
      expect(result.measured).toEqual({ promise_ms: 60_000, changes: 2, kept: 0, kept_share: 0 });
      expect(result.freshness_ms!.p50).toBeGreaterThanOrEqual(600_000);
      expect(result.freshness_ms!.p99).toBeLessThan(700_000);
    });

    test('a removal uses the identifiers in the ledger, though the customer is gone', async () => {
      const receiver = receiverOf();
      await company.tick([person('a')]);
      await company.deliver(receiver);
      await company.tick([person('a', { member: false, email: 'new@example.com' })]);
      sent(receiver);
      await company.deliver(receiver);
      expect(sent(receiver)).toEqual(['remove a a@example.com']);
      expect(await company.rows('ledger', 'entity_key')).toEqual([]);
    });

    test('another address: the old one is removed, and the new one added once that is acknowledged', async () => {
      const receiver = receiverOf();
      await company.tick([person('a')]);
      await company.deliver(receiver);
      sent(receiver);
      await company.tick([person('a', { email: 'new@example.com' })]);
      const result = await company.deliver(receiver);
      expect(sent(receiver)).toEqual(['remove a a@example.com', 'add a new@example.com']);
      expect(result).toMatchObject({ planned: { update: 1, add: 0, remove: 0 }, delivered: { update: 1 } });
      expect([...receiver.audience.keys()]).toEqual(['new@example.com']);
    });

    test('two accounts with one address: it stays until the last of them leaves', async () => {
      const receiver = receiverOf();
      const both = ['a', 'b'].map((key) => person(key, { email: 'family@example.com' }));
      await company.tick(both);
      await company.deliver(receiver);
      sent(receiver);
      await company.tick([{ ...both[0]!, member: false }]);
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { remove: 1 } });
      expect(sent(receiver)).toEqual([]);
      expect([...receiver.audience.keys()]).toEqual(['family@example.com']);
      await company.tick([{ ...both[1]!, member: false }]);
      await company.deliver(receiver);
      expect(sent(receiver)).toEqual(['remove b family@example.com']);
      expect(await company.rows('syncs', 'members')).toEqual(['0']);
    });

    test('one leaves and another comes with the same address: a removal tried again late does not undo the add', async () => {
      const receiver = receiverOf();
      await company.tick([person('a', { email: 'family@example.com' })]);
      await company.deliver(receiver);
      sent(receiver);
      let failures = 3;
      receiver.answer = (batch) => {
        if (batch.op === 'remove' && failures-- > 0) {
          return all(batch, { kind: 'retry', code: 'busy', message: 'busy' });
        }
        for (const change of batch.changes) receiver.apply(change);
        return all(batch, { kind: 'delivered' });
      };
      await company.tick([
        person('a', { member: false }),
        person('b', { email: 'family@example.com' }),
        person('c'),
      ]);
      await company.deliver(receiver);
      expect([...receiver.audience.keys()].sort()).toEqual(['c@example.com', 'family@example.com']);
      expect(sent(receiver).at(-1)).toBe('add b family@example.com');
    });

    test('a destination that knows keys removes a key whatever address others have', async () => {
      const receiver = receiverOf({ matchesBy: 'key' });
      const both = ['a', 'b'].map((key) => person(key, { email: 'family@example.com' }));
      await company.tick(both);
      await company.deliver(receiver);
      await company.tick([{ ...both[0]!, member: false }]);
      await company.deliver(receiver);
      expect([...receiver.audience.keys()]).toEqual(['b']);
    });

    test('removals go first', async () => {
      const receiver = receiverOf();
      await company.tick([person('y'), person('z')]);
      await company.deliver(receiver);
      sent(receiver);
      await company.tick([person('a'), person('z', { member: false })]);
      await company.deliver(receiver);
      expect(sent(receiver)).toEqual(['remove z z@example.com', 'add a a@example.com']);
    });

    test('in and out again before delivery costs no call', async () => {
      const receiver = receiverOf();
      await company.tick([person('z')]);
      await company.deliver(receiver);
      sent(receiver);
      await company.tick([person('a')]);
      await company.tick([person('a', { member: false })]);
      await company.deliver(receiver);
      expect(sent(receiver)).toEqual([]);
    });

    test('a bad row is found in a batch that is refused whole, is final, and is tried again when it changes', async () => {
      const receiver = receiverOf({ refuses: ({ fields }) => fields.name === 'bad' });
      await company.tick([...people(5), person('q', { name: 'bad' })]);
      const result = await company.deliver(receiver);
      expect(result).toMatchObject({ delivered: { add: 5 }, rejected: 1, waiting: 0 });
      expect(await company.rows('rejections', 'entity_key, op, code, attempts, dead')).toEqual([
        'q add bad_row 1 true',
      ]);
      expect((await company.rows('ledger', 'entity_key')).length).toBe(5);
      expect(result.rejections).toEqual([{ code: 'bad_row', message: 'a row is bad', rows: 1 }]);
      sent(receiver);
      await company.deliver(receiver, { consent: false });
      expect(sent(receiver)).toEqual([]);
      await company.tick([person('q', { name: 'good' })]);
      await company.deliver(receiver);
      expect(sent(receiver)).toEqual(['add q q@example.com']);
      expect(await company.rows('rejections', 'entity_key')).toEqual([]);
    });

    test('a rejected removal stays in the ledger and is tried again the next day', async () => {
      const receiver = receiverOf();
      await company.tick([person('a')]);
      await company.deliver(receiver);
      await company.tick([person('a', { member: false })]);
      receiver.answer = (batch) => all(batch, { kind: 'rejected', code: 'no', message: 'not now' });
      expect(await company.deliver(receiver)).toMatchObject({ rejected: 1, delivered: { remove: 0 } });
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['a delivered']);
      receiver.answer = undefined;
      sent(receiver);
      await company.deliver(receiver);
      expect(sent(receiver)).toEqual([]);
      const tomorrow = (await company.opened.session.now()) + 86_400_000_000n;
      await company.deliver(receiver, {}, { now: tomorrow });
      expect(sent(receiver)).toEqual(['remove a a@example.com']);
      expect(await company.rows('rejections', 'entity_key')).toEqual([]);
    });

    test('a rejected update leaves what was acknowledged before', async () => {
      const receiver = receiverOf();
      await company.tick([person('a')]);
      await company.deliver(receiver);
      const before = await company.rows('ledger', 'entity_key, state, payload_hash');
      receiver.answer = (batch) => all(batch, { kind: 'rejected', code: 'no', message: 'bad name' });
      await company.tick([person('a', { name: 'Bob' })]);
      await company.deliver(receiver);
      expect(await company.rows('ledger', 'entity_key, state, payload_hash')).toEqual(before);
    });

    test('a destination that is down ends the run in time, with everything left for the next', async () => {
      const receiver = receiverOf();
      await company.tick(people(20));
      receiver.answer = (batch) => all(batch, { kind: 'retry', code: '503', message: 'HTTP 503' });
      const result = await company.deliver(receiver);
      expect(result).toMatchObject({ waiting: 20, delivered: { add: 0 }, error: { code: 'E454' } });
      expect(await company.rows('syncs', 'sync', 'tick_id IS NULL')).toEqual(['s.dest']);
      receiver.answer = undefined;
      expect(await company.deliver(receiver)).toMatchObject({ waiting: 0, delivered: { add: 20 } });
    });

    test('one row that never gets an answer does not hold up the others, and stays a question', async () => {
      const receiver = receiverOf();
      receiver.answer = (batch) => ({
        receipts: batch.changes.map(({ key }) =>
          key === 'p3' ? { kind: 'retry', code: 'busy', message: 'busy' } : { kind: 'delivered' },
        ),
      });
      await company.tick(people(9));
      const result = await company.deliver(receiver);
      expect(result).toMatchObject({ waiting: 1, delivered: { add: 8 } });
      expect(await company.rows('ledger', 'entity_key', "state = 'sending'")).toEqual(['p3']);
      // It stays due, whatever its tier: the next run asks again.
      expect(await company.rows('syncs', 'sync', 'delivered_at IS NULL')).toHaveLength(1);
      expect(await company.deliver(receiverOf())).toMatchObject({ waiting: 0, delivered: { add: 1 } });
      expect(await company.rows('syncs', 'sync', 'delivered_at IS NULL')).toEqual([]);
    });

    test('a segment that is empty at first still has its first load before it', async () => {
      const mapping: Mapping = { guards: { maxRemove: '30', maxAdd: '50', minGuardedSize: 5 } };
      await company.tick([]);
      await company.deliver(receiverOf(), mapping);
      await company.tick(people(15));
      expect(await company.deliver(receiverOf(), mapping)).toMatchObject({ delivered: { add: 15 } });
      await company.tick(people(40));
      expect(await company.deliver(receiverOf(), mapping)).toMatchObject({ held: { guard: 'max_add' } });
    });

    test('refused credentials fail the sync, and what was not sent is left', async () => {
      const receiver = receiverOf();
      await company.tick(people(9));
      receiver.answer = () => {
        throw new DiagnosedError([diagnose('E401', { destination: 'dest', status: 401 })]);
      };
      expect(await company.deliver(receiver)).toMatchObject({ error: { code: 'E401' }, waiting: 9 });
      receiver.answer = undefined;
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 9 }, waiting: 0 });
    });

    test('interrupted: what is in flight ends and is written, nothing new begins', async () => {
      const stop = new AbortController();
      const receiver = receiverOf({ limits: { concurrency: 1 }, onRequest: () => stop.abort() });
      await company.tick(people(9));
      const result = await company.deliver(receiver, {}, { signal: stop.signal });
      expect(result.error).toBeUndefined();
      expect(result).toMatchObject({ delivered: { add: 3 }, waiting: 6 });
      expect((await company.rows('ledger', 'entity_key', "state = 'delivered'")).length).toBe(3);
      await company.deliver(receiver);
      expect(receiver.audience.size).toBe(9);
    });

    test('the same batch has the same id when it is tried again, another when the change comes again', async () => {
      const receiver = receiverOf();
      let failures = 2;
      receiver.answer = (batch) =>
        all(batch, failures-- > 0 ? { kind: 'retry', code: 'x', message: 'x' } : { kind: 'delivered' });
      await company.tick([person('a')]);
      await company.deliver(receiver);
      await company.tick([person('a', { member: false })]);
      await company.deliver(receiver);
      await company.tick([person('a')]);
      await company.deliver(receiver);
      const ids = receiver.requests.filter(({ op }) => op === 'add').map(({ id }) => id);
      expect(ids.length).toBe(4);
      expect(new Set(ids).size).toBe(2);
      expect(await company.rows('batches', 'op, status, attempts')).toEqual([
        'add delivered 1',
        'add delivered 3',
        'remove delivered 1',
      ]);
    });

    test('another audience starts with an empty ledger and a first load', async () => {
      const receiver = receiverOf();
      await company.tick(people(3));
      await company.deliver(receiver);
      receiver.ref = 'audience-2';
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 3 } });
      expect(await company.rows('ledger', 'audience_ref, entity_key')).toHaveLength(6);
      expect(await company.rows('syncs', 'audience_ref, members')).toEqual(['audience-2 3']);
    });

    test('another mapping makes everyone a candidate', async () => {
      const receiver = receiverOf();
      await company.tick([...people(3), person('x', { consents: false })]);
      await company.deliver(receiver);
      sent(receiver);
      await company.deliver(receiver, { consent: false });
      expect(sent(receiver)).toEqual(['add x x@example.com']);
    });

    test('a guard holds a sync that would remove too many, in one run or in bites, and every run judges anew', async () => {
      const receiver = receiverOf({ limits: { batchRows: 50 } });
      const mapping: Mapping = { guards: { maxRemove: '30', maxAdd: '50', minGuardedSize: 5 } };
      await company.tick(people(100));
      expect(await company.deliver(receiver, mapping)).toMatchObject({ delivered: { add: 100 } });
      await company.tick(people(20, { member: false }));
      expect(await company.deliver(receiver, mapping)).toMatchObject({ delivered: { remove: 20 } });
      await company.tick(people(20, { member: false }, 20));
      const held = await company.deliver(receiver, mapping);
      expect(held).toMatchObject({
        held: { guard: 'max_remove', figure: '40.0% (40 of 100)', limit: '30%' },
        planned: { remove: 20 },
        delivered: { remove: 0 },
      });
      expect((await company.rows('syncs', 'held_reason'))[0]).toContain('would remove 40.0%');
      const lifted = await company.deliver(receiver, mapping, { allow: { removal: true } });
      expect(lifted).toMatchObject({ delivered: { remove: 20 } });
      expect(await company.rows('syncs', 'sync', 'held_reason IS NULL')).toEqual(['s.dest']);
    });

    test('a guard holds a sync that would add too many, the first load apart', async () => {
      const receiver = receiverOf({ limits: { batchRows: 50 } });
      const mapping: Mapping = { guards: { maxRemove: '30', maxAdd: '50', minGuardedSize: 5 } };
      await company.tick(people(40));
      await company.deliver(receiver, mapping);
      await company.tick(people(30, {}, 40));
      const held = await company.deliver(receiver, mapping);
      expect(held).toMatchObject({
        held: { guard: 'max_add', figure: '75.0% (30 of 40)' },
        delivered: { add: 0 },
      });
      await company.tick(people(15, { member: false }, 40));
      expect(await company.deliver(receiver, mapping)).toMatchObject({ delivered: { add: 15 } });
    });

    test('explain says what a delivery then does, and writes nothing', async () => {
      const receiver = receiverOf();
      await company.tick(people(10));
      await company.deliver(receiver);
      await company.tick([
        ...people(2, { member: false }),
        ...people(2, { name: 'Bob' }, 2),
        ...people(4, {}, 20),
        person('n', { email: null }),
      ]);
      const process = await company.process(receiver);
      const before = await company.rows('syncs', 'sync, tick_id, members');
      const explained = await process.explain();
      expect(explained).toMatchObject({
        planned: { add: 4, remove: 2, update: 2 },
        requests: 4,
        unmatchable: 1,
      });
      expect(await company.rows('syncs', 'sync, tick_id, members')).toEqual(before);
      expect(await company.rows('ledger', 'entity_key', "state = 'sending'")).toEqual([]);
    });

    test('members are added again before the audience forgets them, once', async () => {
      const receiver = receiverOf();
      await company.tick(people(2));
      await company.deliver(receiver);
      const now = (await company.opened.session.now()) + 28n * DAY;
      const forgetful = { session: receiver, manifest: { ...receiver.manifest(), forgetsAfter: 30n * DAY } };
      await company.tick([person('q')]);
      sent(receiver);
      const options = { now, destination: forgetful };
      expect(await company.deliver(receiver, {}, options)).toMatchObject({
        delivered: { add: 1, update: 2 },
      });
      expect(sent(receiver)).toEqual([
        'add p0 p0@example.com',
        'add p1 p1@example.com',
        'add q q@example.com',
      ]);
      await company.deliver(receiver, {}, { ...options, now: now + DAY });
      expect(sent(receiver)).toEqual([]);
    });

    test('remove_only takes members out of an audience that others fill, and remembers', async () => {
      const receiver = receiverOf();
      receiver.audience.set('p0@example.com', undefined as never);
      await company.tick(people(2));
      expect(await company.deliver(receiver, { mode: 'remove_only' })).toMatchObject({
        delivered: { remove: 2 },
      });
      expect(receiver.audience.size).toBe(0);
      sent(receiver);
      await company.tick(people(1, { member: false }));
      await company.deliver(receiver, { mode: 'remove_only' });
      expect(sent(receiver)).toEqual([]);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p1 delivered']);
    });
  });
}
