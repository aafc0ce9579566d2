/**
 * Tables without cursors, rows that are deleted and moved: where a table's change feed tells of them, an incremental run
 * still gives what a full recomputation would. On Snowflake's own adapter and client, over loopback.
 */
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Dice } from '../brute-force/dice.ts';
import { withFeeds } from '../brute-force/feeds.ts';
import { performMany } from '../brute-force/many.ts';
import { noFigures, perform } from '../brute-force/performance.ts';
import type { Play } from '../brute-force/play.ts';
import { randomPlay, USUAL } from '../brute-force/random-play.ts';
import { type SnowflakeStoodIn, snowflakeEngine } from '../warehouses/engines.ts';

vi.mock('../../src/adapters.ts', async (importOriginal) => {
  const adapters = await importOriginal<typeof import('../../src/adapters.ts')>();
  const { snowflakeEngine: engine } = await import('../warehouses/engines.ts');
  return { ...adapters, loadWarehouse: async () => engine.warehouse };
});

const EXTENT = Number(process.env.SEGSYNC_SEGMENT_TICKS ?? 60);
const SIZE = { ...USUAL, segments: 25, ticks: 8, quiet: 200 };

function fedPlay(seed: number): Play {
  return withFeeds(randomPlay(seed, SIZE), new Dice(seed));
}

test('with a feed nothing escapes that a cursor would not show', { timeout: 600_000 }, async () => {
  await performMany({
    extent: EXTENT,
    play: (seed, figures) => perform(fedPlay(seed), snowflakeEngine, figures),
    expectMeaning({ incremental, ticks, exited }) {
      expect(incremental / ticks).toBeGreaterThan(0.3);
      expect(exited).toBeGreaterThan(0);
    },
  });
});

test('a feed that does not tell what a row was before is noticed', { timeout: 600_000 }, async () => {
  const forgetful = {
    ...snowflakeEngine,
    async open(): Promise<SnowflakeStoodIn> {
      const opened = await snowflakeEngine.open();
      opened.double.feeds.forgetsWhatWas = true;
      return opened;
    },
  };
  const noticed = async (seed: number): Promise<boolean> => {
    try {
      await perform(fedPlay(seed), forgetful, noFigures());
      return false;
    } catch (error) {
      expect(String(error)).toMatch(/^Error: seed \d+, segment /);
      return true;
    }
  };
  let found = false;
  for (const seed of fc.sample(fc.nat(), 20)) {
    found = await noticed(seed);
    if (found) break;
  }
  expect(found).toBe(true);
});
