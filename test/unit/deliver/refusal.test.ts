/** Rows and batches that the other side will not have, on real engines: who is rejected, who stays due, what is told. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parcelOf } from '../../../src/deliver/parcel.ts';
import { Lane } from '../../../src/deliver/rate.ts';
import { RejectionReasons } from '../../../src/deliver/rejection-reasons.ts';
import { Sender } from '../../../src/deliver/sender.ts';
import { realWorld, type World } from '../../../src/world.ts';
import { Company, type Person } from '../../delivery/company.ts';
import { all, Receiver, type ReceiverOptions } from '../../delivery/receiver.ts';
import { engines } from '../../engines.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

function people(count: number, changes: Partial<Person> = {}): Person[] {
  return Array.from({ length: count }, (_, index) => {
    const key = `p${index.toString().padStart(2, '0')}`;
    return { key, email: `${key}@example.com`, name: 'Ann', consents: true, member: true, ...changes };
  });
}

function receiverOf(refuses: ReceiverOptions['refuses'], batchRows = 50): Receiver {
  return new Receiver({ matchesBy: 'identifiers', chance: () => 0.99, limits: { batchRows }, refuses });
}

for (const engine of engines) {
  describe(engine.name, () => {
    let company: Company;
    beforeEach(async () => {
      company = await Company.found(engine);
    });
    afterEach(() => company.close());

    test('a first batch of which every row is refused stops the sync, and nobody is rejected', async () => {
      await company.tick(people(105));
      const result = await company.deliver(receiverOf(() => true));
      expect(result).toMatchObject({
        error: {
          code: 'E456',
          message: expect.stringMatching(
            /^everything was refused, all 50 rows of a batch: bad_row a row is bad; /,
          ),
        },
        delivered: { add: 0 },
        rejected: 0,
        waiting: 105,
      });
      expect(await company.rows('rejections', 'entity_key')).toEqual([]);
      expect(await company.deliver(receiverOf(undefined))).toMatchObject({
        delivered: { add: 105 },
        waiting: 0,
      });
    });

    test('one row that is accepted makes the refusals of the others final', async () => {
      await company.tick(people(30));
      const result = await company.deliver(receiverOf(({ key }) => key !== 'p17'));
      expect(result).toMatchObject({ delivered: { add: 1 }, rejected: 29, waiting: 0 });
      expect(result.error).toBeUndefined();
      expect(await company.rows('rejections', 'entity_key', 'dead')).toHaveLength(29);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p17 delivered']);
    });

    test('half a batch that is bad is no reason to stop', async () => {
      await company.tick(people(50));
      const result = await company.deliver(receiverOf(({ key }) => key < 'p25'));
      expect(result).toMatchObject({ delivered: { add: 25 }, rejected: 25, waiting: 0 });
      expect(result.error).toBeUndefined();
    });

    test('few rows may all be bad', async () => {
      await company.tick(people(19));
      const result = await company.deliver(receiverOf(() => true));
      expect(result).toMatchObject({ rejected: 19, waiting: 0 });
      expect(result.error).toBeUndefined();
    });

    test('once something was accepted, a batch of bad rows is rejected', async () => {
      await company.tick(people(60));
      const receiver = receiverOf(({ key }) => key >= 'p30', 30);
      expect(await company.deliver(receiver)).toMatchObject({ delivered: { add: 30 }, rejected: 30 });
    });

    test('`--full` tries rejected rows again', async () => {
      await company.tick(people(1));
      const receiver = receiverOf(() => true);
      await company.deliver(receiver);
      await company.deliver(receiver);
      expect(receiver.requests).toHaveLength(1);
      expect(await company.deliver(receiver, {}, { full: true })).toMatchObject({ rejected: 1 });
      expect(await company.rows('rejections', 'entity_key, attempts')).toEqual(['p00 2']);
      expect(await company.deliver(receiverOf(undefined), {}, { full: true })).toMatchObject({
        delivered: { add: 1 },
      });
      expect(await company.rows('rejections', 'entity_key')).toEqual([]);
    });

    test('an unanswered second step of an update is no addition to the next run', async () => {
      const receiver = receiverOf(undefined);
      await company.tick(people(1));
      await company.deliver(receiver);
      await company.tick(people(1, { email: 'new@example.com' }));
      const late = { kind: 'retry', code: 'late', message: 'tomorrow', afterMs: 86_400_000 } as const;
      receiver.answer = (batch) => all(batch, batch.op === 'remove' ? { kind: 'delivered' } : late);
      expect(await company.deliver(receiver)).toMatchObject({ planned: { update: 1 }, waiting: 1 });
      receiver.answer = undefined;
      expect(await company.deliver(receiver)).toMatchObject({
        planned: { add: 0, update: 1 },
        delivered: { add: 0, update: 1 },
      });
    });

    test('a rejected second step of an update leaves nobody in the ledger', async () => {
      const receiver = receiverOf(undefined);
      await company.tick(people(1));
      await company.deliver(receiver);
      await company.tick(people(1, { email: 'new@example.com' }));
      const no = { kind: 'rejected', code: 'no', message: 'bad address' } as const;
      receiver.answer = (batch) => all(batch, batch.op === 'remove' ? { kind: 'delivered' } : no);
      await company.deliver(receiver);
      expect(await company.rows('ledger', 'entity_key')).toEqual([]);
    });
  });
}

test('the three commonest reasons are told, and their number is bounded', () => {
  const reasons = new RejectionReasons();
  const reject = (code: string, rows: number): void => {
    for (let row = 0; row < rows; row++) reasons.add({ code, message: 'no' });
  };
  for (let each = 0; each < 2_000; each++) reject(`rare_${each}`, 1);
  reject('rare_7', 3);
  reject('rare_1999', 9);
  reject('rare_3', 1);
  expect(reasons.commonest().map(({ code, rows }) => `${code} ${rows}`)).toEqual([
    'rare_7 4',
    'rare_3 2',
    'rare_0 1',
  ]);
});

test.each([
  [4_000, '3 attempts over 8s'],
  [6_000, '2 attempts over 6s'],
  [3_600_000, '1 attempt'],
])('says for how long it really tried when it is put off by %i ms', async (afterMs, tried) => {
  let now = 0;
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
  };
  const world: World = {
    ...real,
    clock: { ...real.clock, monotonic: () => now },
    timers: { ...real.timers, sleep },
    random: { ...real.random, fraction: () => 0 },
  };
  const receiver = receiverOf(undefined);
  receiver.answer = (batch) => all(batch, { kind: 'retry', code: 'busy', message: 'try later', afterMs });
  const to = {
    sync: 's.dest',
    segment: 's',
    audience: { name: 's', ref: 's' },
    kinds: {},
    after: '',
    events: false,
    idOf: ({ key }: { key: string }) => key,
    now: 0n,
  };
  const sender = new Sender({
    world,
    destination: receiver,
    to,
    lane: new Lane(world, receiver.limits),
    priority: 1,
    retryBoundMs: 10_000,
    checkLease: () => {},
    halt: new AbortController().signal,
    cutOff: new AbortController().signal,
    onAnswer: () => {},
  });
  const step = { op: 'add', identifiers: {}, fields: {}, hash: '', keeps: true } as const;
  const errand = { key: 'a', tickId: 1n, effect: 'add', step, later: [], inLedger: false } as const;
  await expect(sender.send(parcelOf([errand], to))).rejects.toMatchObject({
    diagnostics: [{ code: 'E454', message: `nothing got through in ${tried}: try later` }],
  });
});

test('once one sync has found nothing to get through, the next one asks only once; an answer ends that', async () => {
  let now = 0;
  const world = {
    ...real,
    clock: { ...real.clock, monotonic: () => now },
    timers: {
      ...real.timers,
      sleep: async (ms: number) => {
        now += ms;
      },
    },
  };
  const receiver = receiverOf(undefined);
  const lane = new Lane(world, receiver.limits);
  const to = {
    sync: 's.dest',
    segment: 's',
    audience: { name: 's', ref: 's' },
    kinds: {},
    after: '',
    events: false,
    idOf: ({ key }: { key: string }) => key,
    now: 0n,
  };
  const step = { op: 'add', identifiers: {}, fields: {}, hash: '', keeps: true } as const;
  const errand = { key: 'a', tickId: 1n, effect: 'add', step, later: [], inLedger: false } as const;
  const attempt = async (): Promise<number> => {
    const before = receiver.requests.length;
    const sender = new Sender({
      ...{ world, destination: receiver, to, lane, priority: 1, retryBoundMs: 60_000 },
      ...{
        checkLease: () => {},
        halt: new AbortController().signal,
        cutOff: new AbortController().signal,
        onAnswer: () => {},
      },
    });
    await sender.send(parcelOf([errand], to)).catch(() => undefined);
    return receiver.requests.length - before;
  };
  receiver.answer = (batch) => all(batch, { kind: 'retry', code: 'down', message: 'down' });
  expect(await attempt()).toBeGreaterThan(3);
  expect(await attempt()).toBe(1);
  receiver.answer = (batch) => all(batch, { kind: 'delivered' });
  expect(await attempt()).toBe(1);
  receiver.answer = (batch) => all(batch, { kind: 'retry', code: 'down', message: 'down' });
  expect(await attempt()).toBeGreaterThan(3);
});
