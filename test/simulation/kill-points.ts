/**
 * Every place where a run can be killed: before and after each of its steps on the outside world. One run is played to
 * the end to count them; then it is played again and again, and killed at each in turn.
 */
import type { Project } from '../../src/config/project.ts';
import { Company } from './company.ts';
import { databaseOf } from './database.ts';
import type { Ground } from './ground.ts';
import type { Moment } from './process.ts';
import { OPEN_GUARDS } from './project.ts';
import { expectEqual, expectWell, whole } from './rest.ts';
import { REJECTED } from './shop.ts';

export interface KillPoint {
  readonly step: number;
  readonly moment: Moment;
  readonly label: string;
  /** What was on its way when the process was killed arrives all the same. */
  readonly survives: boolean;
  /** What it leaves behind; equal where nothing was changed for good between two points. */
  readonly leaves: string;
}

/** The run that is killed: someone is added, removed, updated, gets another address, takes back consent, is rejected. */
async function scenario(ground: Ground, project: Project): Promise<Company> {
  await ground.empty('made');
  const company = await Company.found({ ground, project, database: databaseOf(ground.session) }, 1, 0);
  company.keepTo(['inside.hook']);
  company.vary({ batchSize: 2, concurrency: 2, rate: '1000/s', guards: OPEN_GUARDS });
  if (project.destinations.get('hook')!.type === 'webhook') {
    for (const foreign of ['somebody', '9']) company.endpoint.seed('inside', foreign);
  }
  const person = (id: number) => ({
    id,
    status: 'inside' as const,
    name: `name ${id}`,
    email: `p${id}@example.com`,
    consent: true,
  });
  for (const id of [1, 2, 3, 4]) await company.put(person(id));
  await company.put({ ...person(5), status: 'waiting' });
  await company.put({ ...person(6), status: 'waiting', name: REJECTED });
  const first = company.start();
  await company.finish(first);
  await company.pass(1_000);
  await company.put({ ...person(1), status: 'gone' });
  await company.put({ ...person(2), name: 'another name' });
  await company.put({ ...person(3), email: 'moved@example.com' });
  await company.put({ ...person(4), consent: false });
  await company.put(person(5));
  await company.put({ ...person(6), name: REJECTED });
  return company;
}

/** Every kill point of the run, in order. */
export async function killPoints(ground: Ground, project: Project): Promise<KillPoint[]> {
  const company = await scenario(ground, project);
  const points: KillPoint[] = [];
  const running = company.start(
    {},
    {
      isKilledAt(step, moment, label) {
        const fates = company.inFlight > 0 ? [true, false] : [false];
        for (const survives of fates) {
          const leaves = `${company.effects} ${company.inFlight} ${survives}`;
          points.push({ step, moment, label, survives, leaves });
        }
        return false;
      },
    },
  );
  await company.finish(running);
  await expectCleanRun(company);
  return points;
}

/** The first of those that leave the same behind: what follows cannot tell them apart. */
export function distinct(points: readonly KillPoint[]): KillPoint[] {
  return [...new Map(points.toReversed().map((point) => [point.leaves, point])).values()].toReversed();
}

/**
 * Kills the run there, and lets clean ones follow; throws what is wrong then. False when the run did not come there: how
 * many steps there are at its end depends on how requests fall between statements.
 */
export async function killAt(ground: Ground, project: Project, point: KillPoint): Promise<boolean> {
  const company = await scenario(ground, project);
  company.survives = point.survives;
  let isKilled = false;
  const running = company.start(
    {},
    {
      isKilledAt(step, moment) {
        if (step !== point.step || moment !== point.moment) return false;
        isKilled = true;
        return true;
      },
    },
  );
  await company.finish(running);
  await expectCleanRun(company);
  return isKilled;
}

/** One run sets everything right. */
async function expectCleanRun(company: Company): Promise<void> {
  await company.pass(1_000);
  expectWell(await whole(company));
  expectEqual(company);
}
