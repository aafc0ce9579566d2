/** What a plan says of tables that are older than they look. */
import { expect, test } from 'vitest';
import type { SegmentResult } from '../../../src/report/results.ts';
import { oldLines, promisedLines } from '../../../src/report/slow.ts';

const HOUR = 3_600_000;
const result = (segment: string, more: Partial<SegmentResult>): SegmentResult => ({
  ...{ segment, mode: 'incremental', reason: 'nothing_changed' },
  ...{ members: 0, entered: 0, exited: 0, affected: 0, duration_ms: 0 },
  ...more,
});

test('stale tables first, then slow ones, once for all segments of a tier', () => {
  const slow = {
    table: 'ml.scores',
    age_ms: 20 * HOUR + 180_000,
    expected_ms: 26 * HOUR,
    promise_ms: 2 * HOUR,
  };
  const segments = [
    result('a', { slow }),
    result('b', { slow: { table: 'shop.orders', age_ms: 50 * HOUR, promise_ms: 26 * HOUR } }),
    result('c', { slow, stale: [{ table: 'shop.events', expected_ms: HOUR, on_stale: 'hold' }] }),
    result('d', { stale: [{ table: 'ml.scores', age_ms: 90_500, expected_ms: 60_000, on_stale: 'warn' }] }),
    result('e', { slow: { table: 'ml.later', expected_ms: 48 * HOUR, promise_ms: 2 * HOUR } }),
    result('f', {}),
    ...['g', 'h', 'i', 'j', 'k', 'l'].map((name) =>
      result(name, { slow: { table: 'ml.last', expected_ms: 48 * HOUR, promise_ms: 2 * HOUR } }),
    ),
  ];
  expect(oldLines({ segments })).toEqual([
    'stale       c: shop.events shows no row at all, expected to be fresh within 1h',
    'stale       d: ml.scores is 1m 30s old, expected to be fresh within 1m',
    'slow        a, c: ml.scores is 20h 03m old, and may be 26h old; its tier promises 2h',
    'slow        b: shop.orders is 2d 02h old; its tier promises 26h',
    'slow        e: ml.later may be 2d old; its tier promises 2h',
    'slow        g, h, i, j, k and 1 more: ml.last may be 2d old; its tier promises 2h',
  ]);
  const quiet = 'slow        b: shop.orders is 2d 02h old; its tier promises 26h';
  expect(promisedLines({ segments })).toEqual(oldLines({ segments }).filter((line) => line !== quiet));
});
