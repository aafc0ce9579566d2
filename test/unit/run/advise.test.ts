/** What is compared, and what is recommended of it. */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../../src/config/project.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/instant.ts';
import type { TierAdvice } from '../../../src/report/results.ts';
import { fastestFirst } from '../../../src/run/advise/cadences.ts';
import { recommend } from '../../../src/run/advise/recommend.ts';

const TIERS: Tier[] = [
  { name: 'hourly', every: HOUR, freshWithin: 2n * HOUR },
  { name: 'realtime', every: 2n * SECOND, freshWithin: 10n * SECOND },
  { name: 'minutely', every: MINUTE, freshWithin: 3n * MINUTE },
];

describe('tiers', () => {
  it('are compared fastest first', () => {
    expect(fastestFirst(TIERS).map(({ name }) => name)).toEqual(['realtime', 'minutely', 'hourly']);
  });

  it('of one cadence, as where a warehouse bears no shorter one, by what they promise', () => {
    const same = TIERS.map((tier) => ({ ...tier, every: HOUR }));
    expect(fastestFirst(same).map(({ name }) => name)).toEqual(['realtime', 'minutely', 'hourly']);
  });
});

describe('the recommendation', () => {
  const late = { mean_ms: 0, longest_ms: 0 };
  const tier = (name: string, every_ms: number, wrong_share?: number): TierAdvice => ({
    ...{ tier: name, every_ms, ...(wrong_share === undefined ? {} : { wrong_share }) },
    ...{ wrong_members: 0, missing_ms: 0, lingering_ms: 0, late_enters: late, late_exits: late },
    ...{ unseen: 0, add: 0, remove: 0, ticks: 3_600_000 / every_ms, busy_ticks: 0, affected: 0 },
  });

  it('is the slowest tier that is good enough, with what a faster one would gain', () => {
    const tiers = [
      tier('realtime', 2000, 0.001),
      tier('frequent', 300_000, 0.004),
      tier('hourly', 3_600_000, 0.3),
    ];
    expect(recommend(tiers, 0.05)).toEqual({
      recommended: 'frequent',
      why: 'wrong for 0.4% of members’ time; hourly: 30%, more than 5%; realtime would take 150 times the ticks to gain 0.3 points',
    });
    expect(recommend(tiers, 0.3).recommended).toBe('hourly');
  });

  it('is the fastest where none is good enough', () => {
    const tiers = [tier('realtime', 2000, 0.1), tier('hourly', 3_600_000, 2)];
    expect(recommend(tiers, 0.05)).toEqual({
      recommended: 'realtime',
      why: 'wrong for 10% of members’ time: more than 5%, but no tier is faster',
    });
  });

  it('is the slowest where nothing happened, and of equal cadences the one that promises less', () => {
    expect(recommend([tier('realtime', 2000), tier('daily', 3_600_000)], 0.05)).toEqual({
      recommended: 'daily',
      why: 'nobody would be wrong at any tier',
    });
    expect(
      recommend([tier('realtime', 60_000, 0.01), tier('minutely', 60_000, 0.01)], 0.05).recommended,
    ).toBe('minutely');
  });
});
