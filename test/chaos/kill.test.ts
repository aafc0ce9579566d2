/**
 * `run` is ended with SIGKILL at random moments while the receiver loses answers; afterwards one clean run leaves every
 * audience equal to its segment. `SEGSYNC_SEED=123` makes the same choices again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../brute-force/dice.ts';
import { build } from '../cli/segsync.ts';
import { engines } from '../engines.ts';
import type { Fault } from '../webhook-receiver.ts';
import { expectAudiences } from './audiences.ts';
import { openRig, type Rig } from './rig.ts';
import { SHOP, shopFiles, Traffic } from './shop.ts';

const KILLS: Readonly<Record<string, number>> = { duckdb: 35, postgres: 17 };
const seed = Number(process.env.SEGSYNC_SEED ?? Math.floor(Math.random() * 2 ** 31));
const LIMIT_MS = 300_000;

/** What the kills of one test hit. */
interface Tally {
  killed: number;
  /** After at least one request of the run had arrived. */
  midway: number;
  /** Left rows in the ledger as questions without an answer. */
  inDoubt: number;
  /** Before a request, though there was something to send. */
  early: number;
  lostAnswers: number;
}

beforeAll(build);

for (const engine of engines) {
  const kills = KILLS[engine.name]!;
  describe(`${engine.name}, seed ${seed}`, () => {
    let rig: Rig;
    beforeAll(async () => {
      rig = await openRig(engine, shopFiles);
    });
    afterAll(() => rig.drop());

    it(`forgets nobody and keeps nobody after ${kills} kills`, { timeout: LIMIT_MS }, async () => {
      const tally = await batter(rig, kills);
      expect(tally.killed).toBe(kills);
      expect(tally.midway, JSON.stringify(tally)).toBeGreaterThanOrEqual(kills / 3);
      expect(tally.early, JSON.stringify(tally)).toBeGreaterThanOrEqual(1);
      expect(tally.inDoubt, JSON.stringify(tally)).toBeGreaterThanOrEqual(kills / 5);
      expect(tally.lostAnswers, JSON.stringify(tally)).toBeGreaterThanOrEqual(kills);

      await expectWhole(rig);
      await expectAudiences(rig);
      const sent = rig.receiver.requests.length;
      await expectWhole(rig);
      expect(rig.receiver.requests.length - sent, 'requests of a run that had nothing to do').toBe(0);
    });
  });
}

/** Kills that many runs, each after other changes; those that end before their moment do not count. */
async function batter(rig: Rig, kills: number): Promise<Tally> {
  const dice = new Dice(seed);
  const traffic = new Traffic(dice);
  const tally: Tally = { killed: 0, midway: 0, inDoubt: 0, early: 0, lostAnswers: 0 };
  await rig.change(SHOP);
  await expectWhole(rig);
  await rig.change(traffic.next(40));
  const usualMs = await expectWhole(rig);
  rig.receiver.always(() => fault(dice, tally));
  for (let attempt = 0; tally.killed < kills; attempt++) {
    expect(attempt, `runs that could not be killed: ${JSON.stringify(tally)}`).toBeLessThan(kills * 3);
    await rig.change(traffic.next(dice.between(15, 45)));
    // Half of the moments are spread over the length of a run, half over its requests, however slow the machine is.
    const isTimed = attempt % 2 === 0;
    const moment = isTimed
      ? { afterMs: usualMs * 1.1 * ((attempt / 2 / kills) * 2 + dice.fraction() / kills) }
      : { afterRequests: dice.between(1, 25), afterMs: dice.chance(0.5) ? 0 : dice.between(0, 60) };
    await killOne(rig, moment, tally);
  }
  rig.receiver.always(undefined);
  return tally;
}

/** A run that is killed so long after its start or, if requests are named, after the last of those. */
async function killOne(
  rig: Rig,
  moment: { afterMs: number; afterRequests?: number },
  tally: Tally,
): Promise<void> {
  const before = rig.receiver.requests.length;
  const requests = (): number => rig.receiver.requests.length - before;
  const running = rig.start(['run', '--all']);
  while (!running.isOver() && requests() < (moment.afterRequests ?? 0)) await sleep(1);
  await Promise.race([running.ended, sleep(moment.afterMs)]);
  running.kill();
  const { signal, exit, stderr } = await running.ended;
  if (signal !== 'SIGKILL') return expect(exit, stderr).toBe(0);
  tally.killed += 1;
  if (requests() > 0) tally.midway += 1;
  else tally.early += 1;
  // What was on its way has arrived before the next run begins.
  await sleep(2 * SLOWEST_ANSWER_MS);
  const [row] = await rig.query(`SELECT count(*) AS n FROM segsync.ledger WHERE state = 'sending'`);
  if (row!.n !== '0') tally.inDoubt += 1;
}

const SLOWEST_ANSWER_MS = 12;

/** Most requests are only slow; of the others, most are applied and not answered. */
function fault(dice: Dice, tally: Tally): Fault {
  const delayMs = dice.between(0, SLOWEST_ANSWER_MS);
  const [lost, never, broken] = [dice.chance(0.15), dice.chance(0.05), dice.chance(0.05)];
  if (lost) {
    tally.lostAnswers += 1;
    return { delayMs, drop: 'after' };
  }
  if (never) return { delayMs, drop: 'before' };
  return broken ? { delayMs, status: 500, apply: true } : { delayMs };
}

/** A run that nobody kills; resolves to its length. */
async function expectWhole(rig: Rig): Promise<number> {
  const { exit, stdout, stderr, ms } = await rig.run(['run', '--all', '--json']);
  expect({ exit, stderr }, stdout).toMatchObject({ exit: 0 });
  return ms;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
