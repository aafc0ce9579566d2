/** What a resident process tells again, and when. */
import { expect, it } from 'vitest';
import { Told } from '../../src/commands/told.ts';

function open(): { told: Told; pass: (ms: number) => void } {
  let now = 0;
  const told = new Told({ monotonic: () => now, now: () => 0n, simulated: false });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { told, pass };
}

it('the same after ten minutes', () => {
  const { told, pass } = open();
  expect(told.isNews('W221 the table is old')).toBe(true);
  pass(599_999);
  expect(told.isNews('W221 the table is old')).toBe(false);
  pass(1);
  expect(told.isNews('W221 the table is old')).toBe(true);
});

it.each([
  ['an age', 'shop.events is 59s old', 'shop.events is 5h 27m old'],
  ['a share', 'it would add 163 of 24, the limit is 20%', 'it would add 9 of 1,024, the limit is 20%'],
  [
    'an instant',
    'nothing newer than 2026-11-29T10:00:00.000001Z',
    'nothing newer than 2026-11-29T11:00:00.000002Z',
  ],
])('not because of %s', (_, before, after) => {
  const { told } = open();
  expect(told.isNews(before)).toBe(true);
  expect(told.isNews(after)).toBe(false);
});

it.each([
  ['shop.events_2 is 5h old', 'shop.events_3 is 5h old'],
  ['sync top-10.hook is held', 'sync top-20.hook is held'],
  ['sync a.2 is held', 'sync a.3 is held'],
  ['sync 10.hook is held', 'sync 20.hook is held'],
  ['segment 2024: it failed', 'segment 2025: it failed'],
  ['segment 30d: it failed', 'segment 7d: it failed'],
])('a name with figures in it is another: %s, %s', (one, other) => {
  const { told } = open();
  expect(told.isNews(one)).toBe(true);
  expect(told.isNews(other)).toBe(true);
});

it('what is over, when it begins anew', () => {
  const { told } = open();
  expect(told.isNews('E451 sync a.hook is held: 5 of 9')).toBe(true);
  told.forget('sync a.hook is held');
  expect(told.isNews('E451 sync a.hook is held: 6 of 9')).toBe(true);
});
