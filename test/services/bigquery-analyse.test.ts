/** Every statement that reaches BigQuery's double is one that BigQuery's own analyser accepts, with the tables there are. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { noFigures, perform } from '../brute-force/performance.ts';
import { randomPlay, USUAL } from '../brute-force/random-play.ts';
import { bigqueryEngine, type StoodIn } from '../warehouses/engines.ts';
import type { StandIn } from '../warehouses/stand-in.ts';
import { type Analyser, openAnalyser } from '../warehouses/zetasql.ts';

vi.mock('../../src/adapters.ts', async (importOriginal) => {
  const adapters = await importOriginal<typeof import('../../src/adapters.ts')>();
  const { bigqueryEngine: engine } = await import('../warehouses/engines.ts');
  return { ...adapters, loadWarehouse: async () => engine.warehouse };
});

let analyser: Analyser;
beforeAll(async () => {
  analyser = await openAnalyser();
});
afterAll(() => analyser.close());

test('a play', { timeout: 600_000 }, async () => {
  const [seed] = process.env.SEGSYNC_SEED ? [Number(process.env.SEGSYNC_SEED)] : fc.sample(fc.nat(), 1);
  let arrived: StandIn['arrived'] = [];
  const watched = {
    ...bigqueryEngine,
    async open(): Promise<StoodIn> {
      const opened = await bigqueryEngine.open();
      arrived = opened.double.standIn.arrived;
      return opened;
    },
  };
  const play = randomPlay(seed!, USUAL);
  await perform(play, watched, noFigures());
  for (const [name, columns] of Object.entries(play.shop.columns)) analyser.table(['shop', name], columns);
  const wrong = new Map<string, string>();
  for (const { sql, session } of bySession(arrived)) {
    if (sql === 'BEGIN TRANSACTION' && session !== undefined) analyser.endSession();
    if (/^(CALL|(CREATE (TABLE|SCHEMA)|INSERT INTO|UPDATE|DELETE FROM) shop\b)/.test(sql)) continue;
    await analyser.analyse(sql).catch((error) => {
      const text = error.message.replace(/ \[at .*$/s, '');
      if (!wrong.has(text)) wrong.set(text, `${error.message}\n${sql.slice(0, 1500)}`);
    });
  }
  console.log(arrived.length, 'statements', wrong.size, 'complaints');
  expect([...wrong.values()].slice(0, 12).join('\n-----\n')).toBe('');
});

/** Statements outside of sessions first, for they make the tables; then session after session. */
function bySession(arrived: StandIn['arrived']): StandIn['arrived'] {
  const sessions = [...new Set(arrived.map(({ session }) => session))];
  const outsideFirst = [undefined, ...sessions.filter((session) => session !== undefined)];
  return outsideFirst.flatMap((session) => arrived.filter((each) => each.session === session));
}
