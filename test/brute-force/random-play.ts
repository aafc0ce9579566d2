/** Random plays: a shop, its people, segments over it, and a history with ticks. */
import * as fc from 'fast-check';
import type { Segment, Sync } from '../../src/config/project.ts';
import { randomCondition, type Setting } from './conditions.ts';
import { Dice } from './dice.ts';
import { History } from './history.ts';
import { type Moments, randomMoments } from './moments.ts';
import { randomPeople } from './people.ts';
import type { Play, Step } from './play.ts';
import { PLACE, randomShop } from './shop.ts';

export interface Size {
  readonly segments: number;
  readonly ticks: number;
  readonly active: number;
  readonly quiet: number;
}

export const USUAL: Size = { segments: 12, ticks: 14, active: 60, quiet: 220 };

/** Plays of a size; each tells its seed. */
export function plays(size: Size): fc.Arbitrary<Play> {
  return fc.integer({ min: 0, max: 0x7fffffff }).map((seed) => randomPlay(seed, size));
}

/** The play of a seed: the same whenever it is asked for. */
export function randomPlay(seed: number, size: Size): Play {
  const dice = new Dice(seed);
  const shop = randomShop(dice);
  const moments = randomMoments(dice, shop.timezone, size.ticks);
  const segments = randomSegments({ dice, shop, moments }, size.segments);
  const people = randomPeople(dice, shop, size.active, size.quiet);
  const history = new History({ dice, shop, moments }, people);
  const names = [...segments.keys()];
  const steps = moments.ticks.map((now, index): Step => {
    const last = moments.ticks[index - 1];
    const writes = last === undefined ? history.begin(now) : history.between(last, now);
    return {
      now,
      writes,
      segments: dice.chance(0.7) ? names : dice.some(names, dice.between(1, names.length)),
    };
  });
  return { seed, shop, segments, syncs: syncsOf(dice, names), steps };
}

interface Scene {
  readonly dice: Dice;
  readonly shop: Play['shop'];
  readonly moments: Moments;
}

function randomSegments({ dice, shop, moments }: Scene, count: number): Map<string, Segment> {
  const segments = new Map<string, Segment>();
  const middle = moments.ticks[Math.floor(moments.ticks.length / 2)]!;
  for (let index = 1; index <= count; index += 1) {
    const name = `s${String(index).padStart(2, '0')}`;
    const setting: Setting = {
      dice,
      shop,
      durations: moments.durations,
      middle,
      segments: [...segments.keys()],
    };
    segments.set(name, segmentOf(name, randomCondition(setting, 2)));
  }
  return segments;
}

/** A segment of customers, with nothing said but its condition. */
export function segmentOf(name: string, where: Segment['where']): Segment {
  const file = `segments/${name}.yaml`;
  return { name, file, entity: 'customer', tier: 'hourly', tags: [], where, allowFull: false, place: PLACE };
}

/** One sync to files for each segment; half of them ask for consent. */
function syncsOf(dice: Dice, segments: readonly string[]): Map<string, Sync> {
  return new Map(
    segments.map((segment): [string, Sync] => {
      const consent = dice.chance(0.5)
        ? {
            consent: {
              trait: 'ads',
              test: { op: 'eq', value: { type: 'boolean', value: true }, place: PLACE },
            } as const,
          }
        : {};
      const name = `${segment}.files`;
      const guards = { maxRemove: '100', maxAdd: '100', minGuardedSize: 1_000_000 };
      const sync: Sync = {
        ...consent,
        name,
        segment,
        destination: 'files',
        audience: segment,
        mode: 'mirror',
        match: ['external_id'],
        fields: new Map([
          ['plan', { trait: 'plan' }],
          ['label', { trait: 'churn_label' }],
        ]),
        tier: 'hourly',
        guards,
        place: PLACE,
      };
      return [name, sync];
    }),
  );
}
