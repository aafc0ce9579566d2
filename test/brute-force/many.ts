/** Plays of as many seeds as it takes until they have shown what they are for. */
import * as fc from 'fast-check';
import { type Figures, noFigures } from './performance.ts';

/** How much more is played where chance gave plays that show little. */
const PATIENCE = 4;

export interface Many {
  /** Segment-ticks to play at least. */
  readonly extent: number;
  /** Performs the play of a seed and adds what it was like. */
  readonly play: (seed: number, figures: Figures) => Promise<void>;
  /** Throws as long as the figures do not show what the plays are for. */
  readonly expectMeaning: (figures: Figures) => void;
}

/** The figures of all plays. `SEGSYNC_SEED=123` plays that one alone, whatever it shows. */
export async function performMany({ extent, play, expectMeaning }: Many): Promise<Figures> {
  const figures = noFigures();
  if (process.env.SEGSYNC_SEED) {
    await play(Number(process.env.SEGSYNC_SEED), figures);
    return figures;
  }
  for (let enough = extent; ; enough *= 2) {
    while (figures.ticks < enough) await play(fc.sample(fc.nat(), 1)[0]!, figures);
    try {
      expectMeaning(figures);
      return figures;
    } catch (error) {
      if (enough >= PATIENCE * extent) throw error;
    }
  }
}
