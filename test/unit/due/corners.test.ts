/** Every slot of a stretch of time, worked out by hand, where clocks change and where a cadence does not divide a day. */
import { describe, expect, it } from 'vitest';
import { shiftOf } from '../../../src/config/tiers.ts';
import { type Cadence, isDue, latestSlot, nextSlot } from '../../../src/evaluate/due.ts';
import { DAY, formatInstant, HOUR, MINUTE, parseInstant, SECOND } from '../../../src/instant.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string): bigint => parseInstant(`${text}Z`, 'UTC')!;
const told = (instant: bigint): string => formatInstant(instant).slice(0, 16);

/** The slots after `from` up to `to`: forwards by `nextSlot`, and each must be what `latestSlot` says from then on. */
function slots(tier: Cadence, timezone: string, from: string, to: string): string[] {
  const found: string[] = [];
  for (let slot = nextSlot(tier, timezone, at(from)); slot <= at(to); slot = nextSlot(tier, timezone, slot)) {
    expect(latestSlot(tier, timezone, slot)).toBe(slot);
    expect(latestSlot(tier, timezone, slot - 1n) < slot).toBe(true);
    found.push(told(slot));
  }
  return found;
}

describe('the day of 25 hours in Berlin (2026-10-25: at 03:00 it is 02:00 again, 01:00Z)', () => {
  it('every: 12h, at: "06:00": one slot more, an hour before the count begins anew', () => {
    expect(slots({ every: 12n * HOUR, at: '06:00' }, BERLIN, '2026-10-24T04:00', '2026-10-26T05:00')).toEqual(
      [
        '2026-10-24T16:00', // 18:00
        '2026-10-25T04:00', // 05:00, 12 hours later
        '2026-10-25T05:00', // 06:00
        '2026-10-25T17:00', // 18:00
        '2026-10-26T05:00', // 06:00
      ],
    );
  });

  it('every: 6h from midnight: 00:00, 05:00, 11:00, 17:00, 23:00', () => {
    expect(slots({ every: 6n * HOUR }, BERLIN, '2026-10-24T21:59', '2026-10-25T23:00')).toEqual([
      '2026-10-24T22:00',
      '2026-10-25T04:00',
      '2026-10-25T10:00',
      '2026-10-25T16:00',
      '2026-10-25T22:00',
      '2026-10-25T23:00',
    ]);
  });

  it('every: 30m goes through both hours from 2 to 3', () => {
    expect(slots({ every: 30n * MINUTE }, BERLIN, '2026-10-24T23:30', '2026-10-25T02:00')).toEqual([
      '2026-10-25T00:00', // 02:00 summer
      '2026-10-25T00:30',
      '2026-10-25T01:00', // 02:00 winter
      '2026-10-25T01:30',
      '2026-10-25T02:00', // 03:00
    ]);
  });

  it('every: 24h, at: "02:30": once, at the first 02:30; 25 hours later the next', () => {
    expect(slots({ every: DAY, at: '02:30' }, BERLIN, '2026-10-24T01:00', '2026-10-26T02:00')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('every: 24h, at: "03:00": after the hour that comes twice', () => {
    expect(slots({ every: DAY, at: '03:00' }, BERLIN, '2026-10-24T02:00', '2026-10-25T12:00')).toEqual([
      '2026-10-25T02:00',
    ]);
  });

  it('every: 1h, at: "02:30": counted from the first 02:30', () => {
    expect(slots({ every: HOUR, at: '02:30' }, BERLIN, '2026-10-24T23:00', '2026-10-25T02:30')).toEqual([
      '2026-10-24T23:30',
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
  });
});

describe('the day of 23 hours in Berlin (2026-03-29: at 02:00 it is 03:00, 01:00Z)', () => {
  it('every: 12h, at: "06:00": 06:00 and 18:00 of the wall clock; the night is an hour shorter', () => {
    expect(slots({ every: 12n * HOUR, at: '06:00' }, BERLIN, '2026-03-28T05:00', '2026-03-30T04:00')).toEqual(
      ['2026-03-28T17:00', '2026-03-29T04:00', '2026-03-29T16:00', '2026-03-30T04:00'],
    );
  });

  it('every: 6h from midnight: 00:00, 07:00, 13:00, 19:00', () => {
    expect(slots({ every: 6n * HOUR }, BERLIN, '2026-03-28T22:59', '2026-03-29T22:00')).toEqual([
      '2026-03-28T23:00',
      '2026-03-29T05:00',
      '2026-03-29T11:00',
      '2026-03-29T17:00',
      '2026-03-29T22:00', // midnight
    ]);
  });

  it('every: 24h, at: "02:30", which is skipped: at 03:30', () => {
    expect(slots({ every: DAY, at: '02:30' }, BERLIN, '2026-03-28T01:30', '2026-03-30T01:00')).toEqual([
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
  });

  it('every: 24h, at: "02:00", the first moment that is skipped: at 03:00', () => {
    expect(slots({ every: DAY, at: '02:00' }, BERLIN, '2026-03-28T01:00', '2026-03-29T12:00')).toEqual([
      '2026-03-29T01:00',
    ]);
  });

  it('every: 1h, at: "02:30": the day before is counted until the new day’s first slot, at 03:30', () => {
    expect(slots({ every: HOUR, at: '02:30' }, BERLIN, '2026-03-28T23:31', '2026-03-29T02:30')).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:30',
      '2026-03-29T02:30',
    ]);
  });
});

describe('zones whose clocks change at midnight', () => {
  it('Cairo, 2026-04-24: midnight is skipped, the day begins at 01:00', () => {
    expect(slots({ every: DAY }, 'Africa/Cairo', '2026-04-22T22:00', '2026-04-24T22:00')).toEqual([
      '2026-04-23T22:00',
      '2026-04-24T21:00',
    ]);
  });

  it('Havana, 2026-11-01: midnight comes twice, the first counts', () => {
    expect(slots({ every: DAY }, 'America/Havana', '2026-10-31T04:00', '2026-11-02T05:00')).toEqual([
      '2026-11-01T04:00',
      '2026-11-02T05:00',
    ]);
  });
});

describe('cadences that do not divide a day', () => {
  it('every: 90m divides it: 16 slots, the last at 22:30', () => {
    const found = slots({ every: 90n * MINUTE }, 'UTC', '2026-07-01T00:00', '2026-07-02T01:30');
    expect(found).toHaveLength(17);
    expect(found.slice(-3)).toEqual(['2026-07-01T22:30', '2026-07-02T00:00', '2026-07-02T01:30']);
  });

  it('every: 90m on the day of 25 hours: the last slot is half an hour before midnight', () => {
    expect(slots({ every: 90n * MINUTE }, BERLIN, '2026-10-25T19:00', '2026-10-26T01:00')).toEqual([
      '2026-10-25T20:30',
      '2026-10-25T22:00', // 23:00
      '2026-10-25T23:00', // midnight
      '2026-10-26T00:30',
    ]);
  });

  it('every: 7h begins anew: 00:00, 07:00, 14:00, 21:00, and three hours later midnight', () => {
    expect(slots({ every: 7n * HOUR }, 'UTC', '2026-06-30T23:59', '2026-07-02T00:00')).toEqual([
      '2026-07-01T00:00',
      '2026-07-01T07:00',
      '2026-07-01T14:00',
      '2026-07-01T21:00',
      '2026-07-02T00:00',
    ]);
  });

  it('every: 36h, at: "06:00": 06:00 and 18:00 in turn, a day left out between; the same in summer and winter', () => {
    const tier = { every: 36n * HOUR, at: '06:00' };
    // 1970-01-01 06:00 is one of them, and so is 06:00 of every third day after it, and 18:00 of the day after that.
    expect(slots(tier, 'UTC', '2026-06-30T00:00', '2026-07-04T18:00')).toEqual([
      '2026-06-30T06:00', // day 20634 = 3 * 6878
      '2026-07-01T18:00',
      '2026-07-03T06:00',
      '2026-07-04T18:00',
    ]);
    expect(slots(tier, BERLIN, '2026-10-23T00:00', '2026-10-28T06:00')).toEqual([
      '2026-10-23T16:00', // 18:00
      '2026-10-25T05:00', // 06:00, 37 hours later
      '2026-10-26T17:00', // 18:00
      '2026-10-28T05:00', // 06:00
    ]);
  });

  it('every: 36h is not every day', () => {
    const slot = at('2026-06-30T06:00');
    expect(isDue({ every: 36n * HOUR, at: '06:00' }, 'UTC', at('2026-07-01T06:00'), slot)).toBe(false);
    expect(isDue({ every: 36n * HOUR, at: '06:00' }, 'UTC', at('2026-07-01T18:00'), slot)).toBe(true);
  });

  it('every: 7d: on Thursdays, as 1970-01-01 was one', () => {
    expect(slots({ every: 7n * DAY, at: '05:00' }, BERLIN, '2026-10-20T00:00', '2026-11-05T05:00')).toEqual([
      '2026-10-22T03:00',
      '2026-10-29T04:00',
      '2026-11-05T04:00',
    ]);
  });

  it('every: 25h: an hour later each day', () => {
    // Day 0 at 00:00, then day 1 at 01:00; 25 days are 24 slots: day 20625 = 25 * 825 has one at 00:00 (2026-06-21).
    expect(slots({ every: 25n * HOUR }, 'UTC', '2026-06-20T12:00', '2026-06-23T12:00')).toEqual([
      '2026-06-21T00:00',
      '2026-06-22T01:00',
      '2026-06-23T02:00',
    ]);
  });
});

describe('jitter', () => {
  it('is what the page says: SHA-256 of project:tier, its first 7 digits as a share of 2^28, in whole seconds', () => {
    // printf storefront:hourly | sha256sum | cut -c1-7: 3e5b453, and 0x3e5b453 / 2^28 of 600 is 146.1; daily: e02d804, 525.4.
    expect(shiftOf('storefront', 'hourly', 10n * MINUTE)).toBe(146n * SECOND);
    expect(shiftOf('storefront', 'daily', 10n * MINUTE)).toBe(525n * SECOND);
  });

  it('moves every slot by the same', () => {
    const tier = { every: HOUR, shift: 7n * MINUTE };
    expect(slots(tier, BERLIN, '2026-10-25T00:00', '2026-10-25T02:10')).toEqual([
      '2026-10-25T00:07',
      '2026-10-25T01:07',
      '2026-10-25T02:07',
    ]);
  });

  it('moves `at`, past midnight as well', () => {
    const tier = { every: DAY, at: '23:55', shift: 9n * MINUTE };
    expect(slots(tier, 'UTC', '2026-07-01T00:00', '2026-07-03T00:00')).toEqual([
      '2026-07-01T00:04',
      '2026-07-02T00:04',
    ]);
    expect(isDue(tier, 'UTC', at('2026-07-02T00:03'), at('2026-07-01T00:04'))).toBe(false);
    expect(isDue(tier, 'UTC', at('2026-07-02T00:04'), at('2026-07-01T00:04'))).toBe(true);
  });

  it('is elapsed time: what is skipped moves forward first', () => {
    const tier = { every: DAY, at: '02:30', shift: 5n * MINUTE };
    expect(slots(tier, BERLIN, '2026-03-29T00:00', '2026-03-30T00:00')).toEqual(['2026-03-29T01:35']);
  });

  it('is below `jitter`, spread over it, and the tier’s own', () => {
    const names = Array.from({ length: 400 }, (_, n) => `project_${n}`);
    const shifts = names.map((name) => shiftOf(name, 'hourly', 10n * MINUTE));
    expect(shifts.every((shift) => shift >= 0n && shift < 10n * MINUTE && shift % SECOND === 0n)).toBe(true);
    for (let minute = 0n; minute < 10n; minute++) {
      const within = shifts.filter((shift) => shift / MINUTE === minute);
      expect(within.length).toBeGreaterThan(15);
    }
    expect(shiftOf('storefront', 'daily', HOUR)).not.toBe(shiftOf('storefront', 'hourly', HOUR));
  });
});
