import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareLimit } from '../../../src/compile/verdict.ts';

test('a share is the exact part of 2^28 buckets, rounded up', () => {
  expect(shareLimit('0')).toBe(0n);
  expect(shareLimit('100')).toBe(2n ** 28n);
  expect(shareLimit('50')).toBe(2n ** 27n);
  expect(shareLimit('12.5')).toBe(2n ** 25n);
  expect(shareLimit('0.0000001')).toBe(1n);
});

test('a bucket falls below a share exactly when its part of the range does', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), fc.nat({ max: 2 ** 28 - 1 }), (hundredths, bucket) => {
      const percent = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
      const below = BigInt(bucket) * 10_000n < BigInt(hundredths) * 2n ** 28n;
      expect(BigInt(bucket) < shareLimit(percent)).toBe(below);
    }),
  );
});
