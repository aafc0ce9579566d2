/** What a resident process knows of the last hour's losses: read seldom, counted on, and forgotten when it may be wrong. */
import { expect, test } from 'vitest';
import { KeptLosses } from '../../../src/run/kept-losses.ts';

const SYNCS = [{ name: 'a' }, { name: 'b' }];
const MINUTE = 60_000_000n;
class Counter {
  reads = 0;
  readonly read = async (): Promise<ReadonlyMap<string, number>> => {
    this.reads++;
    return new Map([['a', 10]]);
  };
}

test('read once a minute, and counted on in between', async () => {
  const { losses, counter } = { losses: new KeptLosses(), counter: new Counter() };
  const ask = async (now: bigint): Promise<number | undefined> =>
    (await losses.of(SYNCS, now, counter.read)).get('a');
  expect(await ask(0n)).toBe(10);
  losses.note('a', 20);
  losses.note('a', -3);
  expect(await ask(MINUTE - 1n)).toBe(27);
  expect(counter.reads).toBe(1);
  expect(await ask(MINUTE)).toBe(10);
  expect(counter.reads).toBe(2);
});

test('forgotten, it is read again, and what is noted before that is lost', async () => {
  const { losses, counter } = { losses: new KeptLosses(), counter: new Counter() };
  await losses.of(SYNCS, 0n, counter.read);
  losses.forget();
  losses.note('a', 5);
  expect((await losses.of(SYNCS, 1n, counter.read)).get('a')).toBe(10);
  expect(counter.reads).toBe(2);
});

test('read again for a sync that was not among those read for', async () => {
  const { losses, counter } = { losses: new KeptLosses(), counter: new Counter() };
  await losses.of(SYNCS, 0n, counter.read);
  await losses.of([...SYNCS, { name: 'c' }], 1n, counter.read);
  expect(counter.reads).toBe(2);
});
