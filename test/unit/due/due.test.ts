import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDue, latestSlot } from '../../../src/evaluate/due.ts';
import { DAY, formatInstant, HOUR, MINUTE, parseInstant, SECOND } from '../../../src/instant.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string): bigint => parseInstant(text, 'UTC')!;
const slot = (tier: { every: bigint; at?: string }, T: string, timezone = BERLIN): string =>
  formatInstant(latestSlot(tier, timezone, at(T))).replace('.000000', '');

describe('slots below a day', () => {
  it('are counted from local midnight', () => {
    expect(slot({ every: HOUR }, '2026-07-01T10:59:59Z')).toBe('2026-07-01T10:00:00Z');
    expect(slot({ every: HOUR }, '2026-07-01T10:00:00Z')).toBe('2026-07-01T10:00:00Z');
    expect(slot({ every: 6n * HOUR }, '2026-07-01T10:00:00Z')).toBe('2026-07-01T10:00:00Z');
    expect(slot({ every: 6n * HOUR }, '2026-07-01T09:59:59Z')).toBe('2026-07-01T04:00:00Z');
  });

  it('begin anew each day when they do not divide it', () => {
    // 0:00, 5:00, 10:00, 15:00, 20:00, and again 0:00.
    expect(slot({ every: 5n * HOUR }, '2026-07-01T23:59:59Z', 'UTC')).toBe('2026-07-01T20:00:00Z');
    expect(slot({ every: 5n * HOUR }, '2026-07-02T00:00:00Z', 'UTC')).toBe('2026-07-02T00:00:00Z');
  });

  it('are counted from `at`, which before it is the day before’s', () => {
    const tier = { every: 8n * HOUR, at: '06:00' };
    expect(slot(tier, '2026-07-01T05:59:59Z', 'UTC')).toBe('2026-06-30T22:00:00Z');
    expect(slot(tier, '2026-07-01T06:00:00Z', 'UTC')).toBe('2026-07-01T06:00:00Z');
    expect(slot(tier, '2026-07-01T14:30:00Z', 'UTC')).toBe('2026-07-01T14:00:00Z');
  });

  it('lie every two seconds for a realtime tier', () => {
    expect(slot({ every: 2n * SECOND }, '2026-07-01T10:00:03.999999Z')).toBe('2026-07-01T10:00:02Z');
  });

  it('are elapsed time on the day that has 23 hours', () => {
    // Midnight in Berlin is 23:00Z; at 01:00Z clocks jump from 2 to 3.
    expect(slot({ every: 2n * HOUR }, '2026-03-29T00:59:59Z')).toBe('2026-03-28T23:00:00Z');
    expect(slot({ every: 2n * HOUR }, '2026-03-29T01:30:00Z')).toBe('2026-03-29T01:00:00Z');
    expect(slot({ every: 2n * HOUR }, '2026-03-29T21:59:59Z')).toBe('2026-03-29T21:00:00Z');
    expect(slot({ every: 2n * HOUR }, '2026-03-29T22:00:00Z')).toBe('2026-03-29T22:00:00Z');
  });

  it('are elapsed time on the day that has 25 hours', () => {
    expect(slot({ every: HOUR }, '2026-10-25T00:30:00Z')).toBe('2026-10-25T00:00:00Z');
    expect(slot({ every: HOUR }, '2026-10-25T01:30:00Z')).toBe('2026-10-25T01:00:00Z');
    expect(slot({ every: 12n * HOUR }, '2026-10-25T22:59:59Z')).toBe('2026-10-25T22:00:00Z');
    expect(slot({ every: 12n * HOUR }, '2026-10-25T23:00:00Z')).toBe('2026-10-25T23:00:00Z');
  });
});

