/**
 * Promise 1 on Databricks's own adapter and client, over loopback: every statement that arrives is the one that the plan
 * has in its dialect, and what the same plan does elsewhere comes out.
 */
import { expect, test, vi } from 'vitest';
import { damped } from '../brute-force/damp.ts';
import { performMany } from '../brute-force/many.ts';
import { perform } from '../brute-force/performance.ts';
import { randomPlay, USUAL } from '../brute-force/random-play.ts';
import { databricksEngine } from '../warehouses/engines.ts';

vi.mock('../../src/adapters.ts', async (importOriginal) => {
  const adapters = await importOriginal<typeof import('../../src/adapters.ts')>();
  const { databricksEngine: engine } = await import('../warehouses/engines.ts');
  return { ...adapters, loadWarehouse: async () => engine.warehouse };
});

const EXTENT = Number(process.env.SEGSYNC_SEGMENT_TICKS ?? 100);

test('an incremental run gives the same members as a full recomputation', { timeout: 600_000 }, async () => {
  await performMany({
    extent: EXTENT,
    play: (seed, figures) => perform(damped(randomPlay(seed, USUAL)), databricksEngine, figures),
    expectMeaning: ({ incremental, ticks }) => expect(incremental / ticks).toBeGreaterThan(0.3),
  });
});
