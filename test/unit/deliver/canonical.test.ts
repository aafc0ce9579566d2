import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, hashOf } from '../../../src/deliver/canonical.ts';

/** As it was first written: what ledgers hold was hashed by it. */
function byReplacer(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

it('spells every value as ledgers have it', () => {
  const name = fc.oneof(
    fc.string(),
    fc.nat(120).map(String),
    fc.constantFrom('__proto__', '01', '-1', '1.5'),
  );
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, fc.dictionary(name, tie('value')), fc.array(tie('value'))),
  }));
  fc.assert(
    fc.property(fc.dictionary(name, value), (record) => {
      expect(canonicalJson(record)).toBe(byReplacer(record));
    }),
    { numRuns: 300 },
  );
});

it('hashes a payload as it always did', () => {
  const payload = { identifiers: { email: 'a@b.c' }, fields: { plan: 'pro', age: { number: '41' } } };
  expect(hashOf(payload)).toBe('c21d19abc450cb44ee9cfe6344dae87e3c2542252a379a07040c3ae965fd9255');
});
