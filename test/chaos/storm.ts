/** Runs that are killed at random moments, one after the other, in a storm; and what that did. */
import { expect } from 'vitest';
import type { Dice } from '../brute-force/dice.ts';
import { cutConnections } from './cuts.ts';
import type { Ended } from './program.ts';
import type { Rig } from './rig.ts';
import { SHOP, type Traffic } from './shop.ts';
import { CALM, fairWeather, type Weather, weather } from './weather.ts';

export interface Tally {
  killed: number;
  /** Runs that ended by themselves before their moment came, and those of them that failed. */
  survived: number;
  failed: number;
  /** Killed after at least one request of the run had arrived. */
  midway: number;
  /** Killed before a request, though there was something to send. */
  early: number;
  /** Killed while the tick was being evaluated or committed, by what the state shows afterwards. */
  beforeCommit: number;
  /** Left rows in the ledger as questions without an answer. */
  inDoubt: number;
  /** Connections to the warehouse that were ended. */
  cut: number;
  readonly weather: Weather;
}

export function emptyTally(): Tally {
  return {
    ...{ killed: 0, survived: 0, failed: 0, midway: 0, early: 0, beforeCommit: 0, inDoubt: 0, cut: 0 },
    weather: { ...CALM },
  };
}

/** What a storm needs to know of the days before it. */
export interface Storm {
  readonly rig: Rig;
  readonly dice: Dice;
  readonly traffic: Traffic;
  readonly tally: Tally;
  /** How long a run takes when nobody disturbs it. */
  readonly usualMs: number;
  /** Connections to the warehouse are ended, too. */
  readonly cuts: boolean;
}

/** Makes the shop and loads it; a second run tells how long one usually takes. */
export async function prepare(rig: Rig, traffic: Traffic): Promise<number> {
  rig.receiver.always(fairWeather);
  await rig.change(SHOP);
  await expectWhole(rig);
  await rig.change(traffic.next(40));
  return expectWhole(rig);
}

/** Kills that many runs, each after other changes; those that end before their moment do not count. */
export async function batter(storm: Storm, kills: number): Promise<void> {
  const { rig, dice, traffic, tally } = storm;
  rig.receiver.always(weather(dice, tally.weather));
  const until = tally.killed + kills;
  for (let attempt = 0; tally.killed < until; attempt++) {
    expect(attempt, `runs that could not be killed: ${JSON.stringify(tally)}`).toBeLessThan(kills * 3 + 10);
    await rig.change(traffic.next(dice.between(15, 45)));
    await killOne(storm, momentOf(storm));
  }
  rig.receiver.always(fairWeather);
}

interface Moment {
  readonly afterMs: number;
  readonly afterRequests?: number;
}

/**
 * A third of the moments are spread over the length of a run, the others over its requests, however slow it is. One
 * kill in eight comes in a run's first quarter, whatever the dice say: before anything was sent.
 */
function momentOf({ dice, usualMs, tally }: Storm): Moment {
  if (tally.killed % 8 === 0) return { afterMs: (usualMs / 4) * dice.fraction() };
  if (dice.chance(0.35)) return { afterMs: usualMs * dice.fraction() };
  return { afterRequests: dice.between(1, 25), afterMs: dice.chance(0.5) ? 0 : dice.between(0, 60) };
}

/** A run that is killed so long after its start or, if requests are named, after the last of those. */
async function killOne({ rig, dice, tally, cuts }: Storm, moment: Moment): Promise<void> {
  const before = rig.receiver.requests.length;
  const requests = (): number => rig.receiver.requests.length - before;
  const ticks = await countOf(rig, 'ticks');
  const running = rig.start(['run', '--all']);
  const cutting = cuts && dice.chance(0.4) ? cutConnections(rig, running, dice) : Promise.resolve(0);
  while (!running.isOver() && requests() < (moment.afterRequests ?? 0)) await sleep(1);
  await Promise.race([running.ended, sleep(moment.afterMs)]);
  running.kill();
  const ended = await running.ended;
  tally.cut += await cutting;
  // What was on its way has arrived before the next run begins.
  await rig.receiver.idle();
  if (ended.signal !== 'SIGKILL') return noteSurvivor(tally, ended);
  tally.killed += 1;
  if (requests() > 0) tally.midway += 1;
  else tally.early += 1;
  if ((await countOf(rig, 'ticks')) === ticks) tally.beforeCommit += 1;
  if ((await countOf(rig, "ledger WHERE state = 'sending'")) > 0) tally.inDoubt += 1;
}

/** A run that failed says what it failed of, and that is no defect of ours. */
function noteSurvivor(tally: Tally, { exit, stderr }: Ended): void {
  tally.survived += 1;
  if (exit !== 0) tally.failed += 1;
  expect([0, 75], stderr).toContain(exit);
  expect(stderr).not.toMatch(/E699|^ {4}at /m);
  if (exit !== 0) expect(stderr).toMatch(/error\[E\d+\]/);
}

async function countOf(rig: Rig, from: string): Promise<number> {
  const [row] = await rig.query(`SELECT count(*) AS n FROM segsync.${from}`);
  return Number(row!.n);
}

/** A run that nobody kills; resolves to its length. */
export async function expectWhole(rig: Rig): Promise<number> {
  const { exit, stdout, stderr, ms } = await rig.run(['run', '--all', '--json']);
  expect({ exit, stderr }, stdout).toMatchObject({ exit: 0 });
  return ms;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
