/**
 * Several processes on one project: killed, and frozen for longer than their lease lasts while another one takes over.
 * There is never a second writer, and the next run leaves every audience right.
 *
 * `SEGSYNC_PROCESSES=10` keeps the loops going for so many minutes; `SEGSYNC_SEED=123` makes the same choices again.
 */
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../brute-force/dice.ts';
import { build } from '../cli/segsync.ts';
import { engines } from '../engines.ts';
import { expectAudiences } from './audiences.ts';
import { emptyLoops, loop } from './loops.ts';
import { expectOneWriter, watchWriters } from './processes.ts';
import type { Running } from './program.ts';
import { openRig, type ProjectFiles, type Rig } from './rig.ts';
import { expectAllSent } from './sent.ts';
import { shopFiles, Traffic } from './shop.ts';
import { expectWhole, prepare } from './storm.ts';
import { CALM, fairWeather, isRefused, stormFiles, weather } from './weather.ts';

const seed = Number(process.env.SEGSYNC_SEED ?? Math.floor(Math.random() * 2 ** 31));
const MINUTES = Number(process.env.SEGSYNC_PROCESSES ?? 0);
const SHORT_MS = 10_000;
/** Runs that are killed, and runs that are frozen. */
const LEAST_DISTURBED = 2;
const postgres = engines.find(({ name }) => name === 'postgres')!;

beforeAll(build);

describe.concurrent('a process that stands still until another has taken over', () => {
  it('does not undo what the other sent, though its own requests arrive last', { timeout: 120_000 }, () =>
    withRig(shopFiles, async (rig, traffic) => {
      await rig.change(traffic.next(30));
      const road = closedRoad(rig);
      const first = rig.start(['run', '--all']);
      await road.reached(4);
      first.freeze();
      rig.receiver.always(fairWeather);
      // So that the requests of the second are not the same ones, which the receiver would know.
      await rig.change([leaves('id > 2040 AND id % 3 = 0')]);

      const second = await rig.run(['run', '--all', '--wait', '60s']);
      expect(second.exit, second.stderr).toBe(0);
      expect(second.ms, 'a living holder was not waited for').toBeGreaterThan(15_000);
      await expectAudiences(rig, isRefused);

      await rig.change([leaves('id > 2040')]);
      await expectWhole(rig);
      await expectAudiences(rig, isRefused);
      road.open();
      await rig.receiver.idle();
      await expect(expectAudiences(rig, isRefused), 'nothing arrived late').rejects.toThrow();

      first.thaw();
      const { exit, stderr } = await first.ended;
      expect({ exit, fenced: stderr.includes('E502') }, stderr).toEqual({ exit: 75, fenced: true });
      await expectWhole(rig);
      await expectAudiences(rig, isRefused);
      await expectOneWriter(rig);
    }),
  );

  it('in the middle of its commit holds nobody up for longer than its lease', { timeout: 120_000 }, () =>
    withRig(shopFiles, async (rig, traffic) => {
      await rig.change(traffic.next(30));
      const first = await frozenInCommit(rig);
      const early = await rig.run(['run', '--all']);
      expect(early.exit, early.stderr).toBe(75);
      expect(early.ms, 'what another holds was waited for').toBeLessThan(15_000);

      const second = await rig.run(['run', '--all', '--wait', '60s']);
      expect(second.exit, second.stderr).toBe(0);
      await expectAudiences(rig, isRefused);

      first.thaw();
      const { exit, stderr } = await first.ended;
      expect(exit, stderr).toBe(75);
      await expectWhole(rig);
      await expectAudiences(rig, isRefused);
      await expectOneWriter(rig);
    }),
  );
});

describe(`two processes at once, seed ${seed}`, () => {
  it('are one writer, and lose nothing', { timeout: 120_000 + MINUTES * 120_000 }, () =>
    withRig(stormFiles, async (rig, traffic) => {
      const dice = new Dice(seed);
      const tally = emptyLoops();
      const faults = { ...CALM };
      // A request that arrives when its sender is dead and gone is beyond anybody's knowledge.
      rig.receiver.always(weather(dice, faults, { share: 0.2, without: 'late' }));
      const until = performance.now() + (MINUTES > 0 ? MINUTES * 60_000 : SHORT_MS);
      let isOver = false;
      // However slow the machine is.
      const goesOn = (): boolean =>
        !isOver && (performance.now() < until || Math.min(tally.killed, tally.frozen) < LEAST_DISTURBED);
      const shares = { kills: 0.35, freezes: 0.25, longFreezes: MINUTES > 0 ? 0.04 : 0 };
      const loops = Promise.all([1, 2].map(() => loop({ rig, dice, tally, goesOn, ...shares })));
      const ended = loops.finally(() => {
        isOver = true;
      });
      while (goesOn()) {
        await rig.change(traffic.next(dice.between(5, 25)));
        await sleep(dice.between(200, 1_000));
      }
      await ended;
      await rig.receiver.idle();
      rig.receiver.always(fairWeather);
      await expectWhole(rig);
      await expectAudiences(rig, isRefused);
      const found = { ...(await expectOneWriter(rig)), sent: await expectAllSent(rig, isRefused) };
      console.log(`processes, seed ${seed}: ${JSON.stringify({ ...tally, ...found, faults })}`);
    }),
  );
});

function leaves(who: string): string {
  return `UPDATE shop.customers SET status = 'gone', updated_at = now() WHERE ${who}`;
}

/** A shop that is loaded, with somebody watching who writes. */
async function withRig(
  files: ProjectFiles,
  work: (rig: Rig, traffic: Traffic) => Promise<void>,
): Promise<void> {
  const rig = await openRig(postgres, files);
  try {
    const traffic = new Traffic(new Dice(seed));
    await prepare(rig, traffic);
    await watchWriters(rig);
    await work(rig, traffic);
  } finally {
    rig.receiver.always(undefined);
    await rig.drop();
  }
}

/** From here on, requests are held up on their way until the road is opened. */
function closedRoad(rig: Rig): { reached(requests: number): Promise<void>; open(): void } {
  let open = (): void => {};
  const held = new Promise<void>((resolve) => {
    open = resolve;
  });
  let waiting = 0;
  rig.receiver.always((request) => {
    waiting += 1;
    // Held up or not, it takes nobody whom it never takes.
    return { ...fairWeather(request), held };
  });
  return {
    open: () => open(),
    async reached(requests) {
      while (waiting < requests) await sleep(5);
    },
  };
}

/** A run that stands still inside the transaction of its tick: the server has done what it asked, and waits for more. */
async function frozenInCommit(rig: Rig): Promise<Running> {
  const client = new pg.Client({ connectionString: String(rig.opened.target.url) });
  await client.connect();
  try {
    await client.query('BEGIN; LOCK TABLE segsync.changes IN SHARE MODE');
    const running = rig.start(['run', '--all']);
    const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await rig.query(waiting)).length === 0) await sleep(20);
    running.freeze();
    await client.query('ROLLBACK');
    return running;
  } finally {
    await client.end();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
