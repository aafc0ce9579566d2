/** The laws of the segment language, over random conditions and random tables, as the product sees them. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/segment/condition.ts';
import { randomCondition } from '../brute-force/conditions.ts';
import { Dice } from '../brute-force/dice.ts';
import { groundOf } from '../brute-force/ground.ts';
import type { Play } from '../brute-force/play.ts';
import { definitionYaml } from '../brute-force/print-condition.ts';
import { projectFiles } from '../brute-force/print-project.ts';
import { Product, type ProjectFiles } from '../brute-force/product.ts';
import { randomPlay, segmentOf } from '../brute-force/random-play.ts';
import { OPPOSITES, opposite, pasted, reordered, withoutDidNot } from '../brute-force/rewrite.ts';
import type { Setting } from '../brute-force/setting.ts';
import { type EntityName, PLACE, WILD } from '../brute-force/shop.ts';
import { projectOf, Stage } from '../brute-force/stage.ts';
import { tableStatements, writeStatements } from '../brute-force/statements.ts';
import { entityKeys } from '../brute-force/tables.ts';
import { yamlText } from '../brute-force/yaml.ts';
import { engines } from '../engines.ts';

const engine = engines.find(({ name }) => name === 'duckdb')!;
const SIZE = { segments: 16, syncs: 0, ticks: 3, active: 60, quiet: 20 };
const RUNS = { numRuns: 3 };
const place = PLACE;

/** Members by segment after the play's ticks, its segments replaced by `conditions`; and everyone there is. */
async function play(
  seed: number,
  conditions: (play: Play) => ReadonlyMap<string, Condition>,
): Promise<{
  members: Map<string, Set<string>>;
  /** By the segment. */
  everyone: (name: string) => string[];
  conditions: ReadonlyMap<string, Condition>;
}> {
  const drawn = randomPlay(seed, SIZE);
  const chosen = conditions(drawn);
  const segments = new Map(
    [...chosen].map(([name, where]) => [name, segmentOf(name, where, entityOf(drawn, name))]),
  );
  const played: Play = { ...drawn, segments, syncs: new Map() };
  const files: ProjectFiles = (target) => projectFiles(played, target);
  const product = await Product.open(engine, files, drawn.steps[0]!.now, { held: true });
  const stage = new Stage(played);
  try {
    await product.execute(tableStatements(played.shop));
    for (const step of played.steps) {
      await product.execute(writeStatements(played.shop, step.writes));
      stage.apply(step.writes);
      const report = await product.tick(step.now);
      expect(report.segments.filter(({ error }) => error)).toEqual([]);
    }
    const everyone = (name: string): string[] =>
      entityKeys(projectOf(played), stage.tables, segments.get(name)!.entity);
    return { members: await product.membership(), everyone, conditions: chosen };
  } finally {
    await product.close();
  }
}

/** A segment's own, or that of the one that it is an `-other` of. */
function entityOf({ segments }: Play, name: string): EntityName {
  return (segments.get(name.replace(/-.*$/, ''))?.entity ?? 'customer') as EntityName;
}

/** The play's segments, and each of them written in another way, under a name that ends in `-other`. */
function besides(
  rewrite: (condition: Condition, name: string, all: ReadonlyMap<string, Condition>) => Condition,
) {
  return ({ segments }: Play): Map<string, Condition> => {
    const all = new Map([...segments].map(([name, { where }]) => [name, where]));
    const others = [...all].map(([name, where]): [string, Condition] => [
      `${name}-other`,
      rewrite(where, name, all),
    ]);
    return new Map([...all, ...others]);
  };
}

/** Each segment and its `-other`, as sorted keys. */
function pairs(members: ReadonlyMap<string, ReadonlySet<string>>): [string, string[], string[]][] {
  return [...members.keys()]
    .filter((name) => members.has(`${name}-other`))
    .map((name) => [name, [...members.get(name)!].sort(), [...members.get(`${name}-other`)!].sort()]);
}

