/**
 * `explain` agrees with evaluation: the root's verdict and each node's are the brute force's, and until the verdict's
 * next change by time alone it is what it is now. `SEGSYNC_SEED=123` looks at one seed's play again.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Project, Segment } from '../../src/config/project.ts';
import { DAY, formatInstant, type Instant, parseInstant } from '../../src/instant.ts';
import type { WhyCondition, WhyReport } from '../../src/report/results.ts';
import { whyOf } from '../../src/run/why.ts';
import type { Condition } from '../../src/segment/condition.ts';
import { Dice } from '../brute-force/dice.ts';
import { members } from '../brute-force/evaluate.ts';
import type { Play } from '../brute-force/play.ts';
import { projectFiles } from '../brute-force/print-project.ts';
import { Product } from '../brute-force/product.ts';
import { randomPlay, type Size } from '../brute-force/random-play.ts';
import { projectOf, Stage } from '../brute-force/stage.ts';
import { tableStatements, writeStatements } from '../brute-force/statements.ts';
import { entityKeys, type Tables } from '../brute-force/tables.ts';
import { type Engine, engines } from '../engines.ts';

const SMALL: Size = { segments: 32, syncs: 4, ticks: 3, active: 30, quiet: 30 };
const LIMIT_MS = 600_000;
const ENOUGH = 190;
const given = process.env.SEGSYNC_SEED;

interface Figures {
  explained: number;
  nodes: number;
  held: number;
  changes: number;
  never: number;
  sequences: number;
}

describe.each(engines)('on $name', (engine) => {
  it('every verdict and the next change are the brute force’s', { timeout: LIMIT_MS }, async () => {
    const figures: Figures = { explained: 0, nodes: 0, held: 0, changes: 0, never: 0, sequences: 0 };
    const seeds = given ? [Number(given)] : fc.sample(fc.nat(), 20);
    for (const seed of seeds) {
      if (!given && figures.explained >= ENOUGH) break;
      await look(randomPlay(seed, SMALL), engine, figures);
    }
    console.log(`${engine.name}: ${JSON.stringify(figures)}`);
    if (given) return;
    // Where nothing held, or nothing ever changed, the comparison would prove nothing.
    expect(figures.held).toBeGreaterThan(figures.explained / 20);
    expect(figures.changes).toBeGreaterThan(figures.explained / 20);
    expect(figures.never).toBeGreaterThan(0);
    expect(figures.sequences).toBeGreaterThan(0);
    expect(figures.nodes).toBeGreaterThan(figures.explained);
  });
});

async function look(play: Play, engine: Engine, figures: Figures): Promise<void> {
  const product = await Product.open(engine, (target) => projectFiles(play, target), play.steps[0]!.now, {
    held: true,
  });
  try {
    await product.execute(tableStatements(play.shop));
    const stage = new Stage(play);
    const settled = new Map<string, Set<string>>();
    for (const step of play.steps) {
      await product.execute(writeStatements(play.shop, step.writes));
      stage.apply(step.writes);
      await product.tick(step.now, { segments: new Set(step.segments) });
      const scene: Scene = { play, product, tables: stage.tables, now: step.now, settled, figures };
      settle(scene, step.segments);
      await explainSome(scene, new Dice(play.seed + play.steps.indexOf(step)));
    }
  } finally {
    await product.close();
  }
}

interface Scene {
  readonly play: Play;
  readonly product: Product;
  readonly tables: Tables;
  readonly now: Instant;
  /** Members of `query:` segments at their last ticks. */
  readonly settled: Map<string, Set<string>>;
  readonly figures: Figures;
}

function settle({ play, tables, now, settled }: Scene, segments: readonly string[]): void {
  for (const name of segments) {
    if (play.segments.get(name)!.where.kind !== 'query') continue;
    settled.set(name, members(projectOf(play), tables, name, now, { settled }));
  }
}

