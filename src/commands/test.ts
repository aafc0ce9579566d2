/** `segsync test`: the unit tests beside segments, on a database in memory. */
import { join, resolve } from 'node:path';
import { loadWarehouse, memoryWarehouse } from '../adapters.ts';
import { TEST_FILE } from '../config/find.ts';
import { Problems } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import { readProjectText } from '../config/read.ts';
import { parseYaml } from '../config/yaml.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { runPipeline } from '../pipeline.ts';
import { jsonText } from '../report/json.ts';
import { junitText, type TestResult, testsDocument, testsText } from '../report/stories.ts';
import { streamMembers } from '../run/inspect.ts';
import { readStories } from '../story/parse.ts';
import { playStory, type Theatre } from '../story/play.ts';
import type { Difference, Failure, Story } from '../story/story.ts';
import { inOneDatabase } from '../story/tables.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { openProject } from './open.ts';
import type { Invocation, Verb } from './verb.ts';

interface Options {
  junit?: string;
}

/** Tests that run side by side. */
const AT_ONCE = 4;

export const test: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--junit <file>', 'also write the results as JUnit XML')
      .addHelpText('after', '\nExample:\n  $ segsync test --select cart_abandoners --junit results.xml');
  },

  async run(invocation) {
    const { world, screen, options } = invocation;
    const { project, target, selection } = await openProject(invocation);
    const all = await findStories(world, project);
    const stories = all.filter(({ segment }) => selection.segments.has(segment));
    await warnOfSql(invocation, project, target, stories);
    const results = await playAll(world, project, stories);
    await annotate(invocation, results);
    const folder = world.process.workingFolder;
    if (options.junit !== undefined)
      await world.files.writeText(resolve(folder, options.junit), junitText(results, folder));
    if (screen.flags.json) screen.result(jsonText(testsDocument(results, folder)));
    else screen.result(results.length > 0 ? testsText(results, folder) : NONE);
    return exitOf(results);
  },
};

const NONE =
  'There are no tests. Write one beside its segment, in segments/NAME_test.yaml:\n\n' +
  'segment: NAME\ntests:\n  - name: who never came is no member\n    at: 2026-01-31T10:00:00Z\n' +
  '    given: { ENTITY: [{ KEY: ada }] }\n    expect: { members: [] }\n';

function exitOf(results: readonly TestResult[]): ExitCode {
  return results.some(({ failure }) => failure) ? EXIT.failed : EXIT.done;
}

/** Throws one `DiagnosedError` of all that is wrong in test files. */
async function findStories(world: World, project: Project): Promise<Story[]> {
  const problems = new Problems();
  const paths = (await world.files.list(join(project.root, 'segments'))).filter((path) =>
    TEST_FILE.test(path),
  );
  const stories: Story[] = [];
  for (const path of paths) {
    const text = await readProjectText(world, path, project.root, problems);
    const root = text === undefined ? undefined : parseYaml(text, path, problems);
    if (root) stories.push(...readStories(root, project, problems));
  }
  problems.settle();
  return stories;
}

/** W640 where SQL of another engine's is tried on this one. */
async function warnOfSql(
  { world, screen }: Invocation<Options>,
  project: Project,
  target: string,
  stories: readonly Story[],
): Promise<void> {
  const warehouse = (await loadWarehouse(world, project.targets.get(target)!.type))!;
  if (warehouse.inMemory) return;
  for (const segment of new Set(stories.map((story) => story.segment))) {
    const { where, place } = project.segments.get(segment)!;
    const holdsSql = JSON.stringify(where, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    if (!/"kind":"(sql|query)"/.test(holdsSql)) continue;
    screen.problems([await screen.shown(diagnose('W640', { segment, warehouse: warehouse.title }, place))]);
  }
}

async function playAll(world: World, project: Project, stories: readonly Story[]): Promise<TestResult[]> {
  const results: TestResult[] = [];
  const waiting = [...stories.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      results[next[0]] = await playOne(world, project, next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

async function playOne(world: World, project: Project, story: Story): Promise<TestResult> {
  const started = world.clock.monotonic();
  const warehouse = await memoryWarehouse(world);
  const options = warehouse.inMemory(world.random.uuid());
  const target = {
    ...project.targets.get(project.defaultTarget)!,
    name: 'test',
    type: warehouse.name,
    options,
  };
  const own: Project = {
    ...inOneDatabase(project),
    targets: new Map([['test', target]]),
    defaultTarget: 'test',
  };
  const label = 'segsync test';
  const session = await warehouse.connect({ world, root: project.root, options, access: 'write', label });
  try {
    const theatre: Theatre = { project: own, session, dialect: warehouse.dialect, ...ticking(world, own) };
    const failure = await playStory(theatre, story).catch((error: unknown) => failureOf(error, story));
    return {
      segment: story.segment,
      name: story.name,
      place: story.place,
      duration_ms: Math.round(world.clock.monotonic() - started),
      ...(failure
        ? {
            failure: {
              place: failure.place,
              lines: failure.error ? [failure.error] : failure.differences.flatMap(told),
            },
          }
        : {}),
    };
  } finally {
    await session.close();
  }
}

/** A value that does not fit its column, say, fails its own test and no other. */
function failureOf(error: unknown, { place }: Story): Failure {
  if (!(error instanceof WarehouseError)) throw error;
  return { place, differences: [], error: error.message };
}

/** Failures at their lines in the pull request. */
async function annotate({ screen }: Invocation<Options>, results: readonly TestResult[]): Promise<void> {
  const failed = results.flatMap(({ segment, name, failure }) =>
    failure ? [diagnose('E643', { segment, name, detail: failure.lines.join('; ') }, failure.place)] : [],
  );
  screen.annotate(await Promise.all(failed.map((each) => screen.shown(each))));
}

function ticking(world: World, project: Project): Pick<Theatre, 'tick' | 'members'> {
  const under = (schema: string): Project => ({ ...project, state: { ...project.state, schema } });
  return {
    async tick(schema, segments, now, full) {
      const { report } = await runPipeline(world, under(schema), {
        ...{ command: 'run', target: 'test', segments, syncs: new Set(), all: true, full, now, waitMs: 0 },
        signal: new AbortController().signal,
        onEvent: () => {},
      });
      return report.segments.find(({ error }) => error)?.error?.message;
    },
    async members(schema, segment) {
      const keys: string[] = [];
      for await (const row of streamMembers(world, under(schema), { target: 'test', segment }))
        keys.push(row.entity_key);
      return keys;
    },
  };
}

function told({ what, missing, extra }: Difference): string[] {
  const line = (word: string, keys: readonly string[]): string[] =>
    keys.length > 0 ? [`${what}: ${word} ${keys.join(', ')}`] : [];
  return [...line('missing', missing), ...line('too many', extra)];
}
