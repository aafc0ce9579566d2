/** The arithmetic of a tier against a tick at every slot. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestSlot } from '../../../src/evaluate/due.ts';
import { Slots } from '../../../src/evaluate/slots.ts';
import { type Moment, TierReplay } from '../../../src/evaluate/tier-replay.ts';
import { Truth } from '../../../src/evaluate/truth.ts';
import { DAY, HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../../src/instant.ts';
import { addTicks, addTruth, noFigures, noTruth } from '../../brute-force/replay.ts';

const at = (text: string): Instant => parseInstant(text, 'UTC')!;

/** Around both changes of clocks, in zones that change them at different hours. */
const spans = fc
  .record({
    day: fc.constantFrom('2026-03-28T00:00:00Z', '2026-10-24T00:00:00Z', '2026-07-01T00:00:00Z'),
    start: fc.integer({ min: 0, max: 86_400 * 2 }),
    length: fc.integer({ min: 1, max: 86_400 * 3 }),
  })
  .map(({ day, start, length }) => {
    const from = at(day) + BigInt(start) * SECOND;
    return { from, to: from + BigInt(length) * SECOND };
  });
const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Beirut', 'Asia/Kolkata');
const tiers = fc.constantFrom(
  { every: 20n * MINUTE },
  { every: 7n * MINUTE },
  { every: HOUR, at: '00:10' },
  { every: 5n * HOUR },
  { every: 5n * HOUR, at: '06:00' },
  { every: DAY },
  { every: DAY, at: '02:30' },
  { every: 2n * DAY, at: '06:00' },
);

/** Slots by asking, second by second at the marks that can be one, whether the latest one is now. */
function slotsByAsking(tier: { every: bigint; at?: string }, zone: string, from: Instant, to: Instant) {
  const found: Instant[] = [];
  const first = from - (from % MINUTE);
  for (let T = first; T <= to; T += MINUTE) {
    if (T > from && latestSlot(tier, zone, T) === T) found.push(T);
  }
  return found;
}

describe('slots', () => {
  it('are those of the schedule, numbered', () => {
    fc.assert(
      fc.property(spans, zones, tiers, (span, zone, tier) => {
        const to = span.from + (span.to - span.from) / 3n;
        const asked = slotsByAsking(tier, zone, span.from, to);
        const slots = new Slots(tier, zone, span.from, to);
        expect(slots.count).toBe(asked.length);
        for (const [index, slot] of asked.entries()) {
          expect(slots.atOrAfter(slot)).toEqual({ index, at: slot });
          expect(slots.atOrAfter(slot - 1n)).toEqual({ index, at: slot });
        }
        expect(slots.atOrAfter((asked.at(-1) ?? span.from) + 1n)).toBeUndefined();
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe('a tier', () => {
  it('makes of a past what a tick at every slot makes of it', () => {
    const pasts = fc.array(fc.array(fc.tuple(fc.nat(10_000), fc.boolean()), { maxLength: 12 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(spans, zones, tiers, pasts, (span, zone, tier, keys) => {
        const { from, to } = span;
        const slots = new Slots(tier, zone, from, to);
        const replay = new TierReplay(slots, to);
        const truth = new Truth(to);
        const [figures, plain] = [noFigures(), noTruth()];
        const listed = listedSlots(slots, from);
        for (const drawn of keys) {
          const moments = momentsOf(drawn, from, to);
          replay.add(moments);
          truth.add(moments);
          const instants = moments.slice(1).map((moment) => moment.at);
          const holds = (T: Instant): boolean => moments.findLast((moment) => moment.at <= T)!.holds;
          const past = { from, to, holds, instants, looked: instants };
          addTicks(figures, past, listed);
          addTruth(plain, past);
        }
        expect(figuresOf(replay)).toEqual({ ...figures, busy: figures.busy.size });
        const { entered, exited, members, memberTime } = truth;
        expect({ entered, exited, members, memberTime }).toEqual(plain);
        expect(truth.keys).toBe(keys.length);
      }),
      { numRuns: 300 },
    );
  });

  it('sees nothing of what comes and goes between two slots', () => {
    const from = at('2026-07-01T00:00:00Z');
    const to = from + 2n * HOUR;
    const replay = new TierReplay(new Slots({ every: HOUR }, 'UTC', from, to), to);
    replay.add([
      { at: from, holds: false },
      { at: from + 10n * MINUTE, holds: true },
      { at: from + 30n * MINUTE, holds: false },
    ]);
    expect(figuresOf(replay)).toMatchObject({
      add: 0,
      remove: 0,
      unseen: 2,
      missing: 20n * MINUTE,
      affected: 1,
    });
  });
});

function listedSlots(slots: Slots, from: Instant): Instant[] {
  const listed: Instant[] = [];
  for (let slot = slots.atOrAfter(from); slot; slot = slots.atOrAfter(slot.at + 1n)) listed.push(slot.at);
  expect(listed).toHaveLength(slots.count);
  return listed;
}

/** Now and then on a slot, or at the span's end. */
function momentsOf(drawn: readonly (readonly [number, boolean])[], from: Instant, to: Instant): Moment[] {
  const placed = drawn.map(([place, holds]): Moment => {
    const exact = from + ((to - from) * BigInt(place)) / 10_000n;
    return { at: place % 3 === 0 ? exact - (exact % HOUR) : exact, holds };
  });
  const byInstant = new Map(placed.filter((each) => each.at > from).map((each) => [each.at, each]));
  const sorted = [...byInstant.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  return [{ at: from, holds: drawn.length % 2 === 1 }, ...sorted];
}

function figuresOf(replay: TierReplay) {
  return {
    add: replay.enters.count,
    remove: replay.exits.count,
    enterLate: replay.enters.total,
    exitLate: replay.exits.total,
    longestEnter: replay.enters.longest,
    longestExit: replay.exits.longest,
    missing: replay.missing,
    lingering: replay.lingering,
    unseen: replay.unseen,
    wrongKeys: replay.wrongKeys,
    affected: replay.affected,
    busy: replay.busy,
  };
}
