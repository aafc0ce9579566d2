/** Random plays: a shop, its people, segments over it, and a history with ticks. */
import type { Segment, Sync } from '../../src/config/project.ts';
import { randomCondition, type Setting } from './conditions.ts';
import { Dice } from './dice.ts';
import { members } from './evaluate.ts';
import { History } from './history.ts';
import { type Moments, randomMoments } from './moments.ts';
import { randomPeople } from './people.ts';
import type { Play, Step, Write } from './play.ts';
import { PLACE, randomShop } from './shop.ts';
import { projectOf, Stage } from './stage.ts';
import { type Cell, keyText } from './tables.ts';

export interface Size {
  readonly segments: number;
  readonly ticks: number;
  readonly active: number;
  readonly quiet: number;
}

export const USUAL: Size = { segments: 24, ticks: 12, active: 60, quiet: 240 };

/** The play of a seed: the same whenever it is asked for. */
export function randomPlay(seed: number, size: Size): Play {
  const dice = new Dice(seed);
  const shop = randomShop(dice);
  const moments = randomMoments(dice, shop.timezone, size.ticks);
  const people = randomPeople(dice, shop, size.active, size.quiet);
  const history = new History({ dice, shop, moments }, people);
  const writes = moments.ticks.map((now, index) => {
    const last = moments.ticks[index - 1];
    return last === undefined ? history.begin(now) : history.between(last, now);
  });
  const segments = randomSegments({ dice, shop, moments }, people.active, writes[0]!, size.segments);
  const names = [...segments.keys()];
  const steps = moments.ticks.map((now, index): Step => {
    // The segments of a tick share their affected keys: only in small company does one stand or fall by its own.
    const together = index === 0 || dice.chance(0.4) ? names : dice.some(names, dice.between(1, 5));
    return { now, writes: writes[index]!, segments: together };
  });
  return {
    seed,
    shop,
    segments,
    syncs: syncsOf(
      dice,
      names.filter(() => dice.chance(0.5)),
    ),
    steps,
  };
}

interface Scene {
  readonly dice: Dice;
  readonly shop: Play['shop'];
  readonly moments: Moments;
}

/** Segments that some active customers are in at first and some are not; a few that are not so, all the same. */
function randomSegments(
  { dice, shop, moments }: Scene,
  active: readonly Cell[],
  load: readonly Write[],
  count: number,
): Map<string, Segment> {
  const segments = new Map<string, Segment>();
  const middle = moments.ticks[Math.floor(moments.ticks.length / 2)]!;
  const stage = new Stage({ shop });
  stage.apply(load);
  const tables = stage.tables;
  for (let tries = 0; segments.size < count; tries += 1) {
    const name = `s${String(segments.size + 1).padStart(2, '0')}`;
    const setting: Setting = {
      dice,
      shop,
      durations: moments.durations,
      middle,
      segments: [...segments.keys()],
    };
    segments.set(name, segmentOf(name, randomCondition(setting, dice.between(0, 2))));
    const project = projectOf({ shop, segments, syncs: new Map() });
    const inside = members(project, tables, name, moments.ticks[0]!);
    const share = active.filter((key) => inside.has(keyText(key))).length / active.length;
    if (tries < 10 * count && !dice.chance(0.1) && (share < 0.05 || share > 0.95)) segments.delete(name);
  }
  return segments;
}

/** A segment of customers, with nothing said but its condition. */
export function segmentOf(name: string, where: Segment['where']): Segment {
  const file = `segments/${name}.yaml`;
  return { name, file, entity: 'customer', tier: 'hourly', tags: [], where, allowFull: false, place: PLACE };
}

/** One sync to files for each of the segments; half of them ask for consent. */
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