/** One key of each segment; of some segments one that is in it. */
async function explainSome(scene: Scene, dice: Dice): Promise<void> {
  const { play, product, tables } = scene;
  const project = projectOf(play);
  for (const segment of product.project.segments.values()) {
    const keys = entityKeys(project, tables, segment.entity);
    const inside = [...members(project, tables, segment.name, scene.now, { settled: scene.settled })];
    const key = inside.length > 0 && dice.chance(0.6) ? dice.pick(inside) : dice.pick(keys);
    const report = await whyOf(product.world, product.project, {
      ...{ target: product.project.defaultTarget, segment: segment.name, key, rows: 2, waitMs: 0 },
    });
    check(scene, segment, key, report, dice);
  }
}

function check(scene: Scene, segment: Segment, key: string, report: WhyReport, dice: Dice): void {
  const { figures, now, play } = scene;
  const about = (what: string): string =>
    `seed ${play.seed}, segment ${segment.name}, key ${key}, at ${formatInstant(now)}: ${what}\n${JSON.stringify(report, null, 1)}`;
  const holds = (condition: Condition, at = now): boolean => bruteForce(scene, segment, condition, key, at);
  expect(report.found, about('found')).toBe(true);
  expect(report.holds, about('root')).toBe(holds(segment.where));
  for (const [condition, node] of pairs(scene.product.project, segment.where, report.condition)) {
    expect(node.holds, about(node.text)).toBe(holds(condition));
    figures.nodes += 1;
    if (condition.kind !== 'sequence' || !node.holds) continue;
    figures.sequences += 1;
    const chosen = node
      .steps!.filter((_, i) => condition.steps[i]!.kind === 'did')
      .map((each) => each.chosen);
    expect(
      chosen.every((each, i) => each && (i === 0 || chosen[i - 1]! < each)),
      about('chosen'),
    ).toBe(true);
  }
  figures.explained += 1;
  if (report.holds) figures.held += 1;
  checkNext(report, (at) => holds(segment.where, at), { now, dice, about, figures });
}

interface Next {
  readonly now: Instant;
  readonly dice: Dice;
  readonly about: (what: string) => string;
  readonly figures: Figures;
}

function checkNext(
  report: WhyReport,
  holds: (at: Instant) => boolean,
  { now, dice, about, figures }: Next,
): void {
  const { next_change: next } = report;
  if (next.kind === 'unknown') return;
  const until = next.kind === 'not_by_time' ? now + 800n * DAY : parseInstant(next.at, 'UTC')!;
  const between = Array.from(
    { length: 25 },
    () => now + BigInt(dice.between(0, 1_000_000)) * ((until - now) / 1_000_000n),
  );
  const still = [...between, until - 1n].filter((at) => at < until);
  const other = still.find((at) => holds(at) !== report.holds);
  expect(other === undefined ? 'none' : formatInstant(other), about('an earlier change')).toBe('none');
  if (next.kind === 'not_by_time') figures.never += 1;
  if (next.kind !== 'at') return;
  figures.changes += 1;
  expect(next.holds, about('the change')).toBe(!report.holds);
  expect(holds(until), about('the verdict then')).toBe(next.holds);
}

/** Each condition with the node that tells of it; `did_not` is told in one node. */
function pairs(project: Project, condition: Condition, node: WhyCondition): [Condition, WhyCondition][] {
  const of = partsOf(project, condition);
  const isOne = condition.kind === 'not' && node.text !== 'not';
  const below = isOne || !node.of ? [] : of.flatMap((each, i) => pairs(project, each, node.of![i]!));
  if (!isOne && of.length > 0) expect(node.of).toHaveLength(of.length);
  return [[condition, node], ...below];
}

function partsOf({ segments }: Project, condition: Condition): readonly Condition[] {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of;
  if (condition.kind === 'not') return [condition.of];
  const pasted = condition.kind === 'segment' ? segments.get(condition.segment)!.where : undefined;
  return pasted && pasted.kind !== 'query' ? [pasted] : [];
}

/** A condition of the segment, as if it were a segment's whole one. */
function bruteForce(scene: Scene, segment: Segment, where: Condition, key: string, at: Instant): boolean {
  const { play, tables, settled } = scene;
  const name = 'looked_at';
  const segments = new Map(play.segments).set(name, { ...segment, name, where });
  const found = members(projectOf({ ...play, segments }), tables, name, at, {
    settled,
    among: new Set([key]),
  });
  return found.has(key);
}
