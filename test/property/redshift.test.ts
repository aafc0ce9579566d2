/**
 * Promise 1 on Redshift's own adapter, over the driver's protocol, with PostgreSQL behind the door: every statement that
 * arrives is the one that the plan has in its dialect, and all but what the two spell differently runs as it came.
 */
import { expect, test, vi } from 'vitest';
import { damped } from '../brute-force/damp.ts';
import { performMany } from '../brute-force/many.ts';
import { perform } from '../brute-force/performance.ts';
import { randomPlay, USUAL } from '../brute-force/random-play.ts';
import { redshiftEngine } from '../warehouses/redshift-engine.ts';

vi.mock('../../src/adapters.ts', async (importOriginal) => {
  const adapters = await importOriginal<typeof import('../../src/adapters.ts')>();
  const { redshiftEngine: engine } = await import('../warehouses/redshift-engine.ts');
  return { ...adapters, loadWarehouse: async () => engine.warehouse };
});

const EXTENT = Number(process.env.SEGSYNC_SEGMENT_TICKS ?? 100);

test('an incremental run gives the same members as a full recomputation', { timeout: 600_000 }, async () => {
  await performMany({
    extent: EXTENT,
    play: (seed, figures) => perform(damped(randomPlay(seed, USUAL)), redshiftEngine, figures),
    expectMeaning: ({ incremental, ticks }) => expect(incremental / ticks).toBeGreaterThan(0.3),
  });
});
