/** What random conditions are drawn from. */
import type { Duration, Instant } from '../../src/instant.ts';
import type { Dice } from './dice.ts';
import type { Ground } from './ground.ts';

export interface Setting {
  readonly dice: Dice;
  readonly ground: Ground;
  /** The project's. */
  readonly timezone: string;
  /** The lengths that windows are made of; rows are put on the edges that they make. */
  readonly durations: readonly Duration[];
  /** About the middle of the history. */
  readonly middle: Instant;
  /** Segments over the same entity that may be referred to. */
  readonly segments: readonly string[];
}
