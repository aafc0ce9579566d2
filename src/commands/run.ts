/** `segsync run`: evaluate what is due and send the changes. */
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { runText } from '../report/pretty.ts';
import type { RunReport } from '../report/results.ts';
import { execute } from './execute.ts';
import { plan } from './plan.ts';
import type { Verb } from './verb.ts';

interface Options {
  all?: boolean;
  tier?: string[];
  full?: boolean;
  now?: string;
  allowRemoval?: string[];
  allowAdd?: string[];
  adoptState?: boolean;
  dryRun?: boolean;
}

export const run: Verb<Options> = {
  declare(command) {
    command
      .optionsGroup('Options:')
      .option('--all', 'everything that is selected, due or not')
      .option('--tier <names...>', 'only segments and syncs of these tiers')
      .option('--full', 'evaluate everyone instead of who can have changed')
      .option('--now <instant>', 'take this instant for the time of evaluation')
      .option('--dry-run', 'as `segsync plan --due`: change nothing')
      .option('--allow-removal <syncs...>', 'lift the guard against removing too many')
      .option('--allow-add <syncs...>', 'lift the guard against adding too many')
      .option('--adopt-state', 'go on from state that was copied here from another warehouse')
      .addHelpText('after', '\nExample:\n  $ segsync run --target prod --tier realtime frequent');
  },

  async run(invocation): Promise<ExitCode> {
    const { screen, options } = invocation;
    const { all = false, full = false, tier: tiers, dryRun, ...rest } = options;
    if (dryRun) return plan.run({ ...invocation, options: { due: !all, full, tier: tiers, ...rest } });
    const { report, exit } = await execute(invocation, { command: 'run', all, full, tiers, ...rest });
    if (screen.flags.json) screen.result(jsonText(report));
    else if (!screen.flags.quiet || !isUneventful(report, exit))
      screen.result(runText(report, screen.colors));
    return exit;
  },
};

/** Nothing that a person who asked for quiet would want to hear of. */
function isUneventful(report: RunReport, exit: ExitCode): boolean {
  return exit === EXIT.done && report.syncs.every((sync) => sync.rejected === 0);
}
