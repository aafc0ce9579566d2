/** Every statement of segsync's own that reaches Snowflake's double is one that another program's parser of its dialect accepts. */
import { init, parse } from '@guanmingchiu/sqlparser-ts';
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { damped } from '../brute-force/damp.ts';
import { noFigures, perform } from '../brute-force/performance.ts';
import { randomPlay, USUAL } from '../brute-force/random-play.ts';
import { type SnowflakeStoodIn, snowflakeEngine } from '../warehouses/engines.ts';
import type { StandIn } from '../warehouses/stand-in.ts';

vi.mock('../../src/adapters.ts', async (importOriginal) => {
  const adapters = await importOriginal<typeof import('../../src/adapters.ts')>();
  const { snowflakeEngine: engine } = await import('../warehouses/engines.ts');
  return { ...adapters, loadWarehouse: async () => engine.warehouse };
});

test('a play', { timeout: 600_000 }, async () => {
  await init();
  const [seed] = process.env.SEGSYNC_SEED ? [Number(process.env.SEGSYNC_SEED)] : fc.sample(fc.nat(), 1);
  let arrived: StandIn['arrived'] = [];
  const watched = {
    ...snowflakeEngine,
    async open(): Promise<SnowflakeStoodIn> {
      const opened = await snowflakeEngine.open();
      arrived = opened.double.standIn.arrived;
      return opened;
    },
  };
  await perform(damped(randomPlay(seed!, USUAL)), watched, noFigures());
  // The shop's own are DuckDB's.
  const own = arrived.filter(({ sql }) => !/^(CREATE TABLE|INSERT INTO|UPDATE|DELETE FROM) shop\b/.test(sql));
  const wrong = new Map<string, string>();
  for (const { sql } of own) {
    try {
      parse(sql, 'snowflake');
    } catch (error) {
      const { message } = error as Error;
      if (!wrong.has(message)) wrong.set(message, `${message}\n${sql.slice(0, 1500)}`);
    }
  }
  expect(own.length).toBeGreaterThan(100);
  expect([...wrong.values()].slice(0, 12).join('\n-----\n')).toBe('');
});