describe('slots of a day and more', () => {
  const daily = { every: DAY, at: '06:00' };

  it('lie at the local time of day, whatever the season', () => {
    expect(slot(daily, '2026-07-01T04:00:00Z')).toBe('2026-07-01T04:00:00Z');
    expect(slot(daily, '2026-07-01T03:59:59Z')).toBe('2026-06-30T04:00:00Z');
    expect(slot(daily, '2026-01-15T12:00:00Z')).toBe('2026-01-15T05:00:00Z');
    expect(slot({ every: DAY }, '2026-01-15T12:00:00Z')).toBe('2026-01-14T23:00:00Z');
  });

  it('move forward when a change of clocks skips them', () => {
    const tier = { every: DAY, at: '02:30' };
    expect(slot(tier, '2026-03-29T12:00:00Z')).toBe('2026-03-29T01:30:00Z');
    expect(slot(tier, '2026-03-29T01:29:59Z')).toBe('2026-03-28T01:30:00Z');
  });

  it('lie once where a change of clocks repeats them', () => {
    const tier = { every: DAY, at: '02:30' };
    expect(slot(tier, '2026-10-25T00:30:00Z')).toBe('2026-10-25T00:30:00Z');
    expect(slot(tier, '2026-10-25T01:30:00Z')).toBe('2026-10-25T00:30:00Z');
  });

  it('lie on the days whose number since 1970-01-01 is a multiple', () => {
    // 1970-01-01 is day 0, 1970-01-08 day 7, a Thursday.
    const weekly = { every: 7n * DAY, at: '09:00' };
    expect(slot(weekly, '1970-01-14T23:00:00Z', 'UTC')).toBe('1970-01-08T09:00:00Z');
    expect(slot(weekly, '1970-01-08T08:59:59Z', 'UTC')).toBe('1970-01-01T09:00:00Z');
    expect(slot(weekly, '2026-07-02T09:00:00Z', 'UTC')).toBe('2026-07-02T09:00:00Z');
    expect(slot(weekly, '2026-07-01T09:00:00Z', 'UTC')).toBe('2026-06-25T09:00:00Z');
  });
});

describe('due', () => {
  const hourly = { every: HOUR };

  it('is what never ticked', () => {
    expect(isDue(hourly, BERLIN, at('2026-07-01T10:30:00Z'))).toBe(true);
  });

  it('is a tier whose slot lies after its last tick, and not before', () => {
    const T = at('2026-07-01T11:00:00Z');
    expect(isDue(hourly, BERLIN, T, at('2026-07-01T10:59:59.999999Z'))).toBe(true);
    expect(isDue(hourly, BERLIN, T, T)).toBe(false);
    expect(isDue(hourly, BERLIN, T - 1n, at('2026-07-01T10:00:00Z'))).toBe(false);
    expect(isDue(hourly, BERLIN, T, at('2026-07-01T12:00:00Z'))).toBe(false);
  });

  it('comes at least once in every two cadences, and never twice for one slot', () => {
    const tiers = fc.record({
      every: fc.constantFrom(2n * SECOND, 5n * MINUTE, HOUR, 5n * HOUR, DAY, 3n * DAY, 7n * DAY),
      at: fc.option(fc.constantFrom('00:00', '02:30', '06:00', '23:59'), { nil: undefined }),
    });
    const zones = fc.constantFrom('UTC', BERLIN, 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe');
    const instants = fc.bigInt(at('2000-01-01T00:00:00Z'), at('2040-01-01T00:00:00Z'));
    fc.assert(
      fc.property(tiers, zones, instants, (tier, zone, T) => {
        const found = latestSlot(tier, zone, T);
        expect(found <= T).toBe(true);
        expect(latestSlot(tier, zone, found)).toBe(found);
        expect(isDue(tier, zone, T, found)).toBe(false);
        expect(isDue(tier, zone, T, found - 1n)).toBe(true);
        // A day that a zone skips or that has 25 hours lengthens a gap, by a day at most.
        expect(T - found < tier.every + (tier.every < DAY ? 2n * HOUR : DAY + 2n * HOUR)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
