/** `segsync test`: the unit tests beside segments, on a database in memory. */
import { resolve } from 'node:path';
import { reasonOf } from '../config/read.ts';
import { diagnose, fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { junitText, type TestResult, testsDocument, testsText } from '../report/stories.ts';
import { openProject } from './open.ts';
import { doubtsOfSql, findStories } from './test-files.ts';
import { playAll } from './test-play.ts';
import { type RecordOptions, record } from './test-record.ts';
import type { Invocation, Verb } from './verb.ts';

interface Options extends RecordOptions {
  junit?: string;
}

export const test: Verb<Options> = {
  declare(command) {
    command
      .argument('[key]', 'with --record: whose rows')
      .optionsGroup('Options:')
      .option('--junit <file>', 'also write the results as JUnit XML')
      .option('--record <segment>', 'write a test of this segment from the rows of KEY in the warehouse')
      .option('--out <file>', 'with --record: into this new file instead of stdout')
      .addHelpText('after', HELP);
  },

  async run(invocation) {
    const { world, screen, options, operands } = invocation;
    if (options.record !== undefined) return record(invocation, options.record);
    refuseLonely(operands[0], options);
    const { project, target, selection } = await openProject(invocation);
    const all = await findStories(world, project);
    const stories = all.filter(({ segment }) => selection.segments.has(segment));
    const doubts = await doubtsOfSql(world, project, target, stories);
    screen.problems(await Promise.all(doubts.map((each) => screen.shown(each))));
    const results = await playAll(world, project, stories);
    await annotate(invocation, results);
    const folder = world.process.workingFolder;
    if (screen.flags.json) screen.result(jsonText(testsDocument(results, folder)));
    else screen.result(results.length > 0 ? testsText(results, folder) : NONE);
    if (options.junit !== undefined) await writeReport(invocation, options.junit, junitText(results, folder));
    return exitOf(results);
  },
};

const HELP = `
Recorded tests hold made-up keys and texts instead of a person's own; numbers,
dates and instants stay as they are. Nothing is changed in the warehouse.

Example:
  $ segsync test --select cart_abandoners --junit results.xml
  $ segsync test --record gold_tier 42 --out segments/gold_tier_test.yaml`;

/** Throws E691. */
function refuseLonely(key: string | undefined, { out }: Options): void {
  if (key !== undefined) fail('E691', { option: key, without: '--record' });
  if (out !== undefined) fail('E691', { option: '--out', without: '--record' });
}

const NONE =
  'There are no tests. Write one beside its segment, in segments/NAME_test.yaml:\n\n' +
  'segment: NAME\ntests:\n  - name: who never came is no member\n    at: 2026-01-31T10:00:00Z\n' +
  '    given: { ENTITY: [{ KEY: ada }] }\n    expect: { members: [] }\n';

function exitOf(results: readonly TestResult[]): ExitCode {
  return results.some(({ failure }) => failure) ? EXIT.failed : EXIT.done;
}

/** Failures at their lines in the pull request. */
async function annotate({ screen }: Invocation<Options>, results: readonly TestResult[]): Promise<void> {
  const failed = results.flatMap(({ segment, name, failure }) =>
    failure ? [diagnose('E643', { segment, name, detail: failure.lines.join('; ') }, failure.place)] : [],
  );
  screen.annotate(await Promise.all(failed.map((each) => screen.shown(each))));
}

/** Throws E645. */
async function writeReport({ world }: Invocation<Options>, file: string, text: string): Promise<void> {
  try {
    await world.files.replace(resolve(world.process.workingFolder, file), text);
  } catch (error) {
    fail('E645', { file, reason: reasonOf(error) });
  }
}
