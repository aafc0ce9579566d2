/** What simulation has found, each played by hand. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Project } from '../../src/config/project.ts';
import { Company } from './company.ts';
import { databaseOf } from './database.ts';
import { type Ground, openGround } from './ground.ts';
import { readProject } from './project.ts';
import type { Person } from './shop.ts';

vi.mock('../../src/adapters.ts', () => import('./adapters.ts'));

let ground: Ground;
let project: Project;

beforeAll(async () => {
  ground = await openGround();
  project = await readProject();
});

afterAll(() => ground?.close());

const ANN: Person = { id: 1, status: 'inside', name: 'Ann', email: 'ann@example.com', consent: true };

async function found(): Promise<Company> {
  await ground.empty('made');
  return Company.found({ ground, project, database: databaseOf(ground.session) }, 1, 2);
}

async function run(company: Company): Promise<void> {
  const running = company.start();
  await company.finish(running);
  expect(running.failure).toBeUndefined();
}

test('a shared tick that was committed without an answer: its segments tried alone know what it did', async () => {
  const company = await found();
  await company.put({ ...ANN, status: 'gone' });
  await run(company);
  await company.put(ANN);
  let left = 1;
  company.fault = (kind, statements) =>
    kind === 'commit' && statements.some((sql) => sql.includes('INTO segsync.ticks')) && --left >= 0
      ? 'after'
      : undefined;
  await run(company);
  expect(left).toBeLessThanOrEqual(0);
  expect(company.endpoint.of('inside').get('1')?.fields).toEqual({ name: 'Ann' });
});

test('a flush that was committed without an answer counts once', async () => {
  const company = await found();
  await company.put(ANN);
  let left = 1;
  company.fault = (kind, statements) =>
    kind === 'commit' && statements.some((sql) => sql.includes('INTO segsync.ledger')) && --left >= 0
      ? 'after'
      : undefined;
  // The watch compares the figure with the ledger at every commit.
  await run(company);
  expect(left).toBeLessThanOrEqual(0);
});
