import { describe, expect, it } from 'vitest';
import { type Backlog, Rhythm } from '../../../src/deliver/rhythm.ts';

const IDLE: Backlog = { unasked: 0, answered: 0, parcels: 0, asked: 0, isRead: false, isHalted: false };

function rhythm(yields = false, concurrency = 4) {
  let now = 1_000;
  const of = new Rhythm({ monotonic: () => now }, { yields, concurrency });
  const isDue = (backlog: Partial<Backlog>): boolean => of.isDue({ ...IDLE, ...backlog });
  const flush = (rows: number, ms: number): void => {
    of.began();
    now += ms;
    of.ended(rows);
  };
  return { of, isDue, flush, pass: (ms: number) => (now += ms), waitMs: () => of.waitMs(IDLE) };
}

describe('a flush is due', () => {
  it('when it is full, or two seconds have passed, and not for every row', () => {
    const { isDue, pass, waitMs } = rhythm();
    expect(isDue({ unasked: 4_999, answered: 4_999 })).toBe(false);
    expect(isDue({ unasked: 5_000 })).toBe(true);
    expect(isDue({ answered: 5_000 })).toBe(true);
    expect(waitMs()).toBe(2_000);
    pass(1_999);
    expect(isDue({ unasked: 1 })).toBe(false);
    pass(1);
    expect([isDue({ unasked: 1 }), waitMs()]).toEqual([true, 0]);
  });

  it('while the last one is sent, only if requests or rows run out', () => {
    const { isDue } = rhythm();
    expect(isDue({ unasked: 5_000, parcels: 4, asked: 5_000 })).toBe(false);
    expect(isDue({ unasked: 5_000, parcels: 3, asked: 5_000 })).toBe(true);
    expect(isDue({ unasked: 5_000, parcels: 4, asked: 4_999 })).toBe(true);
  });

  it('at the end as soon as nothing is on its way', () => {
    const { isDue } = rhythm();
    expect(isDue({ isRead: true, answered: 3, parcels: 1, asked: 3 })).toBe(false);
    expect(isDue({ isRead: true, answered: 3 })).toBe(true);
    expect(isDue({ isHalted: true, unasked: 5_000, parcels: 1 })).toBe(false);
    expect(isDue({ isHalted: true, unasked: 5_000 })).toBe(true);
  });
});

describe('beside faster tiers', () => {
  it('flushes are smaller, and each is followed by a rest twice as long', () => {
    const { of, isDue, flush, pass, waitMs } = rhythm(true);
    expect(of.rows).toBe(1_000);
    flush(1_000, 300);
    expect([isDue({ unasked: 1_000 }), waitMs()]).toEqual([false, 600]);
    pass(599);
    expect(isDue({ unasked: 1_000 })).toBe(false);
    pass(1);
    expect(isDue({ unasked: 1_000 })).toBe(true);
  });

  it('a rest is two seconds at most, none follows a few rows, and who is halted does not rest', () => {
    const { isDue, flush, pass, waitMs } = rhythm(true);
    flush(1_000, 60_000);
    expect(waitMs()).toBe(2_000);
    expect(isDue({ isHalted: true })).toBe(true);
    pass(2_000);
    flush(500, 300);
    expect(isDue({ unasked: 1_000 })).toBe(true);
  });

  it('without them there is no rest', () => {
    const { isDue, flush } = rhythm();
    flush(5_000, 300);
    expect(isDue({ unasked: 5_000 })).toBe(true);
  });
});
