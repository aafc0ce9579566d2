/** Asynchronous jobs of the other side: polled to their end, across restarts, with the key's next operation waiting. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Batch, JobState } from '../../../src/destination/destination.ts';
import { HOUR, MINUTE } from '../../../src/instant.ts';
import { Company, type Person } from '../../delivery/company.ts';
import { all, Receiver } from '../../delivery/receiver.ts';
import { engines } from '../../engines.ts';

/** Takes every batch as a job that runs until it is told to end. */
class Asynchronous extends Receiver {
  readonly jobs = new Map<string, { batch: Batch; state: JobState }>();
  polls = 0;

  override async send(batch: Batch) {
    await super.send(batch);
    const job = `job-${this.jobs.size + 1}`;
    this.jobs.set(job, { batch, state: { kind: 'running' } });
    return all(batch, { kind: 'accepted', job });
  }

  async poll(job: string): Promise<JobState> {
    this.polls++;
    return this.jobs.get(job)!.state;
  }

  /** Ends every job that runs; what is not rejected is applied. */
  end(state: Exclude<JobState, { kind: 'running' }> = { kind: 'done' }): void {
    for (const job of this.jobs.values()) {
      if (job.state.kind !== 'running') continue;
      job.state = state;
      if (state.kind !== 'done') continue;
      for (const change of job.batch.changes) if (!state.rejected?.has(change.key)) this.apply(change);
    }
  }
}

function receiverOf(matchesBy: 'key' | 'identifiers' = 'key'): Asynchronous {
  const receiver = new Asynchronous({ matchesBy, chance: () => 0 });
  // What `send` would apply is the job's to apply.
  receiver.answer = (batch) => all(batch, { kind: 'delivered' });
  return receiver;
}

function people(count: number, changes: Partial<Person> = {}): Person[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `p${index}`,
    email: `p${index}@example.com`,
    name: 'Ann',
    consents: true,
    member: true,
    ...changes,
  }));
}

