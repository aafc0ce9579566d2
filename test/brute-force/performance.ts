/** A play performed by the product, and held against the brute force after every tick. */
import type { Segment, Sync } from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import { formatInstant } from '../../src/instant.ts';
import type { RunReport } from '../../src/report/results.ts';
import type { Engine } from '../engines.ts';
import { Damped } from './damp.ts';
import { audience, members, traitReader } from './evaluate.ts';
import { formsOf } from './forms.ts';
import type { Play, Step, Write } from './play.ts';
import { projectFiles, segmentText } from './print-project.ts';
import { audienceOf, Product, type ProductOptions } from './product.ts';
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
  /** How often a tick let somebody wait, where the verdict is damped. */
  waits: number;
  /** Segments played, by the forms that they contain; `any` of all. */
  readonly segments: Map<string, number>;
}

export function noFigures(): Figures {
  return {
    ticks: 0,
    audiences: 0,
    incremental: 0,
    affectedShare: 0,
    entered: 0,
    exited: 0,
    waits: 0,
    segments: new Map(),
  };
}

/** How the shop comes to be in a warehouse. */
export interface Venue {
  /** The play as the product is to see it: its tables may have other places there. */
  readonly seen: (play: Play) => Play;
  readonly place?: ProductOptions['place'];
  /** Ends the runs. */
  readonly signal?: AbortSignal;
  readonly make: (product: Product, play: Play) => Promise<void>;
  readonly write: (product: Product, play: Play, writes: readonly Write[]) => Promise<void>;
}

const FRESH: Venue = {
  seen: (play) => play,
  make: (product, { shop }) => product.execute(tableStatements(shop)),
  write: (product, { shop }, writes) => product.execute(writeStatements(shop, writes)),
};

/**
 * Performs all steps in a fresh database. Throws an `Error` that tells seed, segment, key and instants at the first
 * difference between product and brute force; adds what the ticks were like to `figures`.
 */
export async function perform(
  play: Play,
  engine: Engine,
  figures: Figures,
  venue: Venue = FRESH,
): Promise<void> {
  const seen = venue.seen(play);
  const files = (target: Readonly<Record<string, unknown>>): Map<string, string> =>
    projectFiles(seen, target);
  const options = { held: true, ...(venue.place ? { place: venue.place } : {}) };
  const product = await Product.open(engine, files, play.steps[0]!.now, options);
  try {
    await venue.make(product, seen);
    await performSteps(play, product, figures, venue);
  } finally {
    await product.close();
  }
}

async function performSteps(play: Play, product: Product, figures: Figures, venue: Venue): Promise<void> {
  const { signal } = venue;
  const stage = new Stage(play);
  const expected = new Map<string, Set<string>>([...play.segments.keys()].map((name) => [name, new Set()]));
  const damping = new Map([...play.segments].map(([name, segment]) => [name, new Damped(segment)]));
  for (const segment of play.segments.values()) countForms(segment, figures);
  const last = new Map<string, Instant>();
  for (const step of play.steps) {
    await venue.write(product, venue.seen(play), step.writes);
    stage.apply(step.writes);
    const segments = new Set(step.segments);
    const options = { segments, full: step.full ?? false, ...(signal ? { signal } : {}) };
    const report = await product.tick(step.now, options);
    const scene: Scene = { play, step, stage, product, report, last, expected, damping };
    checkReport(scene);
    recompute(scene);
    checkMembership(scene, await product.membership());
    const syncs = [...play.syncs.values()].filter((sync) => step.segments.includes(sync.segment));
    for (const sync of syncs) await checkAudience(scene, sync);
    figures.audiences += syncs.length;
    count(scene, figures);
    for (const segment of step.segments) last.set(segment, step.now);
  }
  for (const { waits } of damping.values()) figures.waits += waits;
}

interface Scene {
  readonly play: Play;
  readonly step: Step;
  readonly stage: Stage;
  readonly product: Product;
  readonly report: RunReport;
  /** The tick before, of each segment. */
  readonly last: ReadonlyMap<string, Instant>;
  /** Members of each segment at its last tick. */
  readonly expected: Map<string, Set<string>>;
  readonly damping: ReadonlyMap<string, Damped>;
}

/** Members of the tick's segments at its instant: of queries first, since the others refer to those. */
function recompute({ play, step, stage, expected, damping }: Scene): void {
  const project = projectOf(play);
  const isQuery = (name: string): boolean => play.segments.get(name)!.where.kind === 'query';
  const queries = step.segments.filter(isQuery);
  const after = (name: string): Set<string> => {
    const all = entityKeys(project, stage.tables, play.segments.get(name)!.entity);
    const verdict = members(project, stage.tables, name, step.now, { settled: expected });
    return damping.get(name)!.at(verdict, step.now, new Set(all));
  };
  for (const segment of [...queries, ...step.segments.filter((name) => !isQuery(name))])
    expected.set(segment, after(segment));
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

function checkMembership(scene: Scene, found: ReadonlyMap<string, Set<string>>): void {
  for (const [segment, keys] of scene.expected) {
    compare(scene, segment, 'membership', keys, found.get(segment) ?? new Set());
  }
}

async function checkAudience(scene: Scene, sync: Sync): Promise<void> {
  const { play, step, stage, product } = scene;
  const project = projectOf(play);
  const found = audienceOf(await product.lines(sync.audience));
  const expected = audience(project, stage.tables, sync, step.now, {
    needsIdentifier: false,
    members: scene.expected.get(sync.segment)!,
  });
  compare(scene, sync.segment, 'audience', expected, new Set(found.keys()));
  const told = (value: unknown): string => JSON.stringify(value ?? null);
  const fieldOf = traitReader(project, stage.tables, play.segments.get(sync.segment)!.entity);
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
  const project = projectOf(play);
  for (const result of report.segments.filter(({ segment }) => step.segments.includes(segment))) {
    figures.ticks += 1;
    if (result.mode !== 'incremental') continue;
    const everyone = entityKeys(project, stage.tables, play.segments.get(result.segment)!.entity).length;
    figures.incremental += 1;
    figures.entered += result.entered;
    figures.exited += result.exited;
    figures.affectedShare += result.affected / everyone;
  }
}

function countForms(segment: Segment, { segments }: Figures): void {
  for (const form of ['any', ...formsOf(segment)]) segments.set(form, (segments.get(form) ?? 0) + 1);
}
