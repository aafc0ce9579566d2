/** Conformance in a warehouse of the caller's own: arguments -> target -> checks -> result file -> exit code. */
import { randomInt } from 'node:crypto';
import { join, resolve } from 'node:path';
import { loadWarehouse } from '../../../src/adapters.ts';
import { diagnosticsOf } from '../../../src/commands/failure.ts';
import { loadProject } from '../../../src/config/load.ts';
import type { Project, Target } from '../../../src/config/project.ts';
import { worstExit } from '../../../src/diagnostics/exit.ts';
import { openScreen } from '../../../src/report/screen.ts';
import { readVersion } from '../../../src/version.ts';
import type { Session, Warehouse } from '../../../src/warehouse/warehouse.ts';
import { realWorld, type World } from '../../../src/world.ts';
import { type Arguments, Misuse, readArguments, USAGE } from './arguments.ts';
import type { Bench, Check } from './check.ts';
import { functionChecks } from './functions.ts';
import { playChecks } from './plays.ts';
import { type Failure, type Result, scrubber, writeResult } from './result.ts';
import { Scratch } from './scratch.ts';
import { stateChecks } from './state.ts';
import { cancelChecks, streamChecks } from './streams.ts';
import { failureChecks, transactionChecks } from './transactions.ts';
import { valueChecks } from './values.ts';

const INTERRUPTED = 130;
/** What is under way when somebody interrupts is waited for so long: it may hold what is to be dropped. */
const PATIENCE_MS = 20_000;

/** Never throws. `repository`: where the results are kept. */
export async function main(given: readonly string[], repository: string): Promise<number> {
  const world = realWorld();
  try {
    const asked = readArguments(given);
    if (asked === undefined) {
      world.process.stdout.write(USAGE);
      return 0;
    }
    return await run(world, asked, repository);
  } catch (error) {
    if (error instanceof Misuse) {
      world.process.stderr.write(`error: ${error.message}\n\n${USAGE}`);
      return 64;
    }
    const diagnostics = diagnosticsOf(error);
    const screen = openScreen(world, { json: false, quiet: false, verbose: false });
    screen.problems(await Promise.all(diagnostics.map((each) => screen.shown(each))));
    return worstExit(diagnostics.map(({ exit }) => exit));
  }
}

async function run(world: World, asked: Arguments, repository: string): Promise<number> {
  const { project } = await loadProject(world, { projectDir: asked.project, target: asked.target });
  const target = project.targets.get(asked.target ?? project.defaultTarget)!;
  const warehouse = (await loadWarehouse(world, target.type))!;
  const connect = (): Promise<Session> =>
    warehouse.connect({
      world,
      root: project.root,
      options: target.options,
      access: 'write',
      label: 'segsync conformance',
    });
  const session = await connect();
  const stop = new AbortController();
  const release = world.process.onSignal(() => {
    world.process.stderr.write('interrupted: what was made is taken away\n');
    stop.abort();
    void session.cancel().catch(() => undefined);
  });
  const scratch = new Scratch(warehouse);
  try {
    return await checked({ world, asked, repository, project, target, warehouse, session, scratch, stop });
  } finally {
    // By a new connection: whatever failed may have left the other one unfit.
    const left = await takenAway(scratch, connect, session);
    for (const each of left) world.process.stderr.write(`could not be dropped: ${each}\n`);
    release();
  }
}

interface Run {
  readonly world: World;
  readonly asked: Arguments;
  readonly repository: string;
  readonly project: Project;
  readonly target: Target;
  readonly warehouse: Warehouse;
  readonly session: Session;
  readonly scratch: Scratch;
  readonly stop: AbortController;
}

async function checked(run: Run): Promise<number> {
  const { world, asked, repository, project, target, warehouse, session, scratch, stop } = run;
  const engine = await session.version();
  const identity = await session.identity();
  const scrub = scrubber(target.options, scratch.prefix, identity === warehouse.title ? [] : [identity]);
  world.process.stdout.write(`${engine}, in schemas ${scratch.prefix}_*\n`);
  const bench: Bench = { warehouse, session, world, scratch, schema: await scratch.make(session) };
  const seeds = Array.from({ length: asked.plays }, (_, index) =>
    asked.seed === undefined ? randomInt(2 ** 31) : asked.seed + index,
  );
  const plays = playChecks(bench, { target, root: project.root, seeds, signal: stop.signal });
  const checks = [
    ...functionChecks(bench),
    ...valueChecks(bench),
    ...streamChecks(bench),
    ...transactionChecks(bench),
    ...failureChecks(bench),
    ...cancelChecks(bench),
    ...stateChecks(bench),
    ...plays.checks,
  ];
  const { groups, failures } = await runChecks(world, checks, scrub, stop.signal);
  if (stop.signal.aborted) return INTERRUPTED;
  const result: Result = {
    warehouse: warehouse.name,
    date: new Date(Number(world.clock.now() / 1000n)).toISOString().slice(0, 10),
    segsync: await readVersion(world),
    engine: scrub(engine),
    groups,
    plays: {
      seeds,
      ticks: plays.figures.ticks,
      incremental: plays.figures.incremental,
      audiences: plays.figures.audiences,
    },
    failures,
  };
  const path = asked.out
    ? resolve(asked.out)
    : join(repository, 'docs/warehouses/verified', `${warehouse.name}.json`);
  await writeResult(path, result);
  const passed = Object.values(groups).reduce((sum, group) => sum + group.passed, 0);
  world.process.stdout.write(`${passed} passed, ${failures.length} failed: ${path}\n`);
  return failures.length === 0 ? 0 : 1;
}

async function runChecks(
  world: World,
  checks: readonly Check[],
  scrub: (text: string) => string,
  signal: AbortSignal,
): Promise<{ groups: Record<string, { passed: number; failed: number }>; failures: Failure[] }> {
  const groups: Record<string, { passed: number; failed: number }> = {};
  const failures: Failure[] = [];
  for (const { group, name, run } of checks) {
    if (signal.aborted) break;
    const counts = groups[group] ?? { passed: 0, failed: 0 };
    groups[group] = counts;
    try {
      await orStopped(run(), signal);
      counts.passed += 1;
    } catch (error) {
      if (signal.aborted) break;
      const message = scrub(error instanceof Error ? error.message : String(error));
      counts.failed += 1;
      failures.push({ group, name, message });
      world.process.stdout.write(`FAILED ${group}: ${name}\n  ${message.replaceAll('\n', '\n  ')}\n`);
    }
    const isLast = checks.findLast((each) => each.group === group)?.name === name;
    if (isLast) world.process.stdout.write(`${group}: ${counts.passed} passed, ${counts.failed} failed\n`);
  }
  return { groups, failures };
}

/** The work, or an error some time after somebody has asked to stop and it has not ended. */
function orStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((done, refuse) => {
    const late = (): void => void setTimeout(() => refuse(new Error('stopped')), PATIENCE_MS).unref();
    signal.addEventListener('abort', late, { once: true });
    work.then(done, refuse).finally(() => signal.removeEventListener('abort', late));
  });
}

async function takenAway(
  scratch: Scratch,
  connect: () => Promise<Session>,
  session: Session,
): Promise<string[]> {
  await session.close().catch(() => undefined);
  try {
    const own = await connect();
    try {
      return await scratch.dropAll(own);
    } finally {
      await own.close();
    }
  } catch (error) {
    return [`${scratch.prefix}_*: ${(error as Error).message}`];
  }
}
