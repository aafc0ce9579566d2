/** `docs/first-hour.md`: everything it says is typed, on a PostgreSQL of its own, and what is printed is what it shows. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstDifference } from '../docs/alike.ts';
import { type Step, stepsOf } from '../docs/steps.ts';
import { writeInto } from '../docs/write.ts';
import { openPostgresShop, type PostgresShop } from '../postgres-shop.ts';
import { REPOSITORY } from '../project-copy.ts';
import { segsync } from './segsync.ts';

const ROLE = 'gym_segsync';
const page = await readFile(join(REPOSITORY, 'docs/first-hour.md'), 'utf8');

let database: PostgresShop;
let folder: string;

beforeAll(async () => {
  database = await openPostgresShop([], [ROLE]);
  folder = await mkdtemp(join(tmpdir(), 'segsync-hour-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function play(step: Step): Promise<void> {
  if (step.kind === 'query') return database.administer(step.sql);
  if (step.kind === 'write') return writeInto(folder, step.file, step.text);
  if (step.kind !== 'type') throw new Error(`line ${step.line}: the first hour has no such block`);
  const [program, ...args] = [...step.command.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare!,
  );
  if (program === 'cd') {
    folder = join(folder, args[0]!);
    return;
  }
  const ended = await segsync(folder, args, { DATABASE_URL: database.url });
  expect(ended, ended.stderr + ended.stdout).toMatchObject({ exit: step.exit });
  if (step.output === undefined) return;
  const printed = ended.stdout === '' ? ended.stderr : ended.stdout;
  expect(firstDifference(step.output, printed), `printed was\n${printed}`).toBeUndefined();
}

const steps = stepsOf(page);

it.each(steps.map((step) => [step.line, step] as const))('line %d', (_, step) => play(step));
