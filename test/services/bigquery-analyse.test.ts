/**
 * BigQuery's own analyser on what segsync says to it: every statement of a run, and those of 2,000 random segments, are
 * accepted; the same ones, damaged, are not. And what it makes of them on small data is what the brute force finds.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { renderQuery } from '../../src/compile/render.ts';
import { withClause } from '../../src/evaluate/workspace.ts';
import { readHistory, readSegmentHistory } from '../../src/run/history.ts';
import { streamMembers } from '../../src/run/inspect.ts';
import { readStatus } from '../../src/run/status.ts';
import { retrySyncs } from '../../src/run/switch.ts';
import { TABLES } from '../../src/state/tables.ts';
import { warehouse } from '../../src/warehouse/bigquery/index.ts';
import type { SqlType } from '../../src/warehouse/dialect.ts';
import { damped } from '../brute-force/damp.ts';
import { Dice } from '../brute-force/dice.ts';
import { members } from '../brute-force/evaluate.ts';
import { noFigures, perform } from '../brute-force/performance.ts';
import type { Play } from '../brute-force/play.ts';
import { projectFiles } from '../brute-force/print-project.ts';
import { Product } from '../brute-force/product.ts';
import { randomPlay, USUAL } from '../brute-force/random-play.ts';
import { projectOf, Stage } from '../brute-force/stage.ts';
import { tableStatements, writeStatements } from '../brute-force/statements.ts';
import { DIFFERING } from '../conformance/warehouse/differing.ts';
import { functionTests } from '../conformance/warehouse/functions-suite.ts';
import { type Compiling, catalogOf, stepsOf, withoutOwnSql } from '../warehouses/compiled.ts';
import { bigqueryEngine, type StoodIn } from '../warehouses/engines.ts';
import { inlined } from '../warehouses/inlined.ts';
import type { StandIn } from '../warehouses/stand-in.ts';
import { type Analyser, isInstalled, openAnalyser } from '../warehouses/zetasql.ts';

vi.mock('../../src/adapters.ts', async (importOriginal) => {
  const adapters = await importOriginal<typeof import('../../src/adapters.ts')>();
  const { bigqueryEngine: engine } = await import('../warehouses/engines.ts');
  return { ...adapters, loadWarehouse: async () => engine.warehouse };
});

const SEGMENTS = Number(process.env.SEGSYNC_ANALYSED_SEGMENTS ?? 2_000);
const { dialect } = warehouse;

test.runIf(process.env.CI)('the analyser is there', () => {
  expect(isInstalled()).toBe(true);
});

describe.runIf(isInstalled())('BigQuery’s own analyser', () => {
  let analyser: Analyser;
  beforeAll(async () => {
    analyser = await openAnalyser();
  });
  afterAll(() => analyser.close());

  test('accepts every statement of a run', { timeout: 600_000 }, async () => {
    const play = inOurWords(damped(randomPlay(newSeed(), { ...USUAL, ticks: 4 })));
    let arrived: StandIn['arrived'] = [];
    const watched = {
      ...bigqueryEngine,
      async open(): Promise<StoodIn> {
        const opened = await bigqueryEngine.open();
        arrived = opened.double.standIn.arrived;
        return opened;
      },
    };
    await perform(play, watched, noFigures());
    analyser.forget();
    knowShop(analyser, play);
    const wrong: string[] = [];
    for (const { sql, session } of bySession(arrived).filter(isOurs)) {
      if (sql === 'BEGIN TRANSACTION' && session !== undefined) analyser.endSession();
      await acceptAll(analyser, [sql]).catch((error: Error) => wrong.push(error.message));
    }
    // Whether there is a state is asked before it is made.
    expect(wrong.filter((each) => !each.startsWith('Table not found: segsync.meta'))).toEqual([]);
    expect(arrived.length).toBeGreaterThan(300);
  });

  test('accepts what the other commands say', { timeout: 600_000 }, async () => {
    const play = inOurWords(randomPlay(newSeed(), { ...USUAL, segments: 12, ticks: 2 }));
    let arrived: StandIn['arrived'] = [];
    const watched = {
      ...bigqueryEngine,
      async open(): Promise<StoodIn> {
        const opened = await bigqueryEngine.open();
        arrived = opened.double.standIn.arrived;
        return opened;
      },
    };
    const product = await Product.open(watched, (target) => projectFiles(play, target), play.steps[0]!.now);
    try {
      await product.execute(tableStatements(play.shop));
      for (const { writes, now } of play.steps) {
        await product.execute(writeStatements(play.shop, writes));
        await product.tick(now);
      }
      const { world, project } = product;
      const [segment] = project.segments.keys();
      const request = { target: project.defaultTarget, waitMs: 0 };
      const selection = { segments: new Set(project.segments.keys()), syncs: new Set(project.syncs.keys()) };
      await readStatus(world, project, { ...request, ...selection, sizes: true });
      await readHistory(world, project, { ...request, last: 5 });
      await readSegmentHistory(world, project, { ...request, segment: segment!, days: 5 });
      for await (const _ of streamMembers(world, project, { ...request, segment: segment! })) break;
      await retrySyncs(world, project, { ...request, syncs: selection.syncs });
    } finally {
      await product.close();
    }
    analyser.forget();
    knowShop(analyser, play);
    const wrong: string[] = [];
    for (const { sql, session } of bySession(arrived).filter(isOurs)) {
      if (sql === 'BEGIN TRANSACTION' && session !== undefined) analyser.endSession();
      await acceptAll(analyser, [sql]).catch((error: Error) => wrong.push(error.message));
    }
    expect(wrong.filter((each) => !each.startsWith('Table not found: segsync.meta'))).toEqual([]);
    expect(arrived.some(({ sql }) => sql.includes('segsync.runs'))).toBe(true);
  });

  test('accepts 2,000 random segments, and not when they are damaged', { timeout: 600_000 }, async () => {
    let segments = 0;
    let damaged = 0;
    const unnoticed: string[] = [];
    while (segments < SEGMENTS) {
      const seed = newSeed();
      const dice = new Dice(seed);
      const play = damped(randomPlay(seed, { ...USUAL, quiet: 3, active: 3, ticks: 2 }));
      analyser.forget();
      knowShop(analyser, play);
      knowState(analyser);
      for (const group of groupsOf(play)) {
        for (const t0 of [undefined, play.steps[0]!.now]) {
          const sql = stepsOf(group, compilingOf(play), t0).map(({ name, query }) => {
            return `CREATE TEMPORARY TABLE ${dialect.quote(name)} AS\n${renderQuery(query, dialect)}`;
          });
          await acceptAll(analyser, sql).catch((error: Error) => {
            throw new Error(`seed ${seed}: ${error.message}`);
          });
          segments += group.length / 2;
          for (const broken of sql.map((each) => damage(each, dice))) {
            damaged += 1;
            await analyser.looks(broken).then(
              () => unnoticed.push(broken),
              () => undefined,
            );
          }
          analyser.endSession();
        }
      }
    }
    expect(damaged).toBeGreaterThan(SEGMENTS / 10);
    expect(unnoticed.slice(0, 3)).toEqual([]);
  });

  test('makes of them what the brute force finds', { timeout: 600_000 }, async () => {
    let compared = 0;
    while (compared < 120) {
      const seed = newSeed();
      const play = randomPlay(seed, { ...USUAL, segments: 40, quiet: 6, active: 12, ticks: 2 });
      const stage = new Stage(play);
      for (const { writes } of play.steps) stage.apply(writes);
      const { now } = play.steps.at(-1)!;
      const project = projectOf(play);
      const { project: small, catalog } = inlined(project, stage.tables, play.shop);
      for (const segment of withoutOwnSql(small)) {
        const steps = stepsOf([segment], { ...compilingOf(play), project: small, catalog, t: now });
        const made = new Map(
          steps.map(({ name, query }) => [dialect.quote(name), renderQuery(query, dialect)]),
        );
        made.delete(dialect.quote('segsync_changed'));
        const sql = `${withClause(made, dialect)}SELECT entity_key FROM ${dialect.quote('segsync_verdict')}`;
        const found = await analyser.evaluate(sql).catch((error: Error) => {
          throw new Error(`seed ${seed}, segment ${segment.name}: ${error.message}`);
        });
        const expected = [...members(project, stage.tables, segment.name, now)].sort();
        expect(found.sort(), `seed ${seed}, segment ${segment.name}`).toEqual(expected);
        compared += 1;
      }
    }
  });
});

describe.runIf(isInstalled())('every function', () => {
  let analyser: Analyser;
  beforeAll(async () => {
    analyser = await openAnalyser();
  });
  afterAll(() => analyser.close());
  functionTests(dialect, (sql) => analyser.evaluate(sql), DIFFERING.bigquery);
});

async function acceptAll(analyser: Analyser, statements: readonly string[]): Promise<void> {
  for (const sql of statements) {
    await analyser.analyse(sql).catch((error: Error) => {
      throw new Error(`${error.message}\n${sql}`);
    });
  }
}

function newSeed(): number {
  return process.env.SEGSYNC_SEED ? Number(process.env.SEGSYNC_SEED) : fc.sample(fc.nat(), 1)[0]!;
}

function knowShop(analyser: Analyser, { shop }: Play): void {
  for (const [name, columns] of Object.entries(shop.columns)) analyser.table(['shop', name], columns);
}

function knowState(analyser: Analyser): void {
  analyser.table(['segsync', 'changes'], Object.fromEntries(TABLES.changes.columns));
  const columns: Record<string, SqlType> = Object.fromEntries(TABLES.membership.columns);
  analyser.table(['segsync', 'membership'], { ...columns, slice: 'integer' });
  analyser.table(['segsync', 'pending'], { ...Object.fromEntries(TABLES.pending.columns), slice: 'integer' });
}

function groupsOf(play: Play): ReturnType<typeof withoutOwnSql>[] {
  const all = withoutOwnSql(projectOf(play));
  const entities = [...new Set(all.map(({ entity }) => entity.name))];
  return entities.map((name) => all.filter(({ entity }) => entity.name === name));
}

function compilingOf(play: Play): Compiling {
  const state = (name: string): string => ['segsync', name].map(dialect.quote).join('.');
  return {
    project: projectOf(play),
    catalog: catalogOf(play.shop),
    capabilities: warehouse.capabilities,
    membership: state('membership'),
    pending: state('pending'),
    changes: state('changes'),
    t: play.steps.at(-1)!.now,
  };
}

/** Without segments that say something in SQL of their own, which is another engine's. */
function inOurWords(play: Play): Play {
  const ours = new Set(withoutOwnSql(projectOf(play)).map(({ name }) => name));
  const segments = new Map([...play.segments].filter(([name]) => ours.has(name)));
  const syncs = new Map([...play.syncs].filter(([, { segment }]) => ours.has(segment)));
  const steps = play.steps.map((step) => ({
    ...step,
    segments: step.segments.filter((name) => ours.has(name)),
  }));
  return { ...play, segments, syncs, steps };
}

