/**
 * Stable edges: after every tick, of the affected keys or of everyone, the members are what damping the verdict by brute
 * force gives. `SEGSYNC_SEED=123` plays one seed again.
 */
import { describe, expect, it } from 'vitest';
import { damped } from '../brute-force/damp.ts';
import { performMany } from '../brute-force/many.ts';
import { perform } from '../brute-force/performance.ts';
import { randomPlay } from '../brute-force/random-play.ts';
import { engines } from '../engines.ts';

const LIMIT_MS = 1_200_000;
/** Segment-ticks to play at least. */
const EXTENT = 120;
const SIZE = { segments: 24, syncs: 8, ticks: 12, active: 40, quiet: 300 };
const DAMPED = { share: 0.8, full: 0.15 };

describe.each(engines)('on $name', (engine) => {
  it('members are the damped verdict, at every tick', { timeout: LIMIT_MS }, async () => {
    await performMany({
      extent: EXTENT,
      play: (seed, figures) => perform(damped(randomPlay(seed, SIZE), DAMPED), engine, figures),
      expectMeaning(figures) {
        expect(figures.incremental / figures.ticks).toBeGreaterThan(0.4);
        expect(figures.affectedShare / figures.incremental).toBeLessThan(0.35);
        expect(figures.exited).toBeGreaterThan(0);
        expect(figures.entered).toBeGreaterThan(0);
        expect(figures.waits).toBeGreaterThan(figures.exited / 4);
      },
    });
  });
});
