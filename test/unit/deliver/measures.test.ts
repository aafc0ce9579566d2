/** Guards, back-off, freshness and filling of requests: figures in, figures out. */
import { describe, expect, test } from 'vitest';
import { backoffMs, retryBoundMs } from '../../../src/deliver/backoff.ts';
import { canonicalJson, hashOf } from '../../../src/deliver/canonical.ts';
import { FreshnessSample } from '../../../src/deliver/freshness.ts';
import { judge, type Pressure } from '../../../src/deliver/guards.ts';
import { Packer } from '../../../src/deliver/packer.ts';
import { HOUR, SECOND } from '../../../src/instant.ts';

const GUARDS = { maxRemove: '30', maxAdd: '50', minGuardedSize: 100 };
const CALM: Pressure = { removes: 0, adds: 0, lostLastHour: 0, ledgerSize: 1000, firstLoad: false };

describe('guards', () => {
  test.each<[string, Partial<Pressure>, string | undefined]>([
    ['a share within bounds', { removes: 300 }, undefined],
    ['one more', { removes: 301 }, 'max_remove 30.1% (301 of 1000)'],
    ['small changes always pass', { removes: 100, ledgerSize: 100 }, undefined],
    [
      'but not small bites',
      { removes: 50, lostLastHour: 400, ledgerSize: 600 },
      'max_remove 45.0% (450 of 1000)',
    ],
    [
      'who came this hour does not excuse who leaves',
      { removes: 400, lostLastHour: -500 },
      'max_remove 40.0% (400 of 1000)',
    ],
    ['additions within bounds', { adds: 500 }, undefined],
    ['too many additions', { adds: 501 }, 'max_add 50.1% (501 of 1000)'],
    ['additions of the last hour count', { adds: 101, lostLastHour: -500 }, 'max_add 120.2% (601 of 500)'],
    ['a first load is no case', { adds: 5000, ledgerSize: 0, firstLoad: true }, undefined],
    ['an audience that everybody had left', { adds: 101, ledgerSize: 0 }, 'max_add 101 of 0'],
  ])('%s', (_, pressure, expected) => {
    const held = judge(GUARDS, { ...CALM, ...pressure }, undefined);
    expect(held && `${held.guard} ${held.figure}`).toBe(expected);
  });

  test('each is lifted by its own word', () => {
    const pressure = { ...CALM, removes: 900, adds: 900 };
    expect(judge(GUARDS, pressure, { removal: true })?.guard).toBe('max_add');
    expect(judge(GUARDS, pressure, { add: true })?.guard).toBe('max_remove');
    expect(judge(GUARDS, pressure, { add: true, removal: true })).toBeUndefined();
  });
});

describe('back-off', () => {
  const random = (fraction: number) => ({ uuid: () => '', fraction: () => fraction });
  test('full jitter below a ceiling that doubles, at least what was asked for', () => {
    expect([1, 2, 3, 10, 1000].map((attempt) => backoffMs(random(1), attempt))).toEqual([
      500, 1000, 2000, 30_000, 30_000,
    ]);
    expect(backoffMs(random(0), 5)).toBe(0);
    expect(backoffMs(random(0), 1, 7_000)).toBe(7_000);
  });

  test('bounded by the tier', () => {
    expect([2n * SECOND, 60n * SECOND, HOUR].map(retryBoundMs)).toEqual([10_000, 30_000, 120_000]);
  });
});

test('freshness: percentiles within two percent', () => {
  const sample = new FreshnessSample();
  expect(sample.percentiles()).toBeUndefined();
  for (let ms = 1; ms <= 10_000; ms++) sample.add(ms);
  const { p50, p95, p99 } = sample.percentiles()!;
  for (const [found, exact] of [
    [p50, 5_000],
    [p95, 9_500],
    [p99, 9_900],
  ] as const) {
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.02);
  }
});

test('requests are filled by rows and by bytes, group by group', () => {
  const packer = new Packer<number>({ batchRows: 3, batchBytes: 100, eventRows: 1 }, false);
  const full: (readonly number[])[] = [];
  const add = (group: string, item: number, bytes: number): void => {
    const done = packer.add(group, item, bytes);
    if (done) full.push(done);
  };
  for (const item of [1, 2, 3, 4]) add('a', item, 10);
  for (const item of [5, 6]) add('b', item, 60);
  add('c', 7, 500);
  expect(full).toEqual([[1, 2, 3], [5]]);
  expect(packer.rest()).toEqual([[4], [6], [7]]);
});

test('a request of events may have another number of rows', () => {
  const limits = { batchRows: 3, batchBytes: 100 };
  const rows = (packer: Packer<number>) => [packer.add('a', 1, 1), packer.add('a', 2, 1), packer.rest()];
  expect(rows(new Packer({ ...limits, eventRows: 1 }, true))).toEqual([undefined, [1], [[2]]]);
  expect(rows(new Packer(limits, true))).toEqual([undefined, undefined, [[1, 2]]]);
});

test('equal values have one spelling, whatever the order of their names', () => {
  expect(canonicalJson({ b: 1, a: [{ d: null, c: 'é' }] })).toBe('{"a":[{"c":"é","d":null}],"b":1}');
  expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
  expect(hashOf({ a: '1' })).not.toBe(hashOf({ a: 1 }));
});
