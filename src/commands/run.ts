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
  after?: string[];
  allowRemoval?: string[];
  allowAdd?: string[];
  adoptState?: boolean;
  dryRun?: boolean;
  plan?: string;
  watch?: boolean;
  metrics?: string;
}

export const run: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--all', 'everything that is selected, due or not')
      .option('--tier <names...>', 'only segments and syncs of these tiers')
      .option('--full', 'evaluate everyone instead of who can have changed')
      .option('--now <instant>', 'take this instant for the time of evaluation')
      .option(
        '--after <news...>',
        'only what has not ticked since these changed: a table of the project, file:PATH, dbt:PATH of run_results.json',
      )
      .option('--plan <file>', 'do what `segsync plan --out` kept, or refuse when things have moved')
      .option('--watch', 'stay, and keep every tier at its cadence')
      .option('--metrics <address>', 'with --watch: serve /metrics, /healthz and /readyz there')
      .option('--dry-run', 'as `segsync plan --due`: change nothing')
      .option('--allow-removal <syncs...>', 'lift the guard against removing too many')
      .option('--allow-add <syncs...>', 'lift the guard against adding too many')
      .option('--adopt-state', 'go on from state that was copied here from another warehouse')
      .addHelpText('after', '\nExample:\n  $ segsync run --target prod --tier realtime frequent');
  },

  async run(invocation): Promise<ExitCode> {
    const { screen, options } = invocation;
    if (options.plan !== undefined) checkAlone(invocation, '--plan', NOT_WITH_PLAN);
    if (options.watch) {
      checkAlone(invocation, '--watch', NOT_WITH_WATCH);
      const { watch } = await import('./watch.ts');
      const { tier: tiers, adoptState, metrics } = options;
      return watch(invocation, { tiers, adoptState, metrics });
    }
    if (options.metrics !== undefined)
      fail('E615', { option: '--metrics', with: 'run', detail: 'it belongs to `run --watch`' });
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
  after,
  allowRemoval,
  allowAdd,
  adoptState,
}: Options): Request {
  return { command: 'run', all, full, tiers: tier, now, after, allowRemoval, allowAdd, adoptState };
}

function dryRun({ all, dryRun: _, plan: __, watch: ___, metrics: ____, ...rest }: Options) {
  return { due: !all, ...rest };
}

/** Options that do not go with another one, and why. */
interface Apart {
  readonly names: readonly (keyof Options)[];
  /** Whether what to do may not be selected. */
  readonly selects: boolean;
  readonly why: string;
}

const NOT_WITH_PLAN: Apart = {
  names: ['all', 'tier', 'full', 'now', 'after', 'dryRun', 'allowRemoval', 'allowAdd', 'adoptState', 'watch'],
  selects: false,
  why: 'what to do is in the plan',
};

const NOT_WITH_WATCH: Apart = {
  names: ['all', 'full', 'now', 'after', 'dryRun', 'allowRemoval', 'allowAdd'],
  selects: true,
  why: 'that is for one run',
};

/** Throws E615. */
function checkAlone(
  { options, globals }: Invocation<Options>,
  by: string,
  { names, selects, why }: Apart,
): void {
  const given = names.find((name) => options[name] !== undefined);
  const selecting = globals.select.length > 0 ? 'select' : globals.exclude.length > 0 ? 'exclude' : undefined;
  const name = given ?? (selects ? undefined : selecting);
  if (name === undefined) return;
  const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  fail('E615', { option, with: by, detail: why });
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
  return (exit === EXIT.done || exit === EXIT.tryLater) && report.syncs.every((sync) => sync.rejected === 0);
}