/** What the test itself says of its shop is no concern of the analyser's. */
function isOurs({ sql }: StandIn['arrived'][number]): boolean {
  return !/^(CALL|(CREATE (TABLE|SCHEMA)|INSERT INTO|UPDATE|DELETE FROM) shop\b)/.test(sql);
}

/** Statements outside of sessions first, for they make the tables; then session after session. */
function bySession(arrived: StandIn['arrived']): StandIn['arrived'] {
  const sessions = [...new Set(arrived.map(({ session }) => session))];
  const outsideFirst = [undefined, ...sessions.filter((session) => session !== undefined)];
  return outsideFirst.flatMap((session) => arrived.filter((each) => each.session === session));
}

/** Outside of texts and comments: a column that is not there, a parenthesis too many, a function that is not there. */
function damage(sql: string, dice: Dice): string {
  const code = sql.replaceAll(/'(?:[^'\\]|\\.)*'|--[^\n]*/g, (text) => ' '.repeat(text.length));
  const columns = [...code.matchAll(/\bentity_key\b|\bk\b/g)].filter(
    ({ index }) => !/\bAS\s+$/.test(code.slice(0, index)),
  );
  const at = dice.pick(columns).index!;
  const parenthesis = dice.pick([...code.matchAll(/\)|$/g)]).index!;
  return dice.pick([
    `${sql.slice(0, at)}absent_${sql.slice(at)}`,
    `${sql.slice(0, parenthesis)})${sql.slice(parenthesis)}`,
    `${sql} AND TRUE WHERE`,
  ]);
}
