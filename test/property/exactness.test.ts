/**
 * Promise 1: after every tick, what the warehouse and the destination hold is what a full recomputation at that
 * instant gives. `SEGSYNC_SOAK=30` plays for 30 minutes more; `SEGSYNC_SEED=123` plays one seed again.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIES } from '../brute-force/lies.ts';
import { performMany } from '../brute-force/many.ts';
import { type Figures, noFigures, perform } from '../brute-force/performance.ts';
import { randomPlay, USUAL } from '../brute-force/random-play.ts';
import { engines } from '../engines.ts';

const LIMIT_MS = 1_200_000;
const soakMinutes = Number(process.env.SEGSYNC_SOAK ?? 0);

/** Segment-ticks to play at least. */
const EXTENT: Readonly<Record<string, number>> = { duckdb: 1600, postgres: 1500 };
const OTHERWISE = 200;
/** A seed whose play shows the lie; should plays come out otherwise one day, those after it are tried, too. */
const FIRST_SEED: Readonly<Record<string, number>> = {
  'rows never show late': 7,
  'rows are never edited': 13,
};
const MOST_TRIES = 20;

describe.each(engines)('on $name', (engine) => {
  it('an incremental run gives the same members as a full recomputation', { timeout: LIMIT_MS }, async () => {
    const figures = await performMany({
      extent: EXTENT[engine.name] ?? OTHERWISE,
      play: (seed, all) => perform(randomPlay(seed, USUAL), engine, all),
      expectMeaning,
    });
    show(engine.name, figures);
  });

  const soakMs = soakMinutes * 60_000;
  it.runIf(soakMinutes > 0)('and does so as long as one likes', { timeout: soakMs + LIMIT_MS }, async () => {
    const figures = noFigures();
    const end = Date.now() + soakMs;
    while (Date.now() < end) await perform(randomPlay(fc.sample(fc.nat(), 1)[0]!, USUAL), engine, figures);
    show(engine.name, figures);
    expectMeaning(figures);
  });
});

describe('the comparison', () => {
  it.each(Object.keys(LIES))(
    'notices when it is said that %s, and they are',
    { timeout: LIMIT_MS },
    async (said) => {
      const differences: unknown[] = [];
      const first = FIRST_SEED[said]!;
      for (let seed = first; seed < first + MOST_TRIES && differences.length === 0; seed += 1) {
        const lying = LIES[said]!(randomPlay(seed, USUAL));
        await perform(lying, engines[0]!, noFigures()).catch((difference) => differences.push(difference));
      }
      expect(String(differences[0])).toMatch(/^Error: seed \d+, segment s\d+: /);
    },
  );
});

/** If everybody were affected by every tick, or nothing ever changed, the comparison would prove nothing. */
function expectMeaning(figures: Figures): void {
  expect(figures.incremental / figures.ticks).toBeGreaterThan(0.5);
  expect(figures.affectedShare / figures.incremental).toBeLessThan(0.3);
  expect(figures.exited).toBeGreaterThan(0);
  const played = (form: string): number => figures.segments.get(form) ?? 0;
  expect(played('sequence')).toBeGreaterThan(played('any') / 6);
  expect(played('calendar')).toBeGreaterThan(played('any') / 8);
}

function show(
  engine: string,
  { ticks, audiences, incremental, affectedShare, entered, exited, segments }: Figures,
): void {
  const share = (affectedShare / incremental).toFixed(3);
  const forms = [...segments].sort(([, a], [, b]) => b - a).map(([form, count]) => `${form} ${count}`);
  console.log(
    `${engine}: ${ticks} segment-ticks, ${audiences} with an audience; ${incremental} incremental, mean affected share ${share}, ${entered} entered, ${exited} exited; segments by form: ${forms.join(', ')}`,
  );
}
