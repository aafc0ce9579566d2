/** A destination whose look-ups lag behind its writes: who was added a moment ago is not found to be removed. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Batch, Outcome } from '../../../src/destination/destination.ts';
import { MINUTE } from '../../../src/instant.ts';
import { Company, type Mapping, type Person } from '../../delivery/company.ts';
import { Receiver } from '../../delivery/receiver.ts';
import { engines } from '../../engines.ts';

/** Finds those to remove in an index of its own, which is brought up to date when the test says so. */
class Lagging extends Receiver {
  readonly #found = new Set<string>();
  loseAnswer = false;
  /** It does not know whom it should add. */
  refuses = false;

  catchUp(): void {
    for (const name of this.audience.keys()) this.#found.add(name);
  }

  forget(): void {
    this.#found.clear();
  }

  override async send(batch: Batch): Promise<Outcome> {
    this.requests.push(batch);
    const receipts = batch.changes.map((change) => {
      const names = Object.values(change.identifiers);
      if (change.op === 'remove' && !names.some((name) => this.#found.has(name)))
        return { kind: 'missing' } as const;
      if (this.refuses) return { kind: 'rejected', code: 'unknown', message: 'nobody', daily: true } as const;
      this.apply(change);
      return this.loseAnswer
        ? ({ kind: 'retry', code: 'timeout', message: 'no answer', afterMs: 86_400_000 } as const)
        : ({ kind: 'delivered' } as const);
    });
    return { receipts, httpStatus: 200 };
  }
}

const ANN: Person = { key: 'p', email: 'p@example.com', name: 'Ann', consents: true, member: true };

for (const engine of engines) {
  describe(engine.name, () => {
    let company: Company;
    let receiver: Lagging;
    beforeEach(async () => {
      company = await Company.found(engine);
      receiver = new Lagging({ matchesBy: 'identifiers', chance: () => 0 });
    });
    afterEach(() => company.close());

    /** A run so many minutes from now. */
    async function deliver(minutes: number, mapping: Mapping = {}) {
      const now = (await company.opened.session.now()) + BigInt(minutes) * MINUTE;
      const manifest = { ...receiver.manifest(), settlesAfter: 5n * MINUTE };
      return company.deliver(receiver, mapping, { now, destination: { session: receiver, manifest } });
    }

    test('a removal that comes too early is made again, and only once it can be believed', async () => {
      await company.tick([ANN]);
      await deliver(0);
      await company.tick([{ ...ANN, member: false }]);
      expect(await deliver(1)).toMatchObject({ delivered: { remove: 0 }, waiting: 1, rejected: 0 });
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p delivered']);
      const requests = receiver.requests.length;
      expect(await deliver(2)).toMatchObject({ planned: { remove: 0 } });
      expect(receiver.requests.length).toBe(requests);
      receiver.catchUp();
      expect(await deliver(6)).toMatchObject({ delivered: { remove: 1 }, waiting: 0 });
      expect(receiver.audience.size).toBe(0);
      expect(await company.rows('ledger', 'entity_key')).toEqual([]);
      expect(await company.rows('rejections', 'entity_key')).toEqual([]);
    });

    test('who is not there though the add has settled is gone', async () => {
      await company.tick([ANN]);
      await deliver(0);
      receiver.audience.clear();
      await company.tick([{ ...ANN, member: false }]);
      expect(await deliver(6)).toMatchObject({ delivered: { remove: 1 }, waiting: 0 });
      expect(await company.rows('ledger', 'entity_key')).toEqual([]);
    });

    test('an add without an answer counts from the first removal that found nobody', async () => {
      receiver.loseAnswer = true;
      await company.tick([ANN]);
      expect(await deliver(0)).toMatchObject({ waiting: 1 });
      receiver.loseAnswer = false;
      await company.tick([{ ...ANN, member: false }]);
      expect(await deliver(10)).toMatchObject({ delivered: { remove: 0 }, waiting: 1 });
      receiver.catchUp();
      expect(await deliver(12)).toMatchObject({ planned: { remove: 0 } });
      expect(await deliver(16)).toMatchObject({ delivered: { remove: 1 }, waiting: 0 });
      expect(receiver.audience.size).toBe(0);
    });

    test('a removal whose answer was lost, and that then finds nobody: who comes back is added', async () => {
      await company.tick([ANN]);
      await deliver(0);
      receiver.catchUp();
      receiver.audience.clear();
      receiver.forget();
      await company.tick([{ ...ANN, member: false }]);
      expect(await deliver(1)).toMatchObject({ waiting: 1 });
      await company.tick([ANN]);
      await deliver(2);
      expect([...receiver.audience.keys()]).toEqual(['p@example.com']);
    });

    test('who comes back meanwhile stays', async () => {
      await company.tick([ANN]);
      await deliver(0);
      await company.tick([{ ...ANN, member: false }]);
      await deliver(1);
      await company.tick([ANN]);
      await deliver(2);
      receiver.catchUp();
      await deliver(7);
      expect([...receiver.audience.keys()]).toEqual(['p@example.com']);
      expect(await company.rows('ledger', 'entity_key, state')).toEqual(['p delivered']);
      expect(await company.rows('rejections', 'entity_key')).toEqual([]);
    });

    test('who is not known there yet is tried again daily, and is there once they are', async () => {
      await company.tick([ANN]);
      receiver.refuses = true;
      expect(await deliver(0)).toMatchObject({ rejected: 1 });
      const requests = receiver.requests.length;
      await deliver(60);
      expect(receiver.requests.length).toBe(requests);
      receiver.refuses = false;
      expect(await deliver(25 * 60)).toMatchObject({ delivered: { add: 1 } });
      expect([...receiver.audience.keys()]).toEqual(['p@example.com']);
      expect(await company.rows('rejections', 'entity_key')).toEqual([]);
    });

    test('in remove_only nobody was added: who is not there is done', async () => {
      await company.tick([ANN]);
      expect(await deliver(0, { mode: 'remove_only' })).toMatchObject({
        delivered: { remove: 1 },
        waiting: 0,
      });
    });
  });
}
