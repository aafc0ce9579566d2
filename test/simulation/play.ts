/** One play: what a seed makes of a company, and whether all is well in the end. */
import type { Dice } from '../brute-force/dice.ts';
import { CALM, Company, type Running, type Setting, type Weather } from './company.ts';
import { NO_QUIRKS, type Quirks } from './endpoint.ts';
import { Violation } from './process.ts';
import { OPEN_GUARDS, type Variant } from './project.ts';
import { expectRest } from './rest.ts';

export interface Played {
  readonly log: readonly string[];
  readonly steps: number;
  readonly runs: number;
  readonly requests: number;
  /** What was wrong; undefined: nothing. */
  readonly wrong?: unknown;
}

const PEOPLE = 8;
/** Most plays are about one sync: what it takes to go wrong seldom takes several. */
const SCOPES = [
  ['inside.hook'],
  ['inside.hook'],
  ['active.hook'],
  ['active.hook'],
  ['inside.everyone', 'inside.hook'],
  ['active.hook', 'inside.hook'],
] as const;

export async function play(setting: Setting, seed: number): Promise<Played> {
  const company = await Company.found(setting, seed, PEOPLE);
  const { simulation, watch, running } = company;
  const wrong = await act(company).then(
    () => undefined,
    (error: unknown) => error,
  );
  return {
    log: simulation.log,
    steps: simulation.steps,
    runs: running.length,
    requests: watch.requests,
    ...(wrong === undefined ? {} : { wrong }),
  };
}

async function act(company: Company): Promise<void> {
  const { dice } = company.simulation;
  for (const foreign of ['somebody', String(PEOPLE + 1)]) company.endpoint.seed('inside', foreign);
  company.keepTo(dice.pick(SCOPES));
  company.vary(variantOf(dice));
  const acts = dice.between(1, 3);
  for (let index = 0; index < acts; index++) {
    company.endpoint.quirks = quirksOf(dice);
    company.weather = weatherOf(dice);
    await oneAct(company);
  }
  company.endpoint.quirks = NO_QUIRKS;
  company.weather = CALM;
  await company.finishAll();
  for (const each of company.running) expectFitEnding(company, each);
  await expectRest(company);
}

/** A run, something that befalls it, and what happens in the shop meanwhile. */
async function oneAct(company: Company): Promise<void> {
  const { dice } = company.simulation;
  const first = company.start({ full: dice.chance(0.05) }, { host: dice.pick(['one', 'one', 'two']) });
  if (dice.chance(0.4)) {
    await company.pass(dice.between(1, 3_000));
    company.start({ waitMs: dice.pick([0, 5_000]) }, { host: dice.pick(['one', 'two']) });
  }
  await company.pass(dice.between(1, 2_000));
  await company.trade();
  await befall(company, first);
  await company.trade();
  if (dice.chance(0.7)) await company.finishAll();
  else await company.pass(dice.between(1, 40_000));
  if (company.running.every(({ isOver }) => isOver) && dice.chance(0.4)) {
    company.jump(dice.pick([-100_000, -20_000, 45_000, 700_000, 4_000_000]));
  }
}

async function befall(company: Company, { process, isOver }: Running): Promise<void> {
  const { dice } = company.simulation;
  const fate = dice.fraction();
  if (isOver || fate > 0.5) return;
  await company.pass(dice.between(1, 1_500));
  if (fate < 0.35) await process.kill();
  else company.simulation.freeze(process, dice.between(20_000, 60_000));
}

/** A held sync sends nothing; what fails was let fail. */
function expectFitEnding({ watch }: Company, { process, report }: Running): void {
  for (const { sync, held } of report?.syncs ?? []) {
    const sent = watch.sent.get(`${process.name} ${sync}`) ?? 0;
    if (held && sent > 0) throw new Violation(`${sync} is held, and has sent ${sent} requests`);
  }
}

function variantOf(dice: Dice): Variant {
  const tight = { maxRemove: '30', maxAdd: '60', minGuardedSize: 2 };
  return {
    batchSize: dice.between(1, 3),
    concurrency: dice.between(1, 4),
    rate: dice.pick(['100/s', '2/s']),
    guards: dice.chance(0.25) ? tight : OPEN_GUARDS,
  };
}

function quirksOf(dice: Dice): Quirks {
  const share = (): number => dice.pick([0, 0, 0.1, 0.4]);
  if (dice.chance(0.2)) return NO_QUIRKS;
  return {
    lostBefore: share(),
    lostAfter: share(),
    busy: share(),
    broken: share(),
    unauthorized: dice.pick([0, 0, 0, 0.1]),
    tooLarge: share(),
    rowLater: share(),
    removalRejected: share(),
  };
}

function weatherOf(dice: Dice): Weather {
  const share = (): number => dice.pick([0, 0, 0.01, 0.05]);
  return { slow: share(), statementLost: share() / 10, commitLost: share() };
}
