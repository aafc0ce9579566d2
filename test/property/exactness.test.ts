/**
 * Promise 1: after every tick, what the warehouse and the destination hold is what a full recomputation at that
 * instant gives. `SEGSYNC_SOAK=30` plays for 30 minutes more; `SEGSYNC_SEED=123` plays one seed again.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Figures, noFigures, perform } from '../brute-force/performance.ts';
import { randomPlay, type Size, USUAL } from '../brute-force/random-play.ts';
import { type Engine, engines } from '../engines.ts';

const LIMIT_MS = 300_000;
const soakMinutes = Number(process.env.SEGSYNC_SOAK ?? 0);
const given = process.env.SEGSYNC_SEED;

/** Plays by default, their size, and the segment-ticks they must make at least. */
const EXTENT: Readonly<Record<string, { plays: number; size: Size; atLeast: number }>> = {
  duckdb: { plays: 15, size: USUAL, atLeast: 2000 },
  postgres: { plays: 4, size: { ...USUAL, ticks: 12 }, atLeast: 400 },
};
const OTHER = { plays: 2, size: USUAL, atLeast: 250 };

describe.each(engines)('on $name', (engine) => {
  const { plays, size, atLeast } = EXTENT[engine.name] ?? OTHER;

  it('an incremental run gives the same members as a full recomputation', { timeout: LIMIT_MS }, async () => {
    const seeds = given ? [Number(given)] : randomSeeds(plays);
    const figures = await playAll(seeds, engine, size);
    show(engine.name, figures);
    if (given) return;
    expect(figures.ticks).toBeGreaterThanOrEqual(atLeast);
    expectMeaning(figures);
  });

  it.runIf(soakMinutes > 0)(
    'and does so for as long as one likes',
    { timeout: soakMinutes * 60_000 + LIMIT_MS },
    async () => {
      const figures = noFigures();
      const end = Date.now() + soakMinutes * 60_000;
      while (Date.now() < end)
        for (const seed of randomSeeds(1)) await perform(randomPlay(seed, size), engine, figures);
      show(engine.name, figures);
      expectMeaning(figures);
    },
  );
});

/** If everybody were affected by every tick, or nothing ever changed, the comparison would prove nothing. */
function expectMeaning(figures: Figures): void {
  expect(figures.incremental / figures.ticks).toBeGreaterThan(0.5);
  expect(figures.affectedShare / figures.incremental).toBeLessThan(0.2);
  expect(figures.exited).toBeGreaterThan(0);
}

async function playAll(seeds: readonly number[], engine: Engine, size: Size): Promise<Figures> {
  const figures = noFigures();
  for (const seed of seeds) await perform(randomPlay(seed, size), engine, figures);
  return figures;
}

function randomSeeds(count: number): number[] {
  return fc.sample(fc.nat(), count);
}

function show(engine: string, { ticks, incremental, affectedShare, entered, exited }: Figures): void {
  const share = (affectedShare / incremental).toFixed(3);
  console.log(
    `${engine}: ${ticks} segment-ticks, ${incremental} incremental, mean affected share ${share}, ${entered} entered, ${exited} exited`,
  );
}
