/** Random plays: a shop, its people, segments over it, and a history with ticks. */
import type { Segment, Sync } from '../../src/config/project.ts';
import { randomCondition, type Wanted } from './conditions.ts';
import { Dice } from './dice.ts';
import { members } from './evaluate.ts';
import { groundOf } from './ground.ts';
import { History } from './history.ts';
import { type Moments, randomMoments } from './moments.ts';
import { type People, randomPeople } from './people.ts';
import type { Play, Step, Write } from './play.ts';
import type { Setting } from './setting.ts';
import { type EntityName, PLACE, randomShop, type Shop } from './shop.ts';
import { SQL_QUERIES } from './spoken-sql.ts';
import { projectOf, Stage } from './stage.ts';
import { keyText } from './tables.ts';

export interface Size {
  readonly segments: number;
  /** Of the segments, those with an audience. */
  readonly syncs: number;
  readonly ticks: number;
  readonly active: number;
  readonly quiet: number;
}

export const USUAL: Size = { segments: 60, syncs: 6, ticks: 12, active: 60, quiet: 600 };

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
  const segments = randomSegments({ dice, shop, moments }, people, writes[0]!, size.segments);
  const names = [...segments.keys()];
  const steps = moments.ticks.map((now, index): Step => {
    // The segments of a tick share their affected keys: only in small company does one stand or fall by its own.
    const company = dice.pick([5, 5, 25, names.length]);
    const together = index === 0 ? names : dice.some(names, dice.between(1, company));
    return { now, writes: writes[index]!, segments: together };
  });
  const synced = dice.some([...segments.values()], size.syncs);
  return { seed, shop, segments, syncs: syncsOf(dice, synced), steps };
}

interface Scene {
  readonly dice: Dice;
  readonly shop: Shop;
  readonly moments: Moments;
}

/** What the segments of a play are asked to contain, in turn; every form has its place. */
const PROGRAMME: readonly (Wanted | 'query' | undefined)[] = [
  'sequence',
  'calendar',
  'query',
  'compare',
  undefined,
  'sequence',
  'outermost',
  'through',
  'calendar',
  undefined,
  'sequence',
  'sql',
  'compare',
  undefined,
  'sequence',
  'calendar',
];

/** Segments that some active people are in at first and some are not; a few that are not so, all the same. */
function randomSegments(
  scene: Scene,
  people: People,
  load: readonly Write[],
  count: number,
): Map<string, Segment> {
  const { dice, shop, moments } = scene;
  const segments = new Map<string, Segment>();
  const stage = new Stage({ shop });
  stage.apply(load);
  const { tables } = stage;
  const isDull = (segment: Segment): boolean => {
    const active = new Set(people[segment.entity as EntityName].active.map(keyText));
    const project = projectOf({
      shop,
      segments: new Map(segments).set(segment.name, segment),
      syncs: new Map(),
    });
    const inside = members(project, tables, segment.name, moments.ticks[0]!, { among: active });
    return inside.size < 0.05 * active.size || inside.size > 0.95 * active.size;
  };
  for (let tries = 0; segments.size < count; tries += 1) {
    const segment = randomSegment(scene, segments);
    const isWelcome = dice.chance(0.1) || tries > 10 * count || segment.where.kind === 'query';
    if (isWelcome || !isDull(segment)) segments.set(segment.name, segment);
  }
  return segments;
}

/** The next one: every fifth is of accounts. */
function randomSegment({ dice, shop, moments }: Scene, before: ReadonlyMap<string, Segment>): Segment {
  const entity = before.size % 5 === 4 ? 'account' : 'customer';
  const wanted = PROGRAMME[before.size % PROGRAMME.length];
  const name = `s${String(before.size + 1).padStart(2, '0')}`;
  if (wanted === 'query') {
    const { sql } = dice.pick(SQL_QUERIES.filter((query) => query.entity === entity));
    return segmentOf(name, { kind: 'query', sql, place: PLACE }, entity);
  }
  const setting: Setting = {
    dice,
    ground: groundOf(shop, entity),
    timezone: shop.timezone,
    durations: moments.durations,
    middle: moments.ticks[Math.floor(moments.ticks.length / 2)]!,
    segments: [...before.values()].filter((each) => each.entity === entity).map((each) => each.name),
  };
  return segmentOf(name, randomCondition(setting, dice.between(0, 2), wanted), entity);
}

/** A segment with nothing said but its condition. */
export function segmentOf(name: string, where: Segment['where'], entity: EntityName = 'customer'): Segment {
  const file = `segments/${name}.yaml`;
  return { name, file, entity, tier: 'hourly', tags: [], where, allowFull: false, place: PLACE };
}

/** One sync to files for each of the segments; half of those of customers ask for consent. */
function syncsOf(dice: Dice, segments: readonly Segment[]): Map<string, Sync> {
  return new Map(
    segments.map((segment): [string, Sync] => {
      const name = `${segment.name}.files`;
      const sync: Sync = {
        ...(segment.entity === 'customer' && dice.chance(0.5) ? CONSENT : {}),
        name,
        segment: segment.name,
        destination: 'files',
        audience: segment.name,
        mode: 'mirror',
        match: ['external_id'],
        fields: FIELDS[segment.entity as EntityName],
        tier: 'hourly',
        guards: { maxRemove: '100', maxAdd: '100', minGuardedSize: 1_000_000 },
        place: PLACE,
      };
      return [name, sync];
    }),
  );
}

const CONSENT = {
  consent: {
    trait: 'ads',
    test: { op: 'eq', value: { type: 'boolean', value: true }, place: PLACE },
  },
} as const;

const FIELDS: Readonly<Record<EntityName, Sync['fields']>> = {
  customer: new Map([
    ['plan', { trait: 'plan' }],
    ['label', { trait: 'churn_label' }],
  ]),
  account: new Map([['tier', { trait: 'tier' }]]),
};
