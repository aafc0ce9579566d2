/** `segsync plan`: what a run would do; nothing is changed anywhere. */
import { join } from 'node:path';
import { Option } from 'commander';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT, worstExit } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { planMarkdown } from '../report/markdown.ts';
import { hasChanges, planText } from '../report/plan.ts';
import { planAnnotations } from '../report/plan-github.ts';
import { isOnGitHub, type Screen } from '../report/screen.ts';
import { type Executed, execute } from './execute.ts';
import { type PlanFile, writePlanFile } from './plan-file.ts';
import type { Verb } from './verb.ts';

interface Options {
  after?: string[];
  due?: boolean;
  tier?: string[];
  full?: boolean;
  now?: string;
  allowRemoval?: string[];
  allowAdd?: string[];
  adoptState?: boolean;
  detailedExitcode?: boolean;
  format?: Format;
  out?: string;
  overlap?: string[];
}

const FORMATS = ['text', 'json', 'markdown', 'github'] as const;
type Format = (typeof FORMATS)[number];

export const plan: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--due', 'only what `segsync run` would do now')
      .option('--tier <names...>', 'only segments and syncs of these tiers')
      .option('--full', 'as if everyone were evaluated')
      .option('--after <news...>', 'only what has not ticked since these changed, as `segsync run --after`')
      .option('--now <instant>', 'take this instant for the time of evaluation; it may lie ahead')
      .addOption(
        new Option(
          '--format <format>',
          'markdown fits the comment of a pull request; github: annotations at the definitions',
        ).choices(FORMATS),
      )
      .option('--out <file>', 'keep the plan, for `segsync run --plan`')
      .option('--overlap <segments...>', 'how many members these have in common with each segment')
      .option('--detailed-exitcode', 'exit 2 when a run would change something')
      .option('--allow-removal <syncs...>', 'lift the guard against removing too many')
      .option('--allow-add <syncs...>', 'lift the guard against adding too many')
      .option('--adopt-state', 'as if state that was copied here were taken over')
      .addHelpText(
        'after',
        '\nWith --verbose, a few keys of those who enter and leave are shown, masked,\n' +
          'and one request of each sync, names in the place of values.\n',
      )
      .addHelpText(
        'after',
        '\nExamples:\n  $ segsync plan --select tag:lifecycle dest:meta_ads\n  $ segsync plan --select state:modified --format markdown',
      );
  },

  async run(invocation) {
    const { world, screen, options } = invocation;
    if (options.out !== undefined) checkOut(options);
    if (screen.flags.json) checkJson(options);
    const executed = await execute(invocation, {
      command: 'plan',
      all: !options.due,
      full: options.full ?? false,
      tiers: options.tier,
      now: options.now,
      after: options.after,
      allowRemoval: options.allowRemoval,
      allowAdd: options.allowAdd,
      adoptState: options.adoptState,
      samples: screen.flags.verbose,
      overlap: options.overlap,
    });
    const { report, exit } = executed;
    screen.result(textOf(executed, screen, options.format));
    if (isOnGitHub(world) && options.format !== 'github') screen.note(annotationsOf(executed, screen));
    if (options.out !== undefined) {
      await writePlanFile(world, options.out, planFileOf(executed, options), report);
      screen.note(`The plan is kept: \`segsync run --plan ${options.out}\` does just that.\n`);
    }
    const pending = options.detailedExitcode && hasChanges(report);
    return worstExit([exit, pending ? EXIT.changesPending : EXIT.done]);
  },
};

function textOf({ report, project, target }: Executed, screen: Screen, format: Format = 'text'): string {
  if (screen.flags.json || format === 'json') return jsonText(report);
  if (format === 'markdown') return planMarkdown(report, { project: project.name, target });
  if (format === 'github') return annotationsOf({ report, project }, screen);
  return planText(report, screen.colors, { examples: screen.flags.verbose });
}

function annotationsOf({ report, project }: Pick<Executed, 'report' | 'project'>, screen: Screen): string {
  return planAnnotations(report, {
    sync: (name) => project.syncs.get(name)?.place,
    shown: screen.inRepository,
    inProject: (file) => join(project.root, file),
  });
}

/** Throws E615: a run cannot look ahead. */
function checkOut({ now }: Options): void {
  if (now !== undefined)
    fail('E615', { option: '--out', with: '--now', detail: 'a run evaluates by the clock of its own time' });
}

/** Throws E615: two forms of one output. */
function checkJson({ format = 'json' }: Options): void {
  if (format !== 'json')
    fail('E615', { option: `--format ${format}`, with: '--json', detail: 'a plan is printed in one form' });
}

/** What was looked at is what is to be done. */
function planFileOf(
  { report, project, target, basis }: Executed,
  options: Options,
): Omit<PlanFile, 'version' | 'kind'> {
  const isDue = (skipped: string | undefined): boolean => skipped !== 'not_due' && skipped !== 'not_newer';
  const segments = report.segments.filter(({ reason }) => isDue(reason)).map(({ segment }) => segment);
  const syncs = report.syncs.filter(({ skipped }) => isDue(skipped)).map(({ sync }) => sync);
  return {
    project: project.name,
    target,
    request: {
      ...{ segments, syncs },
      full: options.full ?? false,
      allow_removal: options.allowRemoval ?? [],
      allow_add: options.allowAdd ?? [],
      adopt_state: options.adoptState ?? false,
    },
    basis: { segments: only(basis!.segments, segments), syncs: only(basis!.syncs, syncs) },
  };
}

function only(lines: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(lines).filter(([name]) => names.includes(name)));
}
