import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { DAY, formatInstant } from '../../src/instant.ts';

function byTemporal(instant: bigint): string {
  const text = Temporal.Instant.fromEpochNanoseconds(instant * 1000n).toString({ fractionalSecondDigits: 6 });
  return text;
}

it('writes any instant as the calendar has it', () => {
  const year0 = -719_528n * DAY;
  const year10000 = 2_932_897n * DAY;
  const edges = [year0, year0 - 1n, year10000, year10000 - 1n, 0n, -1n, year0 + 60n * DAY, year0 + 61n * DAY];
  for (const edge of edges) expect(formatInstant(edge)).toBe(byTemporal(edge));
  fc.assert(
    fc.property(fc.bigInt(year0 - 100_000n * DAY, year10000 + 100_000n * DAY), (instant) => {
      expect(formatInstant(instant)).toBe(byTemporal(instant));
    }),
    { numRuns: 5_000 },
  );
});

it('writes every day of a 400-year round', () => {
  let date = Temporal.PlainDate.from('1900-01-01');
  for (let day = -25_567n; day < 120_530n; day += 1n) {
    if (formatInstant(day * DAY).slice(0, 10) !== date.toString()) expect(day).toBe(date.toString());
    date = date.add({ days: 1 });
  }
});