for (const engine of engines) {
  describe(engine.name, () => {
    let company: Company;
    afterEach(() => company.close());

    test('rows stay questions until their job has ended, and are not asked again', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(4));
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 0 }, waiting: 4 });
      const requests = receiver.requests.length;
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 0 }, waiting: 4 });
      expect(receiver.requests.length).toBe(requests);
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 4 }, waiting: 0 });
      expect(receiver.requests.length).toBe(requests);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(
        [0, 1, 2, 3].map((n) => `p${n} delivered`),
      );
      expect(await company.deliver(receiver)).toMatchObject({ planned: { add: 0, update: 0 } });
      expect(receiver.requests.length).toBe(requests);
    });

    test('a change is measured when its job has ended, from its cause; who is rejected is not', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(3), 10n * MINUTE);
      const asked = await company.deliver(receiver);
      expect(asked, 'nobody has answered yet').not.toHaveProperty('measured');
      receiver.end({ kind: 'done', rejected: new Map([['p1', { code: 'bad', message: 'no such person' }]]) });
      const ended = await company.deliver(receiver);
      expect(ended).toMatchObject({ delivered: { add: 2 }, measured: { changes: 2, kept: 0 } });
      expect(ended.freshness_ms!.p50).toBeGreaterThanOrEqual(600_000);
      expect(ended.freshness_ms!.p99).toBeLessThan(700_000);
      const [line] = await company.rows('batches', 'freshness_ms', 'freshness_ms IS NOT NULL');
      expect(Number(line)).toBeGreaterThanOrEqual(600_000);
    });

    test('what changes meanwhile is sent once the job has ended, and not lost', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(3));
      await company.deliver(receiver);
      await company.tick([...people(1, { member: false }), { ...people(2)[1]!, name: 'Bea' }]);
      const requests = receiver.requests.length;
      await company.deliver(receiver);
      expect(receiver.requests.length).toBe(requests);
      receiver.end();
      await company.deliver(receiver);
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { remove: 1, update: 1 } });
      expect([...receiver.audience.keys()].sort()).toEqual(['p1', 'p2']);
      expect(receiver.audience.get('p1')!.fields).toEqual({ name: 'Bea' });
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p1 delivered', 'p2 delivered']);
    });

    test('a member whose address changes is taken out by one job and added by another', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(2));
      await company.deliver(receiver);
      receiver.end();
      await company.deliver(receiver);
      await company.tick([{ ...people(1)[0]!, email: 'new@example.com' }]);
      expect(await company.deliver(receiver)).toMatchObject({ waiting: 1 });
      expect(receiver.requests.at(-1)).toMatchObject({ op: 'remove' });
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { remove: 1 }, waiting: 1 });
      expect(receiver.requests.at(-1)).toMatchObject({ op: 'add', changes: [{ key: 'p0' }] });
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 1 }, waiting: 0 });
      expect(receiver.audience.get('p0')!.identifiers).toEqual({ email: 'new@example.com' });
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p0 delivered', 'p1 delivered']);
    });

    test('who leaves while a job takes them out to be added anew is not added', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(1));
      await company.deliver(receiver);
      receiver.end();
      await company.deliver(receiver);
      await company.tick(people(1, { email: 'new@example.com' }));
      await company.deliver(receiver);
      await company.tick(people(1, { member: false }));
      for (let runs = 0; runs < 3; runs++) {
        receiver.end();
        await company.deliver(receiver);
      }
      expect(receiver.requests.map(({ op }) => op).filter((op) => op === 'add')).toHaveLength(1);
      expect(receiver.audience.size).toBe(0);
      expect(await company.rows('ledger', 'entity_key')).toEqual([]);
    });

    test('an address whose owner is being taken out by a job is added for another only after it', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf('identifiers');
      await company.tick(people(2));
      await company.deliver(receiver);
      receiver.end();
      await company.deliver(receiver);
      const heir = { ...people(1)[0]!, key: 'heir' };
      const late = { ...people(2)[1]!, key: 'late' };
      await company.tick([...people(1, { member: false }), heir]);
      expect(await company.deliver(receiver)).toMatchObject({ waiting: 2 });
      expect(receiver.requests.at(-1)).toMatchObject({ op: 'remove' });
      // So does one who comes in a later run, and nobody is sent meanwhile.
      await company.tick([{ ...people(2)[1]!, member: false }, late]);
      expect(await company.deliver(receiver)).toMatchObject({ waiting: 4 });
      const requests = receiver.requests.length;
      expect(await company.deliver(receiver)).toMatchObject({ waiting: 4 });
      expect(receiver.requests.length).toBe(requests);
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { remove: 2 }, waiting: 2 });
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 2 }, waiting: 0 });
      expect([...receiver.audience.keys()].sort()).toEqual(['p0@example.com', 'p1@example.com']);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['heir delivered', 'late delivered']);
    });

    test('a row put off beside others that a job took is not delivered with them', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      const busy = { kind: 'retry', code: 'busy', message: 'later', afterMs: 86_400_000 } as const;
      const send = receiver.send.bind(receiver);
      receiver.send = async (batch) => {
        const outcome = await send(batch);
        if (!('receipts' in outcome)) return outcome;
        return {
          httpStatus: 202,
          receipts: outcome.receipts.map((receipt, row) =>
            batch.changes[row]!.key === 'p1' ? busy : receipt,
          ),
        };
      };
      await company.tick(people(3));
      expect(await company.deliver(receiver)).toMatchObject({ waiting: 3 });
      receiver.send = send;
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 2 }, waiting: 1 });
      expect(receiver.requests.at(-1)!.changes.map(({ key }) => key)).toEqual(['p1']);
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 1 }, waiting: 0 });
    });

    test('rows that a job rejects are rejected, the others delivered', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(3));
      await company.deliver(receiver);
      receiver.end({ kind: 'done', rejected: new Map([['p1', { code: 'bad', message: 'no such person' }]]) });
      expect(await company.deliver(receiver)).toMatchObject({
        delivered: { add: 2 },
        rejected: 1,
        waiting: 0,
      });
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p0 delivered', 'p2 delivered']);
      expect(await company.rows('rejections', 'entity_key, op, code')).toEqual(['p1 add bad']);
      const requests = receiver.requests.length;
      await company.deliver(receiver);
      expect(receiver.requests.length, 'final until the row changes').toBe(requests);
    });

    test('rows that a job could not use, and does not name, are delivered and counted', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(3));
      expect(await company.deliver(receiver)).not.toHaveProperty('invalid');
      receiver.end({ kind: 'done', invalid: 2 });
      expect(await company.deliver(receiver)).toMatchObject({
        delivered: { add: 3 },
        rejected: 0,
        invalid: 2,
      });
      expect(await company.deliver(receiver)).not.toHaveProperty('invalid');
    });

    test('who was there before a job rejected an update still is, and is removed one day', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(1));
      await company.deliver(receiver);
      receiver.end();
      await company.deliver(receiver);
      await company.tick(people(1, { name: 'Bea' }));
      await company.deliver(receiver);
      receiver.end({ kind: 'failed', again: false, code: 'bad', message: 'no' });
      expect(await company.deliver(receiver)).toMatchObject({ rejected: 1 });
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p0 delivered']);
      await company.tick(people(1, { member: false }));
      await company.deliver(receiver);
      receiver.end();
      await company.deliver(receiver);
      expect([...receiver.audience.keys()]).toEqual([]);
    });

    test('a job that failed and may be done again is asked for again', async () => {
      company = await Company.found(engine);
      const receiver = receiverOf();
      await company.tick(people(2));
      await company.deliver(receiver);
      receiver.end({ kind: 'failed', again: true, code: 'internal', message: 'try later' });
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 0 }, waiting: 2 });
      receiver.end();
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 2 }, waiting: 0 });
      expect([...receiver.audience.keys()].sort()).toEqual(['p0', 'p1']);
    });

    for (const taken of ['as a job', 'at once'] as const) {
      test(`a job whose answer was lost, worked off after its removal (taken ${taken}), is undone a day later`, async () => {
        company = await Company.found(engine);
        const receiver = receiverOf();
        await company.tick(people(2));
        const killed = await company.process(receiver);
        const send = receiver.send.bind(receiver);
        receiver.send = async (batch) => {
          await send(batch);
          killed.crash();
          throw new Error('killed');
        };
        await killed.run().catch((error: Error) => expect(error.message).toBe('killed'));
        receiver.send = send;
        await company.tick(people(1, { member: false }));
        if (taken === 'at once') {
          receiver.send = async (batch) => {
            const outcome = await send(batch);
            if (batch.op !== 'remove') return outcome;
            receiver.jobs.delete(`job-${receiver.jobs.size}`);
            for (const change of batch.changes) receiver.apply(change);
            return all(batch, { kind: 'delivered' });
          };
        }
        // The removal is worked off first, the add that nobody knows of after it.
        await company.deliver(receiver);
        for (const job of [...receiver.jobs.values()].reverse()) {
          job.state = { kind: 'done' };
          for (const change of job.batch.changes) receiver.apply(change);
        }
        await company.deliver(receiver);
        expect([...receiver.audience.keys()].sort()).toEqual(['p0', 'p1']);
        const requests = receiver.requests.length;
        await company.deliver(receiver);
        expect(receiver.requests.length, 'not before its time').toBe(requests);
        const later = { now: (await company.opened.session.now()) + 25n * HOUR };
        await company.deliver(receiver, {}, later);
        receiver.end();
        await company.deliver(receiver, {}, later);
        expect([...receiver.audience.keys()]).toEqual(['p1']);
        await company.deliver(receiver, {}, { now: later.now + 25n * HOUR });
        expect(receiver.requests.length, 'once').toBe(requests + 1);
        expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p1 delivered']);
        expect(await company.rows('rejections', 'entity_key')).toEqual([]);
      });
    }
  });
}
