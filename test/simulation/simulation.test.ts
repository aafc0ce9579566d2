/**
 * Simulation by seed: a whole company, its processes, its warehouse and the other side, in simulated time. Each seed is
 * played twice, and both plays are the same to the last event.
 *
 *     SEGSYNC_SEEDS=20000 npx vitest run test/simulation/simulation.test.ts    more of them
 *     SEGSYNC_SEED=17 ...                                                      this one
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Project } from '../../src/config/project.ts';
import { databaseOf, recorded, replayed, type Tape } from './database.ts';
import { type Ground, openGround } from './ground.ts';
import { type Played, play } from './play.ts';
import { readProject } from './project.ts';

vi.mock('../../src/adapters.ts', () => import('./adapters.ts'));

const SEEDS = Number(process.env.SEGSYNC_SEEDS ?? 80);
const ASKED_AGAIN = 10;
const ONE = process.env.SEGSYNC_SEED;

let ground: Ground;
let project: Project;

beforeAll(async () => {
  ground = await openGround();
  project = await readProject();
});

afterAll(() => ground?.close());

test('whatever fails on the way, nothing is lost, nothing doubled', { timeout: 86_400_000 }, async () => {
  const seeds = ONE === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(ONE)];
  const total = { seeds: 0, steps: 0, runs: 0, requests: 0 };
  const began = performance.now();
  for (const seed of seeds) {
    const first = await playTwice(seed);
    total.seeds += 1;
    total.steps += first.steps;
    total.runs += first.runs;
    total.requests += first.requests;
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.info(
    `${total.seeds} seeds, each twice: ${total.runs} runs, ${total.steps} steps, ${total.requests} requests, ${seconds} s`,
  );
});

/** Now and then the database is asked again, too: it has to answer the same. */
async function playTwice(seed: number): Promise<Played> {
  const database = databaseOf(ground.session);
  const tape: Tape = [];
  const how = seed % 5 === 0 ? 'unmade' : 'made';
  await ground.empty(how);
  const first = await play({ ground, project, database: recorded(database, tape) }, seed);
  if (first.wrong !== undefined) fail(seed, first);
  const isAskedAgain = seed % ASKED_AGAIN === 0;
  if (isAskedAgain) await ground.empty(how);
  const second = await play(
    { ground, project, database: isAskedAgain ? database : replayed(database, tape) },
    seed,
  );
  expect(second.log, `seed ${seed} is played twice`).toEqual(first.log);
  return first;
}

function fail(seed: number, { log, wrong }: Played): never {
  const told = wrong instanceof Error ? wrong.stack : String(wrong);
  throw new Error(`seed ${seed}: ${told}\n\n${log.join('\n')}\n\nseed ${seed}: ${wrong}`);
}
