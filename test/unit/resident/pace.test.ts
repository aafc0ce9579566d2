/** When a tier is looked at, and when a run is due by its promise. */
import { expect, test } from 'vitest';
import { type Instant, parseInstant } from '../../../src/instant.ts';
import { Pace } from '../../../src/resident/pace.ts';

const SECOND = 1_000_000n;
const MINUTE = 60n * SECOND;
const NOON = parseInstant('2026-11-20T12:00:00Z', 'UTC')!;
const REALTIME = { name: 'realtime', every: 2n * SECOND, freshWithin: 30n * SECOND };
const HOURLY = { name: 'hourly', every: 60n * MINUTE, freshWithin: 90n * MINUTE };

const ms = (wait: bigint): number => Number(wait) / 1000;

/** Looks at every instant that it is time for, from `from` to `to`; says how long each wait was, in milliseconds. */
function waits(pace: Pace, from: Instant, to: Instant, found = false): number[] {
  const all: number[] = [];
  for (let now = from; now < to; ) {
    pace.note(now, { found, ran: false });
    const wait = pace.waitFor(now);
    all.push(ms(wait));
    now += wait;
  }
  return all;
}

test('nothing was looked at yet: at once', () => {
  const pace = new Pace(HOURLY, 'UTC');
  expect(pace.waitFor(NOON)).toBe(0n);
  expect(pace.isSlot(NOON)).toBe(true);
  expect(pace.isRunDue(NOON)).toBe(true);
});

test('a slow tier waits for its slot, and every slot is a run', () => {
  const pace = new Pace(HOURLY, 'UTC');
  pace.note(NOON + 5n * MINUTE, { found: false, ran: true });
  expect(pace.waitFor(NOON + 5n * MINUTE)).toBe(55n * MINUTE);
  expect(pace.isSlot(NOON + 59n * MINUTE)).toBe(false);
  expect(pace.isSlot(NOON + 60n * MINUTE)).toBe(true);
  expect(pace.isRunDue(NOON + 60n * MINUTE)).toBe(true);
});

test('a fast tier is looked at eight times a slot while something happens', () => {
  const pace = new Pace(REALTIME, 'UTC');
  expect(waits(pace, NOON, NOON + 2n * SECOND, true)).toEqual(Array(8).fill(250));
  const faster = new Pace({ ...REALTIME, every: SECOND / 2n }, 'UTC');
  expect(waits(faster, NOON, NOON + SECOND / 2n, true)).toEqual(Array(5).fill(100));
});

test('with every quiet minute half as often, down to its slots; news sets it back', () => {
  const pace = new Pace(REALTIME, 'UTC');
  const firstOf = (minute: bigint): number => {
    const from = NOON + minute * MINUTE;
    return waits(pace, from, from + MINUTE)[0]!;
  };
  expect([0n, 1n, 2n, 3n, 4n, 30n].map(firstOf)).toEqual([250, 500, 1000, 2000, 2000, 2000]);
  pace.note(NOON + 40n * MINUTE, { found: true, ran: false });
  expect(pace.waitFor(NOON + 40n * MINUTE)).toBe(SECOND / 4n);
});

test('of a fast tier a run is due three times within the promise, and once a minute', () => {
  const pace = new Pace(REALTIME, 'UTC');
  pace.note(NOON, { found: false, ran: true });
  expect(pace.isRunDue(NOON + 10n * SECOND - 1n)).toBe(false);
  expect(pace.isRunDue(NOON + 10n * SECOND)).toBe(true);
  const slack = new Pace({ ...REALTIME, freshWithin: 60n * MINUTE }, 'UTC');
  slack.note(NOON, { found: false, ran: true });
  expect(slack.isRunDue(NOON + MINUTE - 1n)).toBe(false);
  expect(slack.isRunDue(NOON + MINUTE)).toBe(true);
});

test('a clock that goes back brings neither haste nor sleep', () => {
  const pace = new Pace(REALTIME, 'UTC');
  pace.note(NOON, { found: false, ran: false });
  const back = NOON - 60n * MINUTE;
  pace.note(back, { found: false, ran: false });
  expect(pace.waitFor(back)).toBe(SECOND / 4n);
  expect(waits(pace, back, back + SECOND)).toEqual(Array(4).fill(250));
});
