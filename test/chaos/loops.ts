/** Processes that run the same project over and over, side by side, while they are killed and frozen. */
import { expect } from 'vitest';
import type { Dice } from '../brute-force/dice.ts';
import type { Running } from './program.ts';
import type { Rig } from './rig.ts';

/** Longer than a lease lasts. */
const TAKEN_OVER_MS = 33_000;

export interface LoopTally {
  runs: number;
  killed: number;
  frozen: number;
  /** Frozen for longer than a lease lasts. */
  frozenLong: number;
  /** Found, when they went on, that another process had taken over. */
  fenced: number;
  /** Had nothing to do, for others held it all, or could not go on for another reason that passes. */
  tryLater: number;
}

export function emptyLoops(): LoopTally {
  return { runs: 0, killed: 0, frozen: 0, frozenLong: 0, fenced: 0, tryLater: 0 };
}

export interface Loops {
  readonly rig: Rig;
  readonly dice: Dice;
  readonly tally: LoopTally;
  /** No new run is started once it says no. */
  goesOn(): boolean;
  /** Shares of runs. */
  readonly kills: number;
  readonly freezes: number;
  readonly longFreezes: number;
}

/** One of the processes. Resolves when its last run has ended. */
export async function loop(loops: Loops): Promise<void> {
  const { rig, tally } = loops;
  while (loops.goesOn()) {
    const running = rig.start(['run', '--all', '--wait', '5s']);
    tally.runs += 1;
    await disturb(loops, running);
    const { exit, signal, stderr } = await running.ended;
    if (signal === 'SIGKILL') continue;
    expect([0, 75], stderr).toContain(exit);
    expect(stderr).not.toMatch(/E699|^ {4}at /m);
    if (exit === 75) tally.tryLater += 1;
    if (stderr.includes('E502')) tally.fenced += 1;
  }
}

/** Most runs are killed or frozen at a random moment; what is frozen goes on, and is left alone then. */
async function disturb({ dice, tally, kills, freezes, longFreezes }: Loops, running: Running): Promise<void> {
  const fate = dice.fraction();
  if (fate > kills + freezes + longFreezes) return;
  await Promise.race([running.ended, sleep(dice.between(0, 1_500))]);
  if (running.isOver()) return;
  if (fate < kills) {
    tally.killed += 1;
    return running.kill();
  }
  const long = fate > kills + freezes;
  tally[long ? 'frozenLong' : 'frozen'] += 1;
  running.freeze();
  await sleep(long ? TAKEN_OVER_MS : dice.between(100, 4_000));
  running.thaw();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
