/** Measured freshness: percentiles in bounded memory, and logs that add up and travel as JSON. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FreshnessSample } from '../../../src/deliver/freshness.ts';
import { FreshnessLog } from '../../../src/deliver/freshness-log.ts';
import { Promised } from '../../../src/deliver/promised.ts';

const milliseconds = fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 10 ** 10 }));
const some = fc.array(milliseconds, { minLength: 1, maxLength: 300 });

function sampleOf(values: readonly number[]): FreshnessSample {
  const sample = new FreshnessSample();
  for (const value of values) sample.add(value);
  return sample;
}

function again<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('a sample', () => {
  it('is 2% off at most, and never too low', () => {
    fc.assert(
      fc.property(some, (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
        const { p50, p95, p99 } = sampleOf(values).percentiles()!;
        for (const [told, share] of [
          [p50, 0.5],
          [p95, 0.95],
          [p99, 0.99],
        ] as const) {
          expect(told).toBeGreaterThanOrEqual(exact(share) - 0.5);
          // The half of a millisecond is the rounding's, the other offset the buckets': they begin at nothing.
          expect(told).toBeLessThanOrEqual((exact(share) + 1) * 1.02 - 1 + 0.5);
        }
      }),
    );
  });

  it('of two is that of all, also by way of JSON', () => {
    fc.assert(
      fc.property(some, some, (one, other) => {
        const merged = FreshnessSample.parse(again(sampleOf(one)));
        merged.merge(sampleOf(other));
        expect(merged.toJSON()).toEqual(sampleOf([...one, ...other]).toJSON());
        expect(merged.count).toBe(one.length + other.length);
      }),
    );
  });

  it('does not grow with what is added', () => {
    const sample = new FreshnessSample();
    for (let n = 0; n < 200_000; n++) sample.add(((n * 7919) % 1_000_003) * 1_000);
    expect(Object.keys(sample.toJSON()).length).toBeLessThan(700);
    sample.add(Number.MAX_SAFE_INTEGER);
    sample.add(-5);
    expect(Math.max(...Object.keys(sample.toJSON()).map(Number))).toBeLessThan(1_400);
    expect(sample.count).toBe(200_002);
  });

  it('has no percentiles of nothing', () => {
    expect(new FreshnessSample().percentiles()).toBeUndefined();
  });

  it.each([[null], ['text'], [[1, 2]], [{ x: 1, 5: -1, 6: 'a', 7: 1.5 }]])('passes over %j', (value) => {
    expect(FreshnessSample.parse(value).toJSON()).toEqual(Array.isArray(value) ? { 0: 1, 1: 2 } : {});
  });
});

describe('a promise', () => {
  it('is broken once fewer than 95 of 100 kept it: when the exact p95 is past it', () => {
    fc.assert(
      fc.property(some, milliseconds, (values, promise) => {
        const promised = new Promised(promise);
        for (const value of values) promised.add(value);
        const p95 = values.toSorted((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1]!;
        expect(promised.isBroken).toBe(p95 > promise);
      }),
    );
  });

  it('is not broken by nothing', () => {
    expect(new Promised(0).isBroken).toBe(false);
    expect(new Promised(0).measured()).toBeUndefined();
  });

  it('counts exactly, and never rounds a share up', () => {
    const promised = new Promised(10_000);
    for (let n = 0; n < 29_999; n++) promised.add(10_000);
    promised.add(10_001);
    expect(promised.measured()).toMatchObject({ promise_ms: 10_000, changes: 30_000, kept: 29_999 });
    expect(promised.measured()!.kept_share).toBe(0.9999);
  });

  it('holds what was held to another one to its own', () => {
    const strict = new Promised(1_000);
    for (const ms of [500, 5_000, 50_000]) strict.add(ms);
    const loose = new Promised(10_000);
    loose.add(20_000);
    loose.merge(strict);
    expect(loose.measured()).toMatchObject({ changes: 4, kept: 2 });
  });
});

describe('a log', () => {
  const realtime = { name: 'realtime', freshWithin: 10_000_000n };
  const daily = { name: 'daily', freshWithin: 3_600_000_000n };

  function filled(): FreshnessLog {
    const log = new FreshnessLog();
    log.of('a.hook', realtime).add(2_000);
    log.of('a.hook', realtime).add(20_000);
    log.of('b.hook', realtime).add(3_000);
    log.of('c.hook', daily).add(5_000_000);
    log.of('idle.hook', daily);
    return log;
  }

  it('adds up over ticks, by sync and by tier', () => {
    const log = filled();
    log.merge(filled());
    expect(log.entries().map(({ sync, tier, promised }) => [sync, tier, promised.changes])).toEqual([
      ['a.hook', 'realtime', 4],
      ['b.hook', 'realtime', 2],
      ['c.hook', 'daily', 2],
    ]);
    const tiers = [...log.tiers()].map(([tier, promised]) => [tier, promised.changes, promised.isBroken]);
    expect(tiers).toEqual([
      ['daily', 2, true],
      ['realtime', 6, true],
    ]);
    expect(log.of('a.hook', realtime).measured(), 'a pool is a copy').toMatchObject({ changes: 4, kept: 2 });
  });

  it('comes back from JSON, and what is no log is passed over', () => {
    const log = FreshnessLog.parse(again(filled()));
    expect(again(log)).toEqual(again(filled()));
    expect(FreshnessLog.parse(undefined).entries()).toEqual([]);
    expect(
      FreshnessLog.parse([null, 3, { sync: 'a', tier: 'b' }, { promise_ms: 1, kept: 1 }]).entries(),
    ).toEqual([]);
    expect(
      FreshnessLog.parse([{ sync: 'a', tier: 'b', promise_ms: 1, kept: 9, buckets: { 3: 2 } }]).toJSON(),
    ).toEqual([{ sync: 'a', tier: 'b', promise_ms: 1, changes: 2, kept: 2, buckets: { 3: 2 } }]);
  });

  it('tells what a sync did in another tier apart, and holds what it did to a new promise', () => {
    const log = filled();
    log.of('a.hook', daily).add(1_000);
    expect(log.entries().filter(({ sync }) => sync === 'a.hook')).toHaveLength(2);
    expect(log.of('a.hook', { name: 'realtime', freshWithin: 60_000_000n }).measured()).toMatchObject({
      promise_ms: 60_000,
      changes: 2,
      kept: 2,
    });
  });
});
