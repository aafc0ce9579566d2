/**
 * The whole program, ended with SIGKILL at random moments, on warehouses that cannot run here: its own client over real
 * HTTP to a double in this process, which lives on. One clean run afterwards leaves every audience, the members and the
 * ledger as they should be, and sends what is due and no more.
 *
 * `SEGSYNC_KILLS=40` kills so many on each; `SEGSYNC_SEED=123` makes the same choices again.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../brute-force/dice.ts';
import { type CompiledProgram, compileProgram } from '../compiled-program.ts';
import type { Engine, Opened } from '../engines.ts';
import { bigqueryEngine, snowflakeEngine } from '../warehouses/engines.ts';
import { PAIRS } from '../warehouses/pairs.ts';
import type { StandIn } from '../warehouses/stand-in.ts';
import { expectAudiences } from './audiences.ts';
import { openRig, type Rig } from './rig.ts';
import { expectAllSent } from './sent.ts';
import { Traffic } from './shop.ts';
import { batter, emptyTally, expectWhole, prepare, type Tally } from './storm.ts';
import { isRefused, stormFiles } from './weather.ts';

const seed = Number(process.env.SEGSYNC_SEED ?? Math.floor(Math.random() * 2 ** 31));
const KILLS = Number(process.env.SEGSYNC_KILLS ?? 8);
const MOST_KILLS = 3 * KILLS;
const LIMIT_MS = 180_000 + MOST_KILLS * 20_000;

let program: CompiledProgram;
beforeAll(async () => {
  program = await compileProgram();
});

function isMild({ midway, early, inDoubt }: Tally): boolean {
  return midway < KILLS / 4 || early < 1 || inDoubt < 1;
}

interface Doubled extends Opened {
  readonly double: { readonly standIn: StandIn; lapse(): void | Promise<void> };
}

const doubled: readonly { readonly name: string; open(): Promise<Doubled> }[] = [
  bigqueryEngine,
  snowflakeEngine,
];

for (const { name, open } of doubled) {
  describe(`${name}, seed ${seed}`, () => {
    it(`forgets nobody and keeps nobody after ${KILLS} kills`, { timeout: LIMIT_MS }, async () => {
      const own = await open();
      const rig = await rigOver(own);
      try {
        const dice = new Dice(seed);
        const traffic = new Traffic(dice);
        const tally = emptyTally();
        const usualMs = await prepare(rig, traffic);
        const storm = { rig, dice, traffic, tally, usualMs, cuts: false };
        await batter(storm, KILLS);
        // A storm that hit nothing would prove nothing: it goes on until it has, as far as it may.
        while (isMild(tally) && tally.killed < MOST_KILLS) await batter(storm, 1);
        await own.double.lapse();
        await expectWhole(rig);
        await expectAudiences(rig, isRefused);
        await expectMembers(rig);
        const requests = rig.receiver.requests.length;
        await expectWhole(rig);
        expect(rig.receiver.requests.length - requests, 'requests of a run with nothing to do').toBe(0);
        const sent = await expectAllSent(rig, isRefused);
        console.log(
          `${name}, seed ${seed}: ${JSON.stringify({ usualMs: Math.round(usualMs), ...tally, sent })}`,
        );
        expect(isMild(tally), JSON.stringify(tally)).toBe(false);
      } finally {
        await rig.drop();
      }
    });
  });
}

describe('bigquery, before what a killed run left open has lapsed', () => {
  it('runs end with 75 and change nothing; after ten minutes one ends it, and sets all right', {
    timeout: 180_000,
  }, async () => {
    const own = await bigqueryEngine.open();
    const rig = await rigOver(own);
    try {
      const traffic = new Traffic(new Dice(seed));
      await prepare(rig, traffic);
      const requests = rig.receiver.requests.length;
      await rig.change(traffic.next(20));
      const held = rig.use((session) =>
        session.transaction(async (transaction) => {
          await transaction.execute('UPDATE segsync.leases SET token = token WHERE name IS NOT NULL');
          const { exit, stderr } = await rig.run(['run', '--all']);
          expect({ exit, stderr }).toEqual({ exit: 75, stderr: expect.stringMatching(/error\[E704\]/) });
          expect(rig.receiver.requests.length).toBe(requests);
          // Ten minutes later it is known that nobody comes back.
          own.double.idle();
          const later = await rig.run(['run', '--all']);
          expect({ exit: later.exit, stderr: later.stderr }).toMatchObject({ exit: 0 });
          throw new Error('nobody comes back');
        }),
      );
      await expect(held).rejects.toThrow('nobody comes back');
      expect(rig.receiver.requests.length).toBeGreaterThan(requests);
      await expectWhole(rig);
      await expectAudiences(rig, isRefused);
      await expectMembers(rig);
    } finally {
      await rig.drop();
    }
  });
});

/**
 * Runs are processes of the compiled program, which tell the double both texts of each statement. What a killed one left
 * open lapses before the next look at the state, as it does on the service after a while: until then runs end with 75.
 */
async function rigOver(own: Doubled): Promise<Rig> {
  const pairs = join(own.folder, 'pairs');
  await mkdir(pairs);
  own.double.standIn.listen(pairs);
  const engine: Engine = { name: own.warehouse.name, warehouse: own.warehouse, open: async () => own };
  const rig = await openRig(engine, stormFiles);
  const start: Rig['start'] = (args, options = {}) => {
    const running = rig.start(args, {
      ...options,
      program: ['--import', program.preload, program.cli],
      environment: { ...options.environment, [PAIRS]: pairs },
    });
    const ended = running.ended.then(async (end) => {
      if (end.signal === 'SIGKILL') await own.double.lapse();
      return end;
    });
    return { ...running, ended };
  };
  return {
    ...rig,
    start,
    run: (args, options) => start(args, options).ended,
    /** The shop is no business of the adapter's, which takes no definition of a table in a transaction everywhere. */
    async change(statements) {
      for (const statement of statements) await own.double.standIn.run(statement);
    },
  };
}

/** The state's members, by hand. */
async function expectMembers({ query }: Rig): Promise<void> {
  const expected: Readonly<Record<string, string>> = {
    inside: "SELECT CAST(id AS TEXT) AS k FROM shop.customers WHERE status = 'inside'",
    buyers:
      "SELECT CAST(id AS TEXT) AS k FROM shop.customers WHERE status <> 'gone' AND id IN (SELECT customer_id FROM shop.orders)",
  };
  for (const [segment, sql] of Object.entries(expected)) {
    const keysOf = async (text: string): Promise<string[]> => (await query(text)).map(({ k }) => k!).sort();
    const members = await keysOf(
      `SELECT entity_key AS k FROM segsync.membership WHERE segment = '${segment}'`,
    );
    expect(members, segment).toEqual(await keysOf(sql));
  }
}
