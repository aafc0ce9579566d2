/** `segsync run`: evaluate what is due and send the changes. */
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { runText } from '../report/pretty.ts';
import type { RunReport } from '../report/results.ts';
import { type Executed, execute, type Request } from './execute.ts';
import { plan } from './plan.ts';
import { readPlanFile } from './plan-file.ts';
import type { Invocation, Verb } from './verb.ts';

interface Options {
  all?: boolean;
  tier?: string[];
  full?: boolean;
  now?: string;
  allowRemoval?: string[];
  allowAdd?: string[];
  adoptState?: boolean;
  dryRun?: boolean;
  plan?: string;
}

export const run: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--all', 'everything that is selected, due or not')
      .option('--tier <names...>', 'only segments and syncs of these tiers')
      .option('--full', 'evaluate everyone instead of who can have changed')
      .option('--now <instant>', 'take this instant for the time of evaluation')
      .option('--plan <file>', 'do what `segsync plan --out` kept, or refuse when things have moved')
      .option('--dry-run', 'as `segsync plan --due`: change nothing')
      .option('--allow-removal <syncs...>', 'lift the guard against removing too many')
      .option('--allow-add <syncs...>', 'lift the guard against adding too many')
      .option('--adopt-state', 'go on from state that was copied here from another warehouse')
      .addHelpText('after', '\nExample:\n  $ segsync run --target prod --tier realtime frequent');
  },

  async run(invocation): Promise<ExitCode> {
    const { screen, options } = invocation;
    if (options.plan !== undefined) checkAlone(invocation);
    if (options.dryRun) return plan.run({ ...invocation, options: dryRun(options) });
    const { report, exit } =
      options.plan === undefined
        ? await execute(invocation, asked(options))
        : await executePlan(invocation, options.plan);
    if (screen.flags.json) screen.result(jsonText(report));
    else if (!screen.flags.quiet || !isUneventful(report, exit))
      screen.result(runText(report, screen.colors));
    return exit;
  },
};

function asked({
  all = false,
  full = false,
  tier,
  now,
  allowRemoval,
  allowAdd,
  adoptState,
}: Options): Request {
  return { command: 'run', all, full, tiers: tier, now, allowRemoval, allowAdd, adoptState };
}

function dryRun({ all, dryRun: _, plan: __, ...rest }: Options) {
  return { due: !all, ...rest };
}

/** Options that a plan brings along, or that would make it another one. */
const NOT_WITH_PLAN = [
  'all',
  'tier',
  'full',
  'now',
  'dryRun',
  'allowRemoval',
  'allowAdd',
  'adoptState',
] as const;

/** Throws E615. */
function checkAlone({ options, globals }: Invocation<Options>): void {
  const given = NOT_WITH_PLAN.find((name) => options[name] !== undefined);
  const selecting = globals.select.length > 0 ? 'select' : globals.exclude.length > 0 ? 'exclude' : undefined;
  const name = given ?? selecting;
  if (name === undefined) return;
  const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  fail('E615', { option, with: '--plan', detail: 'what to do is in the plan' });
}

/** Just what the plan shows, on its target. Throws E613, E615 and E705. */
async function executePlan(invocation: Invocation<Options>, file: string): Promise<Executed> {
  const { world, globals } = invocation;
  const { target, request, basis, project } = await readPlanFile(world, file);
  if (globals.target !== undefined && globals.target !== target)
    fail('E615', {
      option: `--target ${globals.target}`,
      with: '--plan',
      detail: `the plan is for \`${target}\``,
    });
  return execute(
    { ...invocation, globals: { ...globals, target } },
    {
      command: 'run',
      all: true,
      full: request.full,
      allowRemoval: request.allow_removal,
      allowAdd: request.allow_add,
      adoptState: request.adopt_state,
      planned: { project, segments: request.segments, syncs: request.syncs, basis },
    },
  );
}

/** Nothing that a person who asked for quiet would want to hear of. */
function isUneventful(report: RunReport, exit: ExitCode): boolean {
  return exit === EXIT.done && report.syncs.every((sync) => sync.rejected === 0);
}
