/** A play performed by the product, and held against the brute force after every tick. */
import type { Sync } from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import { formatInstant } from '../../src/instant.ts';
import type { RunReport } from '../../src/report/results.ts';
import type { Engine } from '../engines.ts';
import { audience, members, traitReader } from './evaluate.ts';
import type { Play, Step } from './play.ts';
import { projectFiles, segmentText } from './print-project.ts';
import { audienceOf, Product } from './product.ts';
import { projectOf, Stage } from './stage.ts';
import { tableStatements, writeStatements } from './statements.ts';
import { entityKeys } from './tables.ts';

/** What the ticks of a play were like. Counts are of segment-ticks: one segment evaluated at one instant. */
export interface Figures {
  ticks: number;
  /** Of them, those whose audience was compared too. */
  audiences: number;
  incremental: number;
  /** Of the incremental ones: affected keys as a share of the entity's rows, added up. */
  affectedShare: number;
  /** Members who came and went in them. */
  entered: number;
  exited: number;
}

export function noFigures(): Figures {
  return { ticks: 0, audiences: 0, incremental: 0, affectedShare: 0, entered: 0, exited: 0 };
}

/**
 * Performs all steps in a fresh database. Throws an `Error` that tells seed, segment, key and instants at the first
 * difference between product and brute force; adds what the ticks were like to `figures`.
 */
export async function perform(play: Play, engine: Engine, figures: Figures): Promise<void> {
  const files = (target: Readonly<Record<string, unknown>>): Map<string, string> =>
    projectFiles(play, target);
  const product = await Product.open(engine, files, play.steps[0]!.now);
  try {
    await product.execute(tableStatements(play.shop));
    await performSteps(play, product, figures);
  } finally {
    await product.close();
  }
}

async function performSteps(play: Play, product: Product, figures: Figures): Promise<void> {
  const stage = new Stage(play);
  const expected = new Map<string, Set<string>>([...play.segments.keys()].map((name) => [name, new Set()]));
  const last = new Map<string, Instant>();
  await product.execute(writeStatements(play.shop, play.steps[0]!.writes));
  for (const [index, step] of play.steps.entries()) {
    stage.apply(step.writes);
    const report = await product.tick(step.now, { segments: new Set(step.segments) });
    const scene: Scene = { play, step, stage, product, report, last };
    checkReport(scene);
    // To open a DuckDB file takes as long as a small tick: once between two of them is enough.
    const next = play.steps[index + 1]?.writes ?? [];
    const found = await product.visit(async (session) => {
      const members = await product.membershipIn(session);
      for (const statement of writeStatements(play.shop, next)) await session.execute(statement);
      return members;
    });
    checkMembership(scene, expected, found);
    const syncs = [...play.syncs.values()].filter((sync) => step.segments.includes(sync.segment));
    for (const sync of syncs) await checkAudience(scene, sync);
    figures.audiences += syncs.length;
    count(scene, figures);
    for (const segment of step.segments) last.set(segment, step.now);
  }
}

interface Scene {
  readonly play: Play;
  readonly step: Step;
  readonly stage: Stage;
  readonly product: Product;
  readonly report: RunReport;
  /** The tick before, of each segment. */
  readonly last: ReadonlyMap<string, Instant>;
}

function checkReport({ play, step, report }: Scene): void {
  const failures = [...report.segments, ...report.syncs].filter((result) => result.error);
  if (report.status === 'done' && failures.length === 0) return;
  const told = failures.map(
    (failure) => `${'segment' in failure ? failure.segment : failure.sync}: ${failure.error?.message}`,
  );
  throw new Error(
    `seed ${play.seed} at ${formatInstant(step.now)}: the run is ${report.status}\n${told.join('\n')}`,
  );
}

function checkMembership(
  scene: Scene,
  expected: Map<string, Set<string>>,
  found: ReadonlyMap<string, Set<string>>,
): void {
  const { play, step, stage } = scene;
  const project = projectOf(play);
  for (const segment of step.segments)
    expected.set(segment, members(project, stage.tables, segment, step.now));
  for (const segment of play.segments.keys()) {
    compare(scene, segment, 'membership', expected.get(segment)!, found.get(segment) ?? new Set());
  }
}

async function checkAudience(scene: Scene, sync: Sync): Promise<void> {
  const { play, step, stage, product } = scene;
  const project = projectOf(play);
  const found = audienceOf(await product.lines(sync.audience));
  const expected = audience(project, stage.tables, sync, step.now, { needsIdentifier: false });
  compare(scene, sync.segment, 'audience', expected, new Set(found.keys()));
  const told = (value: unknown): string => JSON.stringify(value ?? null);
  const fieldOf = traitReader(project, stage.tables, 'customer');
  for (const [key, fields] of found) {
    for (const [name, from] of sync.fields) {
      const value = 'trait' in from ? fieldOf(from.trait, key) : null;
      const text = value?.kind === 'text' ? value.text : null;
      if (fields[name] === text) continue;
      fail(scene, sync.segment, `field ${name} of ${key}: ${told(fields[name])}, not ${told(text)}`);
    }
  }
}

function compare(
  scene: Scene,
  segment: string,
  what: string,
  expected: Set<string>,
  found: Set<string>,
): void {
  const missing = [...expected].find((key) => !found.has(key));
  if (missing !== undefined) fail(scene, segment, `${what} lacks ${JSON.stringify(missing)}`);
  const surplus = [...found].find((key) => !expected.has(key));
  if (surplus !== undefined) fail(scene, segment, `${what} has ${JSON.stringify(surplus)}`);
}

function fail({ play, step, report, last }: Scene, segment: string, problem: string): never {
  const before = last.get(segment);
  const result = report.segments.find((each) => each.segment === segment);
  throw new Error(
    [
      `seed ${play.seed}, segment ${segment}: ${problem}`,
      `T0 ${before === undefined ? 'none' : formatInstant(before)}, T ${formatInstant(step.now)}, ${result?.mode} (${result?.reason}), time zone ${play.shop.timezone}`,
      segmentText(play.segments.get(segment)!, []),
    ].join('\n'),
  );
}

function count({ play, step, stage, report }: Scene, figures: Figures): void {
  const everyone = entityKeys(projectOf(play), stage.tables, 'customer').length;
  for (const result of report.segments.filter(({ segment }) => step.segments.includes(segment))) {
    figures.ticks += 1;
    if (result.mode !== 'incremental') continue;
    figures.incremental += 1;
    figures.entered += result.entered;
    figures.exited += result.exited;
    figures.affectedShare += result.affected / everyone;
  }
}