/** A `query:` stands alone: only a reference to it can be denied. */
function complement(where: Condition, segment: string): Condition {
  return { kind: 'not', of: where.kind === 'query' ? { kind: 'segment', segment, place } : where, place };
}

const SAME: readonly [string, (seed: number) => Parameters<typeof besides>[0]][] = [
  ['the order of conditions never matters', (seed) => (where) => reordered(where, new Dice(seed + 1))],
  [
    'a reference gives the same answer as the segment',
    () => (_, name) => ({ kind: 'segment', segment: name, place }),
  ],
  [
    'references give the same answer as their text pasted in place',
    () => (where, _, all) => pasted(where, all),
  ],
  ['did_not is not did', () => (where) => withoutDidNot(where)],
];

describe('laws', () => {
  it.each(SAME)('%s', async (_, rewrite) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { members, conditions } = await play(seed, besides(rewrite(seed)));
        for (const [name, one, other] of pairs(members)) expect(other, textOf(conditions, name)).toEqual(one);
        expect([...members.values()].some((keys) => keys.size > 0)).toBe(true);
      }),
      RUNS,
    );
  });

  it('not C is the exact complement of C over all entities', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { members, everyone, conditions } = await play(seed, besides(complement));
        for (const [name, one, other] of pairs(members)) {
          expect([...one, ...other].sort(), textOf(conditions, name)).toEqual(everyone(name));
        }
      }),
      RUNS,
    );
  });

  it('an unknown comparison is false, and so is its opposite', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { members, everyone, conditions } = await play(seed, comparisons(seed));
        for (const [name, one, other] of pairs(members)) {
          const unknown = [...members.get(`${name}-null`)!];
          // Each of them is in exactly one of the three.
          expect([...one, ...other, ...unknown].sort(), textOf(conditions, name)).toEqual(everyone(name));
        }
        expect([...members].some(([name, keys]) => name.endsWith('-null') && keys.size > 0)).toBe(true);
      }),
      RUNS,
    );
  });
});

/** Random comparisons of traits with constants and with each other, the opposite of each, and what is unknown. */
function comparisons(seed: number) {
  return ({ shop, steps }: Play): Map<string, Condition> => {
    const setting: Setting = {
      dice: new Dice(seed + 1),
      ground: groundOf(shop, 'customer'),
      timezone: shop.timezone,
      durations: [1n, 2n],
      middle: steps[0]!.now,
      segments: [],
    };
    const conditions = new Map<string, Condition>();
    while (conditions.size < 3 * SIZE.segments) {
      const triple = tripleOf(randomCondition(setting, 0));
      if (!triple) continue;
      const name = `t${conditions.size}`;
      conditions.set(name, triple.one);
      conditions.set(`${name}-other`, triple.other);
      conditions.set(`${name}-null`, triple.unknown);
    }
    return conditions;
  };
}

/** A comparison, its opposite, and the condition that a trait in it is unknown; undefined where it cannot be said. */
function tripleOf(one: Condition): { one: Condition; other: Condition; unknown: Condition } | undefined {
  if (one.kind === 'trait' && one.test.op !== 'window') {
    const test = opposite(one.test);
    return test && { one, other: { ...one, test }, unknown: isNull(one.trait) };
  }
  if (one.kind !== 'compare' || one.left.kind !== 'trait' || one.right.kind !== 'trait') return undefined;
  const traits = [one.left.trait, one.right.trait];
  if (traits.some((trait) => WILD.includes(trait))) return undefined;
  const unknown: Condition = { kind: 'any', of: traits.map(isNull), place };
  return { one, other: { ...one, op: OPPOSITES[one.op] }, unknown };
}

function isNull(trait: string): Condition {
  return { kind: 'trait', trait, test: { op: 'is_null', value: true, place }, place };
}

function textOf(conditions: ReadonlyMap<string, Condition>, name: string): string {
  return [name, `${name}-other`].map((each) => yamlText(definitionYaml(conditions.get(each)!))).join('---\n');
}
